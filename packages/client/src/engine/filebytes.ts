/** The bytes of files that are here, in the parts they came in. */
import { MessengerError } from "../messenger.ts";
import type { FileTransfer } from "../profile/profile.ts";
import type { Context } from "./context.ts";
import { partCount } from "./transfers.ts";

/**
 * Up to `length` bytes from `at` on, fewer at the end of the file.
 * @throws MessengerError `not-allowed`: it is not complete, or not kept any more; RangeError for no place in a file
 */
export function fileChunk(
  { profile }: Pick<Context, "profile">,
  file: FileTransfer,
  at: number,
  length: number,
): Uint8Array {
  if (!(Number.isSafeInteger(at) && at >= 0 && Number.isSafeInteger(length) && length >= 0))
    throw new RangeError("a place in a file and a length are whole numbers, and not below 0");
  if (file.direction === "in" && file.state !== "complete")
    throw new MessengerError("not-allowed", "the file is not complete");
  const end = Math.min(file.size, at + length);
  const bytes = new Uint8Array(Math.max(0, end - at));
  if (bytes.length === 0) return bytes;
  const last = Math.min(partCount(file), Math.ceil(end / file.partBytes));
  for (let index = Math.floor(at / file.partBytes); index < last; index++) {
    const part = profile.files.part(file.contact, file.id, index);
    if (part === undefined) throw new MessengerError("not-allowed", "the file is not kept any more");
    const start = index * file.partBytes;
    bytes.set(part.subarray(Math.max(0, at - start), Math.max(0, end - start)), Math.max(0, start - at));
  }
  return bytes;
}
