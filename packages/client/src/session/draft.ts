/** Writes that are not written yet, over a store: reads see them first. */
import { equal } from "./bytes.ts";
import { SessionError } from "./errors.ts";
import type { SessionStore } from "./store.ts";

interface KyberUse {
  readonly kyberId: number;
  readonly signedId: number;
  readonly baseKey: Uint8Array;
}

/** A store of its own until `writeTo`; the one below is only read. */
export class Draft implements SessionStore {
  readonly #below: SessionStore;
  /** What was below when it was first asked for. */
  readonly #found = new Map<string, Uint8Array | undefined>();
  readonly #sessions = new Map<string, Uint8Array>();
  readonly #deviceKeys = new Map<string, Uint8Array>();
  readonly #usedOneTime = new Set<number>();
  readonly #usedKybers = new Set<number>();
  readonly #kyberUses: KyberUse[] = [];

  constructor(below: SessionStore) {
    this.#below = below;
  }

  /**
   * Synchronous. Nothing is written where it throws because of what is below.
   * @throws SessionError `stale` where a session that was read here has changed below since: to go on from the old one
   * would use message keys twice
   */
  writeTo(store: SessionStore): void {
    for (const [device, found] of this.#found) {
      const now = store.session(device);
      const isSame = now === found || (now !== undefined && found !== undefined && equal(now, found));
      if (!isSame) throw new SessionError("stale");
    }
    for (const [device, key] of this.#deviceKeys) store.putDeviceKey(device, key);
    for (const [device, record] of this.#sessions) store.putSession(device, record);
    for (const id of this.#usedOneTime) store.removeOneTimePrekey(id);
    for (const id of this.#usedKybers) store.removeKyberPrekey(id);
    for (const { kyberId, signedId, baseKey } of this.#kyberUses)
      store.putKyberUsed(kyberId, signedId, baseKey);
  }

  session(device: string): Uint8Array | undefined {
    const written = this.#sessions.get(device);
    if (written !== undefined) return written;
    if (!this.#found.has(device)) this.#found.set(device, this.#below.session(device));
    return this.#found.get(device);
  }

  putSession(device: string, record: Uint8Array): void {
    this.#sessions.set(device, record);
  }

  deviceKey(device: string): Uint8Array | undefined {
    return this.#deviceKeys.get(device) ?? this.#below.deviceKey(device);
  }

  putDeviceKey(device: string, key: Uint8Array): void {
    this.#deviceKeys.set(device, key);
  }

  signedPrekey(id: number): Uint8Array | undefined {
    return this.#below.signedPrekey(id);
  }

  kyberPrekey(id: number): Uint8Array | undefined {
    return this.#usedKybers.has(id) ? undefined : this.#below.kyberPrekey(id);
  }

  oneTimePrekey(id: number): Uint8Array | undefined {
    return this.#usedOneTime.has(id) ? undefined : this.#below.oneTimePrekey(id);
  }

  removeOneTimePrekey(id: number): void {
    this.#usedOneTime.add(id);
  }

  isOneTimeKyber(id: number): boolean {
    return this.#below.isOneTimeKyber(id);
  }

  removeKyberPrekey(id: number): void {
    this.#usedKybers.add(id);
  }

  wasKyberUsed(kyberId: number, signedId: number, baseKey: Uint8Array): boolean {
    const isHere = this.#kyberUses.some(
      (use) => use.kyberId === kyberId && use.signedId === signedId && equal(use.baseKey, baseKey),
    );
    return isHere || this.#below.wasKyberUsed(kyberId, signedId, baseKey);
  }

  putKyberUsed(kyberId: number, signedId: number, baseKey: Uint8Array): void {
    this.#kyberUses.push({ kyberId, signedId, baseKey });
  }
}
