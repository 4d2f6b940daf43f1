/**
 * Wiping what Node leaves on the stack. TLSWrap::ClearOut deciphers into 16 KiB of its own frame and does not wipe them, so
 * the end of a long record would stay there for as long as only shorter ones come. What JavaScript can do about it: a
 * call with thousands of arguments lays them all on the stack, over whatever was there.
 */

/** Words of 8 bytes, each a small integer. The frame lies some 15 to 35 KiB below where a turn of the event loop begins. */
const WORDS = 8192;
const ZEROES: readonly number[] = new Array<number>(WORDS).fill(0);

let isDue = false;

/** Wipes, once in this turn of the event loop, when all that could be read is read. */
export function wipeStackSoon(): void {
  if (isDue) return;
  isDue = true;
  // Called from the loop itself, and so from above the frame that is to be wiped.
  setImmediate(wipeStack);
}

function wipeStack(): void {
  isDue = false;
  Reflect.apply(takeNothing, undefined, ZEROES);
}

function takeNothing(): void {}
