/** What became of a ciphertext: values, since anybody can send anything. */
import { ErrorCode, LibSignalErrorBase } from "@signalapp/libsignal-client";
import { withoutNames } from "./errors.ts";
import { type Course, Refusal } from "./stores.ts";

/**
 * - `ok`: `isNew` where it began a session from prekeys of this device.
 * - `repeat`: its message key is gone: used already, or given up behind a gap of more than 2,000; or a session was begun
 *   by the same first message before. It is no proof that the message was read, nor of who sent it.
 * - `no-session`: there is none with this device.
 * - `unreadable`: damaged, from a session that is gone, held back too long (a repeat as old as that too), or without the
 *   post-quantum ratchet.
 * - `bad-prekey`: it names a prekey that is not here, or no longer.
 * - `untrusted`: the device key in it, or the one given, is not the device's.
 */
export type Outcome =
  | { readonly kind: "ok"; readonly plaintext: Uint8Array; readonly isNew: boolean }
  | { readonly kind: "repeat" }
  | { readonly kind: "no-session" }
  | { readonly kind: "unreadable" }
  | { readonly kind: "bad-prekey" }
  | { readonly kind: "untrusted" };

/** Rejects with what a store threw, and with SessionError `broken` where libsignal fails for reasons of our own. */
export async function outcomeOf(course: Course, work: () => Promise<Uint8Array>): Promise<Outcome> {
  try {
    const plaintext = await work();
    return { kind: "ok", plaintext, isNew: course.isNew };
  } catch (error) {
    if (course.failure instanceof Refusal) return { kind: course.failure.reason };
    if (course.failure !== undefined) throw withoutNames(course.failure);
    if (LibSignalErrorBase.is(error, ErrorCode.DuplicatedMessage)) return { kind: "repeat" };
    if (LibSignalErrorBase.is(error, ErrorCode.UntrustedIdentity)) return { kind: "untrusted" };
    // libsignal has no code of its own for what does not decrypt.
    if (LibSignalErrorBase.is(error, ErrorCode.Generic)) return { kind: "unreadable" };
    throw withoutNames(error);
  }
}
