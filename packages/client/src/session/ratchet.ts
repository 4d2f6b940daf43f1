/** The post-quantum part of libsignal's ratchet: on with no flag, and asserted on every message that goes out or comes in. */
import { SignalMessage } from "@signalapp/libsignal-client";
import { copy } from "./bytes.ts";

/** Protobuf field of the ratchet's message inside a PreKeySignalMessage, and its wire types. */
const MESSAGE_FIELD = 4;
const VARINT = 0;
const LENGTH_DELIMITED = 2;
/** Bytes of a varint of 32 bits. */
const VARINT_BYTES = 5;

/**
 * Whether a message of a session carries a step of the post-quantum ratchet.
 * @param bytes a SignalMessage
 * @throws LibSignalError where it is none
 */
export function hasPostQuantumRatchet(bytes: Uint8Array): boolean {
  return SignalMessage.deserialize(copy(bytes)).pqRatchet().length > 0;
}

/**
 * The SignalMessage inside a PreKeySignalMessage: a version byte, then protobuf. libsignal itself hands it out to nobody.
 * @returns undefined for anything that does not hold exactly one
 */
export function messageInOpening(bytes: Uint8Array): Uint8Array | undefined {
  let at = 1;
  let message: Uint8Array | undefined;
  const varint = (): number | undefined => {
    let value = 0;
    for (let read = 0; read < VARINT_BYTES; read++) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * 2 ** (7 * read);
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = varint();
    if (tag === undefined || value === undefined) return undefined;
    if (tag % 8 === VARINT) continue;
    if (tag % 8 !== LENGTH_DELIMITED || value > bytes.length - at) return undefined;
    if (Math.floor(tag / 8) === MESSAGE_FIELD) {
      // Of two, protobuf readers take the last: what is looked at here must be what is decrypted.
      if (message !== undefined) return undefined;
      message = bytes.subarray(at, at + value);
    }
    at += value;
  }
  return message;
}
