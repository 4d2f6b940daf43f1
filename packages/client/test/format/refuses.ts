import assert from "node:assert/strict";
import { FormatError, type FormatErrorCode } from "../../src/format/errors.ts";

/** Fails unless `work` throws or rejects with a FormatError of this code. */
export async function refuses(work: () => unknown, code: FormatErrorCode): Promise<void> {
  await assert.rejects(
    async () => work(),
    (error) => error instanceof FormatError && error.code === code,
  );
}

/** What `work` gives, or undefined where it throws a FormatError; anything else that is thrown passes. */
export function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** These bytes with one bit turned. */
export function turned(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice();
  const at = (bit >> 3) % changed.length;
  changed[at] = changed[at]! ^ (1 << (bit & 7));
  return changed;
}
