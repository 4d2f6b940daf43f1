/** Published documents: named slots under a key, with a time to live, in memory (docs/protocol.md, "Documents"). */
import { MAX_SLOTS, ProtocolError, type Publish } from "@asfaleia/protocol";

/** What a document costs besides its bytes. */
const DOCUMENT_OVERHEAD_BYTES = 512;

interface Published {
  readonly document: Uint8Array;
  /** Milliseconds. */
  readonly ends: number;
}

/** Where the memory that documents take is counted. */
export interface Budget {
  /** @throws ProtocolError `relay-full` */
  charge(bytes: number): void;
  credit(bytes: number): void;
}

export class Documents {
  readonly #budget: Budget;
  readonly #byKey = new Map<string, Map<string, Published>>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /**
   * Puts a document into a slot, or empties the slot where there is no document. What stood there is zeroed.
   * @param key the owner's fingerprint
   * @param now milliseconds
   * @throws ProtocolError `mailbox-full` for a slot too many, `relay-full`
   */
  publish(key: string, { slot, seconds, document }: Publish, now: number): void {
    const slots = this.#byKey.get(key) ?? new Map<string, Published>();
    this.#dropEnded(key, slots, now);
    if (document.length === 0) {
      this.#drop(key, slots, slot);
      return;
    }
    if (!slots.has(slot) && slots.size >= MAX_SLOTS) {
      throw new ProtocolError("mailbox-full", `a key has at most ${MAX_SLOTS} slots`);
    }
    this.#budget.charge(document.length + DOCUMENT_OVERHEAD_BYTES);
    this.#drop(key, slots, slot);
    slots.set(slot, { document, ends: now + seconds * 1000 });
    this.#byKey.set(key, slots);
  }

  /** What stands under a key, by slot. @param now milliseconds */
  lookup(key: string, now: number): { slot: string; document: Uint8Array }[] {
    const slots = this.#byKey.get(key);
    if (!slots) return [];
    this.#dropEnded(key, slots, now);
    return [...slots].map(([slot, { document }]) => ({ slot, document }));
  }

  /** What stands in one slot. Valid until the next call. @param now milliseconds */
  read(key: string, slot: string, now: number): Uint8Array | undefined {
    const found = this.#byKey.get(key)?.get(slot);
    return found && now < found.ends ? found.document : undefined;
  }

  /** Drops and zeroes what has outlived its time. @param now milliseconds */
  expire(now: number): void {
    for (const [key, slots] of this.#byKey) this.#dropEnded(key, slots, now);
  }

  /** Drops and zeroes everything. */
  wipeAll(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  #dropEnded(key: string, slots: Map<string, Published>, now: number): void {
    for (const [slot, { ends }] of slots) if (ends <= now) this.#drop(key, slots, slot);
  }

  #drop(key: string, slots: Map<string, Published>, slot: string): void {
    const old = slots.get(slot);
    if (!old) return;
    old.document.fill(0);
    slots.delete(slot);
    this.#budget.credit(old.document.length + DOCUMENT_OVERHEAD_BYTES);
    if (slots.size === 0) this.#byKey.delete(key);
  }
}
