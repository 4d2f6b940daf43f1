/** Operations of the ratchet that are kept together or not at all. */
import {
  CiphertextMessageType,
  ErrorCode,
  LibSignalErrorBase,
  PreKeySignalMessage,
  type ProtocolAddress,
  processPreKeyBundle,
  SessionRecord,
  SignalMessage,
  signalDecrypt,
  signalDecryptPreKey,
  signalEncrypt,
} from "@signalapp/libsignal-client";
import { addressOf, isKeyOf } from "./address.ts";
import { type Bundle, readBundle } from "./bundle.ts";
import { copy } from "./bytes.ts";
import { Draft } from "./draft.ts";
import { orBroken, parsed, SessionError, withoutNames } from "./errors.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { hasPostQuantumRatchet, messageInOpening } from "./ratchet.ts";
import type { SessionStore } from "./store.ts";
import { type OwnKeys, storesFor } from "./stores.ts";

/** The own device, as the other one names it too. */
export interface OwnDeviceKeys extends OwnKeys {
  readonly address: ProtocolAddress;
}

export interface Encrypted {
  readonly ciphertext: Uint8Array;
  /** True for a PreKeySignalMessage: all are until the other device has answered. */
  readonly isOpening: boolean;
}

/**
 * Until `apply` the store is as it was. Operations run one at a time, in the order they were asked for; one that fails, or
 * decrypts nothing, leaves nothing. A ciphertext leaves the process only when its stage was applied: otherwise the same
 * message key would serve again. Devices are named by UUID; `now` is milliseconds since 1970.
 */
export class Stage {
  readonly #store: SessionStore;
  readonly #own: OwnDeviceKeys;
  readonly #draft: Draft;
  #last: Promise<unknown> = Promise.resolve();
  #running = 0;
  #isSpent = false;

  constructor(store: SessionStore, own: OwnDeviceKeys) {
    this.#store = store;
    this.#own = own;
    this.#draft = new Draft(store);
  }

  /**
   * Begins a session; one that was there is kept for what still arrives in it.
   * Rejects with SessionError `untrusted`, and `bad-bundle` where a key or a signature is wrong.
   */
  open(device: string, bundle: Bundle, now: number): Promise<void> {
    return this.#operate(async (draft) => {
      if (!isKeyOf(bundle.device, device)) throw new SessionError("untrusted");
      const read = readBundle(bundle);
      if (read === undefined) throw new SessionError("bad-bundle");
      const { sessions, identities, course } = storesFor(draft, this.#own, bundle.device);
      try {
        await processPreKeyBundle(
          read,
          addressOf(device),
          this.#own.address,
          sessions,
          identities,
          new Date(now),
        );
      } catch (error) {
        if (course.failure !== undefined) throw withoutNames(course.failure);
        if (LibSignalErrorBase.is(error, ErrorCode.UntrustedIdentity)) throw new SessionError("untrusted");
        if (error instanceof LibSignalErrorBase) throw new SessionError("bad-bundle");
        throw error;
      }
    });
  }

  /**
   * Rejects with SessionError `no-session` (none, an archived one, or one that nobody answered for 30 days) and
   * `not-post-quantum`.
   */
  encrypt(device: string, plaintext: Uint8Array, now: number): Promise<Encrypted> {
    return this.#operate(async (draft) => {
      if (!isUsable(draft, device, now)) throw new SessionError("no-session");
      const { sessions, identities, course } = storesFor(draft, this.#own);
      try {
        const to = addressOf(device);
        const { address } = this.#own;
        const message = await signalEncrypt(
          copy(plaintext),
          to,
          address,
          sessions,
          identities,
          new Date(now),
        );
        const ciphertext = message.serialize();
        const isOpening = message.type() === CiphertextMessageType.PreKey;
        const inner = isOpening ? messageInOpening(ciphertext) : ciphertext;
        if (inner === undefined || !hasPostQuantumRatchet(inner)) throw new SessionError("not-post-quantum");
        return { ciphertext, isOpening };
      } catch (error) {
        throw withoutNames(course.failure ?? error);
      }
    });
  }

  /**
   * A PreKeySignalMessage: begins a session, where it is the first of its kind.
   * @param deviceKey whose it claims to be, 33 bytes
   */
  decryptOpening(
    device: string,
    deviceKey: Uint8Array,
    ciphertext: Uint8Array,
    _now: number,
  ): Promise<Outcome> {
    return this.#operate(async (draft) => {
      if (!isKeyOf(deviceKey, device)) return { kind: "untrusted" };
      const message = parsed(() => PreKeySignalMessage.deserialize(copy(ciphertext)));
      const inner = messageInOpening(ciphertext);
      if (message === undefined || inner === undefined) return { kind: "unreadable" };
      if (!parsed(() => hasPostQuantumRatchet(inner))) return { kind: "unreadable" };
      const to = this.#own.address;
      const from = addressOf(device);
      const { sessions, identities, course, ...prekeys } = storesFor(draft, this.#own, deviceKey);
      const { oneTimePrekeys, signedPrekeys, kyberPrekeys } = prekeys;
      return outcomeOf(course, () =>
        signalDecryptPreKey(
          message,
          from,
          to,
          sessions,
          identities,
          oneTimePrekeys,
          signedPrekeys,
          kyberPrekeys,
        ),
      );
    }, isOk);
  }

  /** A SignalMessage, in a session that is there. */
  decrypt(device: string, ciphertext: Uint8Array, _now: number): Promise<Outcome> {
    return this.#operate(async (draft) => {
      if (draft.session(device) === undefined) return { kind: "no-session" };
      const message = parsed(() => SignalMessage.deserialize(copy(ciphertext)));
      if (message === undefined || message.pqRatchet().length === 0) return { kind: "unreadable" };
      const { sessions, identities, course } = storesFor(draft, this.#own);
      return outcomeOf(course, () =>
        signalDecrypt(message, addressOf(device), this.#own.address, sessions, identities),
      );
    }, isOk);
  }

  /**
   * Nothing more is said in the session. What still arrives in it can be read, and makes it the current one again, before
   * any that was begun since: libsignal goes on in the session that it read last. Nothing happens where there is none.
   */
  archive(device: string): void {
    this.#expectIdle();
    const bytes = this.#draft.session(device);
    if (bytes === undefined) return;
    const record = readRecord(bytes);
    record.archiveCurrentState();
    this.#draft.putSession(device, record.serialize());
  }

  /** Whether something can be said. Without `now` also in a session that has gone without an answer for too long. */
  hasSession(device: string, now = 0): boolean {
    return isUsable(this.#draft, device, now);
  }

  /**
   * Writes all of it to the store, synchronously: to be called in a transaction. The stage is spent then.
   * @throws SessionError `stale` where a session was changed by something else meanwhile: then nothing is written
   */
  apply(): void {
    this.#expectIdle();
    this.#isSpent = true;
    this.#draft.writeTo(this.#store);
  }

  /** Runs `work` on a draft of its own, which becomes part of the stage where it comes to something. */
  async #operate<T>(
    work: (draft: Draft) => Promise<T>,
    isKept: (result: T) => boolean = () => true,
  ): Promise<T> {
    this.#expectUsable();
    this.#running++;
    const run = this.#last.then(async () => {
      const draft = new Draft(this.#draft);
      const result = await work(draft);
      if (isKept(result)) draft.writeTo(this.#draft);
      return result;
    });
    const done = run.then(
      () => void this.#running--,
      () => void this.#running--,
    );
    this.#last = done;
    await done;
    return run;
  }

  #expectUsable(): void {
    if (this.#isSpent) throw new Error("a stage that was applied already");
  }

  #expectIdle(): void {
    this.#expectUsable();
    if (this.#running > 0) throw new Error("a stage that is still at work");
  }
}

function isOk({ kind }: Outcome): boolean {
  return kind === "ok";
}

function isUsable(store: SessionStore, device: string, now: number): boolean {
  const record = store.session(device);
  return record !== undefined && readRecord(record).hasCurrentState(new Date(now));
}

function readRecord(bytes: Uint8Array): SessionRecord {
  return orBroken(() => SessionRecord.deserialize(copy(bytes)));
}
