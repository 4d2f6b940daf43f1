/** What was taken in before: libsignal calls a repeat an error, and a content can come under two ciphertexts. */
import { createHash } from "node:crypto";
import { type Context, now } from "./context.ts";

const DAY_MS = 86_400_000;
/** A content may come again for as long as its sender tries: 30 days unless set. */
const KEPT_MS = 35 * DAY_MS;

/** What a content is found by, whatever it is encrypted to. */
export function contentKey(device: string, id: Uint8Array): Uint8Array {
  return createHash("sha256").update(`asfaleia/1 content\n${device}\n`).update(id).digest();
}

/** @param key SHA-256 of a ciphertext, or a content's key */
export function seenAgain(
  { profile }: Context,
  key: Uint8Array,
): { readonly device: string; readonly id: Uint8Array } | undefined {
  return profile.seen.get(key);
}

/** Keeps it, or keeps it for longer. To be called in a transaction. */
export function markSeen(
  context: Context,
  hash: Uint8Array,
  of: { readonly device: string; readonly contact: number; readonly id: Uint8Array },
): void {
  context.profile.seen.add({ ...of, hash, until: now(context) + KEPT_MS });
}
