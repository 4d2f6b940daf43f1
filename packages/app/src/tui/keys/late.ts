/** The rest of a sequence that comes so late that its ESC was taken for the key. */
import { csiInput, ss3Key } from "./csi.ts";
import { PASTE_BEGINS } from "./paste.ts";

/** A short one could be the beginning of a text: nothing stands behind it but another sequence. */
const LATE = /^(?:\[([0-9;:<?]{1,64})([@-~])|\[([@-~])(?=$|\x1b)|O([A-Z])(?=$|\x1b))/;
const MAX_LATE_BYTES = 66;

/** Whether one read begins with such a rest: whole, and of a sequence that means something, as nobody types it. */
export function beginsLate(bytes: Uint8Array): boolean {
  const [, parameters = "", long, short, letter] =
    LATE.exec(String.fromCharCode(...bytes.subarray(0, MAX_LATE_BYTES + 1))) ?? [];
  const final = long ?? short;
  if (letter !== undefined) return ss3Key(letter, false) !== undefined;
  if (final === undefined) return false;
  return (final === "~" && parameters === PASTE_BEGINS) || csiInput(parameters, final, false) !== undefined;
}
