/** The text form of a card, to be mailed, pasted or kept in a file (docs/messaging.md, "Cards"). */
import { MAX_CARD_BYTES } from "./card.ts";

const BEGIN = "-----BEGIN ASFALEIA CARD-----";
const END = "-----END ASFALEIA CARD-----";
const LINE_CHARACTERS = 64;
/** Room for the largest card, CRLF, and white space around it. */
const MAX_TEXT_CHARACTERS = 2 * MAX_CARD_BYTES;

const FORM =
  /^-----BEGIN ASFALEIA CARD-----\n((?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/=]{1,64})\n-----END ASFALEIA CARD-----$/;

/** A card as text: base64 (RFC 4648 section 4) in lines of 64 characters between two lines that say what it is. */
export function writeCardText(card: Uint8Array): string {
  const base64 = Buffer.from(card).toString("base64");
  const lines = base64.match(new RegExp(`.{1,${LINE_CHARACTERS}}`, "g")) ?? [];
  return `${[BEGIN, ...lines, END].join("\n")}\n`;
}

/**
 * The bytes in the text form, or undefined where the text is anything else. CRLF and white space around it are taken;
 * between the two lines it is strict. Whether the bytes are a card is for `openCard` to say.
 */
export function readCardText(text: string): Uint8Array | undefined {
  if (text.length > MAX_TEXT_CHARACTERS) return undefined;
  const base64 = FORM.exec(text.trim().replaceAll("\r\n", "\n"))?.[1]?.replaceAll("\n", "");
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length > MAX_CARD_BYTES || bytes.toString("base64") !== base64) return undefined;
  return new Uint8Array(bytes);
}
