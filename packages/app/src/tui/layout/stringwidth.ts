/**
 * What Ink takes for string-width, and so do we: the same answers, the frequent ones at once. The library compiles large
 * expressions when it is loaded, so it is loaded when the first text needs it.
 */
import { createRequire } from "node:module";
import type stringWidth from "string-width";

const require = createRequire(import.meta.url);
/**
 * Letters of Europe's languages, box drawing, arrows and signs that take one cell each, whatever stands beside them; and the
 * characters that stand for rows (views/lines.ts).
 */
const SINGLE =
  /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u0384-\u0482\u2010-\u2027\u2190-\u2193\u21b3\u22ef\u2500-\u259f\u25c9\u25cb\u25cf\u2713\u2717\u203a]*$/;
const STAND_IN = /^[\u{f0000}-\u{ffffd}]$/u;

let measure: typeof stringWidth | undefined;

type Options = Parameters<typeof stringWidth>[1];

/** How many cells a text takes. */
export default function width(text: string, options?: Options): number {
  if (SINGLE.test(text)) return text.length;
  if (STAND_IN.test(text)) return 1;
  measure ??= (require("string-width") as { default: typeof stringWidth }).default;
  return measure(text, options);
}
