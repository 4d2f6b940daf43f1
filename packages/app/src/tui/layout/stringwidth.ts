/** What Ink takes for string-width: the same answers, the frequent ones at once. */
import stringWidth from "string-width";

const PLAIN = /^[\x20-\x7e]*$/;
/** A character that stands for a row (views/lines.ts). */
const STAND_IN = /^[\u{f0000}-\u{ffffd}]$/u;

type Options = Parameters<typeof stringWidth>[1];

export default function width(text: string, options?: Options): number {
  if (PLAIN.test(text)) return text.length;
  return STAND_IN.test(text) ? 1 : stringWidth(text, options);
}
