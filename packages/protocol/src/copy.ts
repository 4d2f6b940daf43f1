/**
 * Copying what nobody may find later. A copy goes through the processor's vector registers and leaves bytes in them. When
 * V8 gives up optimised code, it saves all registers on its heap, and frees that place without wiping it: about a hundred
 * bytes of an envelope would stay there.
 */

/** From about 300 bytes on, the copy of the C library goes through every register that a shorter one uses. */
const RINSE_BYTES = 1024;
const ZEROES = new Uint8Array(RINSE_BYTES);
const DRAIN = new Uint8Array(RINSE_BYTES);

/**
 * Copies bytes, and leaves none of them in the processor's registers.
 * @param at where in `target` the first one goes
 * @throws RangeError where the target is too short
 */
export function copyInto(target: Uint8Array, source: Uint8Array, at = 0): void {
  target.set(source, at);
  DRAIN.set(ZEROES);
}
