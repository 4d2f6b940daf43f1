/** The keys of a device as libsignal has them: its identity, and the prekeys that sessions with it begin from. */
import { randomInt } from "node:crypto";
import {
  KEMKeyPair,
  KyberPreKeyRecord,
  PreKeyRecord,
  PrivateKey,
  SignedPreKeyRecord,
} from "@signalapp/libsignal-client";
import { copy } from "./bytes.ts";
import { orBroken } from "./errors.ts";

/** Bytes of a Kyber prekey: libsignal's type byte 8 and a Kyber1024 public key. */
export const KYBER_KEY_BYTES = 1_569;
/** Registration ids are 14 bits, and never 0. */
const REGISTRATION_END = 0x4000;

export interface NewDevice {
  /** 32 bytes, private. */
  readonly deviceKey: Uint8Array;
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  readonly registration: number;
}

/** The public part of a prekey that needs no signature. */
export interface OneTimePrekey {
  readonly id: number;
  /** 33 bytes. */
  readonly key: Uint8Array;
}

/** The public part of a prekey that the device has signed. */
export interface SignedPrekey {
  readonly id: number;
  /** 33 bytes, or KYBER_KEY_BYTES. */
  readonly key: Uint8Array;
  /** By the device key, over `key`; 64 bytes. */
  readonly signature: Uint8Array;
}

/** What the store keeps of a prekey; private. */
interface Recorded {
  readonly record: Uint8Array;
}

/** A device that nobody knows so far. */
export function newDevice(): NewDevice {
  const key = PrivateKey.generate();
  return {
    deviceKey: key.serialize(),
    publicKey: key.getPublicKey().serialize(),
    registration: randomInt(1, REGISTRATION_END),
  };
}

/** @param deviceKey 32 bytes, private */
export function devicePublicKey(deviceKey: Uint8Array): Uint8Array {
  return PrivateKey.deserialize(copy(deviceKey)).getPublicKey().serialize();
}

/**
 * @param id 1 to 2^32-1
 * @param deviceKey 32 bytes, private
 * @param now milliseconds since 1970
 */
export function newSignedPrekey(id: number, deviceKey: Uint8Array, now: number): SignedPrekey & Recorded {
  const pair = PrivateKey.generate();
  const key = pair.getPublicKey();
  const signature = PrivateKey.deserialize(copy(deviceKey)).sign(key.serialize());
  const record = SignedPreKeyRecord.new(id, now, key, pair, signature).serialize();
  return { record, ...signedPrekeyFromRecord(record) };
}

/** For one session or for many: that is the store's to know. Parameters as for `newSignedPrekey`. */
export function newKyberPrekey(id: number, deviceKey: Uint8Array, now: number): SignedPrekey & Recorded {
  const pair = KEMKeyPair.generate();
  const signature = PrivateKey.deserialize(copy(deviceKey)).sign(pair.getPublicKey().serialize());
  const record = KyberPreKeyRecord.new(id, now, pair, signature).serialize();
  return { record, ...kyberPrekeyFromRecord(record) };
}

/** @param id 1 to 2^32-1 */
export function newOneTimePrekey(id: number): OneTimePrekey & Recorded {
  const pair = PrivateKey.generate();
  const record = PreKeyRecord.new(id, pair.getPublicKey(), pair).serialize();
  return { record, ...oneTimePrekeyFromRecord(record) };
}

/** @throws SessionError `broken` where it is no such record */
export function signedPrekeyFromRecord(record: Uint8Array): SignedPrekey {
  const read = orBroken(() => SignedPreKeyRecord.deserialize(copy(record)));
  return { id: read.id(), key: read.publicKey().serialize(), signature: read.signature() };
}

/** @throws SessionError `broken` where it is no such record */
export function kyberPrekeyFromRecord(record: Uint8Array): SignedPrekey {
  const read = orBroken(() => KyberPreKeyRecord.deserialize(copy(record)));
  return { id: read.id(), key: read.publicKey().serialize(), signature: read.signature() };
}

/** @throws SessionError `broken` where it is no such record */
export function oneTimePrekeyFromRecord(record: Uint8Array): OneTimePrekey {
  const read = orBroken(() => PreKeyRecord.deserialize(copy(record)));
  return { id: read.id(), key: read.publicKey().serialize() };
}
