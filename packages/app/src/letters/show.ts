/** How a letter looks: for people, and as a line of JSON for programs (the names in it do not change). */
import { isUtf8 } from "node:buffer";
import { styleText } from "node:util";
import { fingerprint, publicKeyLine } from "@asfaleia/identity";
import type { OpenLetter } from "@asfaleia/identity/letter";
import { beside, cleanLine, cleanName, jsonLine, quoted, wantsColor } from "../display.ts";
import { BYTES_TYPE, shownType, TEXT_TYPE } from "./mediatype.ts";

/** A letter that was opened, under which name the relay gave it, and where its body has been saved. */
export interface Shown {
  /** Of the message, or of the file that it was read from. */
  readonly source: string;
  readonly letter: OpenLetter;
  readonly saved: string | undefined;
  /** Where the sealed letter is kept, since its body could be neither shown nor saved. */
  readonly sealed: string | undefined;
}

/** A letter that was not opened: damaged, or its key is in an agent, which cannot open anything. */
export interface Unopened {
  readonly source: string;
  /** Of LetterError; undefined where nobody tried. */
  readonly reason: string | undefined;
  readonly saved: string | undefined;
}

export const JSON_HELP = `With --json every letter is one line, an object with these names (those that do not apply are left out):
  event   "letter", "sealed" (kept without opening it) or "damaged"
  source  the id of the message on the relay, in hex, or the file it was read from
  origin  "proven" (signed by from), "unproven" (anybody may have written it) or "anonymous"
  from    public key of the sender, and fromFingerprint
  to      fingerprint of the key that it was opened with
  id, date, type, name   as the letter says them
  bytes   length of the body
  text    the body where it is text, else base64
  saved   the file it was saved to
  error   why it could not be opened`;

/** What a body is: a plain age file may hold anything. */
export function bodyType(letter: OpenLetter): string {
  if (letter.kind === "letter") return letter.type;
  return isUtf8(letter.body) ? TEXT_TYPE : BYTES_TYPE;
}

/** Whether a terminal can show the body. */
export function isText(letter: OpenLetter): boolean {
  return bodyType(letter).startsWith("text/") && isUtf8(letter.body);
}

export function letterJson({ source, letter, saved, sealed }: Shown): string {
  const from = "from" in letter ? letter.from : undefined;
  const text = isText(letter) ? Buffer.from(letter.body).toString("utf8") : undefined;
  return jsonLine({
    event: "letter",
    source,
    origin: letter.origin,
    from: from && publicKeyLine(from),
    fromFingerprint: from && fingerprint(from),
    to: fingerprint(letter.to),
    ...(letter.kind === "letter" && {
      id: Buffer.from(letter.id).toString("hex"),
      date: `${letter.date.toISOString().slice(0, 19)}Z`,
      name: letter.name,
    }),
    type: bodyType(letter),
    bytes: letter.body.length,
    text,
    base64: text === undefined ? Buffer.from(letter.body).toString("base64") : undefined,
    saved: saved ?? sealed,
  });
}

export function unopenedJson({ source, reason, saved }: Unopened): string {
  return jsonLine({ event: reason === undefined ? "sealed" : "damaged", source, error: reason, saved });
}

export function letterText(shown: Shown): string {
  const { letter, saved, sealed } = shown;
  const lines = [`letter ${senderText(letter)}`];
  if (letter.kind === "letter") {
    lines.push(`date: ${letter.date.toISOString().slice(0, 19)}Z (by the sender's clock)`);
  }
  if (!isText(letter)) lines.push(`file: ${fileText(letter)}`);
  if (saved !== undefined) lines.push(`saved: ${cleanLine(saved)}`);
  if (sealed !== undefined) {
    lines.push(`kept sealed, not shown: ${cleanLine(sealed)} (asfaleia letters open --save DIR FILE)`);
  }
  const body = isText(letter) ? quoted(Buffer.from(letter.body).toString("utf8"), columns()) : "";
  return `${lines.join("\n")}\n${body}\n`;
}

export function unopenedText({ reason, saved }: Unopened): string {
  const kept = saved === undefined ? "" : ` saved: ${cleanLine(saved)}`;
  if (reason === undefined) return `letter, not opened: its key is in an agent only.${kept}\n\n`;
  return `letter that cannot be opened: ${DAMAGE[reason] ?? reason}.${kept}\n\n`;
}

const DAMAGE: Record<string, string> = {
  "not-for-us": "it is sealed for another key",
  damaged: "it is no letter, or was altered or cut",
  malformed: "it does not keep to the format of letters",
  "wrong-recipient": "it was written to another key, and somebody has passed it on",
  "bad-signature": "its signature is false",
  "too-large": "it is larger than letters are",
};

/** The origin stands first and in words: a sender's name on an unproven letter is worth nothing. */
function senderText(letter: OpenLetter): string {
  switch (letter.origin) {
    case "proven":
      return `from ${fingerprint(letter.from)} (${tinted("green", "proven: signed with this key")})`;
    case "unproven":
      return `from ${fingerprint(letter.from)} (${tinted("yellow", "UNPROVEN: anybody may have written this")})`;
    case "anonymous":
      return tinted(
        "yellow",
        letter.kind === "letter" ? "from nobody: anonymous" : "from nobody: an anonymous text",
      );
  }
}

function fileText(letter: OpenLetter): string {
  const name = letter.kind === "letter" && letter.name !== undefined ? [cleanName(letter.name)] : [];
  return beside(...name, shownType(bodyType(letter)), `${letter.body.length} bytes`);
}

function tinted(color: "green" | "yellow", text: string): string {
  return wantsColor(process.stdout) ? styleText(color, text, { validateStream: false }) : text;
}

function columns(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || 80 : undefined;
}
