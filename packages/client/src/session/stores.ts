/** A SessionStore as libsignal wants to see it, for one operation. */
import {
  IdentityChange,
  IdentityKeyPair,
  type IdentityKeyStore,
  KyberPreKeyRecord,
  type KyberPreKeyStore,
  type SessionStore as LibsignalSessionStore,
  PreKeyRecord,
  type PreKeyStore,
  type PrivateKey,
  PublicKey,
  SessionRecord,
  SignedPreKeyRecord,
  type SignedPreKeyStore,
} from "@signalapp/libsignal-client";
import { deviceId } from "../format/deviceid.ts";
import { copy, equal } from "./bytes.ts";
import type { SessionStore } from "./store.ts";

/** The own device, as sessions know it. */
export interface OwnKeys {
  readonly key: PrivateKey;
  readonly registration: number;
}

export interface OperationStores {
  readonly sessions: LibsignalSessionStore;
  readonly identities: IdentityKeyStore;
  readonly oneTimePrekeys: PreKeyStore;
  readonly signedPrekeys: SignedPreKeyStore;
  readonly kyberPrekeys: KyberPreKeyStore;
  readonly course: Course;
}

/** What came of an operation besides its result. */
export interface Course {
  /** What a store threw first: whatever libsignal makes of it, this is why the operation failed. */
  failure: unknown;
  /** A session was begun from prekeys of ours. */
  isNew: boolean;
}

/** Why a store does not go on with an opening. */
export class Refusal extends Error {
  readonly reason: "bad-prekey" | "repeat";

  constructor(reason: "bad-prekey" | "repeat") {
    super(reason);
    this.name = "Refusal";
    this.reason = reason;
  }
}

/** @param expected the only key taken for the other device's; without it any that its name was made from */
export function storesFor(store: SessionStore, own: OwnKeys, expected?: Uint8Array): OperationStores {
  const course: Course = { failure: undefined, isNew: false };
  const watched = async <T>(work: () => T): Promise<T> => {
    try {
      return work();
    } catch (error) {
      course.failure ??= error;
      throw error;
    }
  };
  const refuse = (): Promise<never> =>
    watched(() => {
      throw new Error("libsignal asks for what it has no need of here");
    });

  const sessions: LibsignalSessionStore = {
    getSession: (address) => watched(() => readOrNull(store.session(address.name()), SessionRecord)),
    saveSession: (address, record) => watched(() => store.putSession(address.name(), record.serialize())),
    getExistingSessions: refuse,
  };

  const identities: IdentityKeyStore = {
    getIdentityKey: async () => own.key,
    getIdentityKeyPair: async () => new IdentityKeyPair(own.key.getPublicKey(), own.key),
    getLocalRegistrationId: async () => own.registration,
    getIdentity: (address) => watched(() => readOrNull(store.deviceKey(address.name()), PublicKey)),
    isTrustedIdentity: (address, key) =>
      watched(() => {
        const bytes = key.serialize();
        const known = store.deviceKey(address.name());
        const isKnown = known === undefined || equal(known, bytes);
        return (
          isKnown && deviceId(bytes) === address.name() && (expected === undefined || equal(expected, bytes))
        );
      }),
    saveIdentity: (address, key) =>
      watched(() => {
        const name = address.name();
        // A name is made from its key: there is no such thing as a new key under an old name.
        if (store.deviceKey(name) === undefined) store.putDeviceKey(name, key.serialize());
        return IdentityChange.NewOrUnchanged;
      }),
  };

  const oneTimePrekeys: PreKeyStore = {
    getPreKey: (id) => watched(() => readPrekey(store.oneTimePrekey(id), PreKeyRecord)),
    removePreKey: (id) => watched(() => store.removeOneTimePrekey(id)),
    savePreKey: refuse,
  };

  const signedPrekeys: SignedPreKeyStore = {
    getSignedPreKey: (id) => watched(() => readPrekey(store.signedPrekey(id), SignedPreKeyRecord)),
    saveSignedPreKey: refuse,
  };

  const kyberPrekeys: KyberPreKeyStore = {
    getKyberPreKey: (id) => watched(() => readPrekey(store.kyberPrekey(id), KyberPreKeyRecord)),
    markKyberPreKeyUsed: (id, signedId, baseKey) =>
      watched(() => {
        markUsed(store, id, signedId, baseKey.serialize());
        course.isNew = true;
      }),
    saveKyberPreKey: refuse,
  };

  return { sessions, identities, oneTimePrekeys, signedPrekeys, kyberPrekeys, course };
}

/** A one-time key is gone; of a key for many, nobody can begin the same session twice. */
function markUsed(store: SessionStore, kyberId: number, signedId: number, baseKey: Uint8Array): void {
  if (store.isOneTimeKyber(kyberId)) {
    store.removeKyberPrekey(kyberId);
    return;
  }
  if (store.wasKyberUsed(kyberId, signedId, baseKey)) throw new Refusal("repeat");
  store.putKyberUsed(kyberId, signedId, baseKey);
}

interface Readable<T> {
  deserialize(bytes: Uint8Array<ArrayBuffer>): T;
}

function readOrNull<T>(bytes: Uint8Array | undefined, form: Readable<T>): T | null {
  return bytes === undefined ? null : form.deserialize(copy(bytes));
}

function readPrekey<T>(record: Uint8Array | undefined, form: Readable<T>): T {
  if (record === undefined) throw new Refusal("bad-prekey");
  return form.deserialize(copy(record));
}
