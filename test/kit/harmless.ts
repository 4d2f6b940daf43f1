/**
 * A strict reader of what reaches a terminal: it takes printable text, the colours and styles that we use, and whatever
 * else a test says is ours. Everything else fails, with the place where it stands.
 */
import assert from "node:assert/strict";

/** Sequences of one kind, and what has to be true of each. */
export interface Allowed {
  /** Sticky (`y`) and with `u`. */
  readonly pattern: RegExp;
  readonly check?: (found: RegExpExecArray) => void;
}

const COLOR = "38;5;\\d{1,3}|48;5;\\d{1,3}|38;2(?:;\\d{1,3}){3}|48;2(?:;\\d{1,3}){3}";
/** Neither concealed (8) nor blinking (5, 6) nor other fonts. */
const STYLE = "0|[1-4]|7|9|2[2-4]|27|29|3[0-7]|39|4[0-7]|49|9[0-7]|10[0-7]";
const SGR: Allowed = {
  pattern: new RegExp(`\\x1b\\[(?:(?:${COLOR}|${STYLE})(?:;(?:${COLOR}|${STYLE}))*)?m`, "yu"),
};

/** What nobody sees, or what drives a terminal: controls, formats, surrogates, private, unassigned, separators. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const MAX_MARKS = 4;

/** Line ends as a pseudo-terminal makes them. */
export const CRLF: Allowed = { pattern: /\r\n/uy };

/** Moving about, clearing, and the modes of a full screen: for what draws one. Neither title nor clipboard. */
export const SCREEN: readonly Allowed[] = [
  { pattern: /\r/uy },
  // Up, down, right, left, to a column, to a place, clear, erase, insert and delete lines, scroll, margins.
  { pattern: /\x1b\[(?:\d{1,4}(?:;\d{1,4})?)?[ABCDEFGHJKLMPSTXdfr]/uy },
  // Keys as the cursor's, the cursor shown, mouse, focus, other screen, pasting, frames.
  { pattern: /\x1b\[\?(?:1|7|25|1000|1002|1003|1004|1006|1049|2004|2026)[hl]/uy },
  { pattern: /\x1b(?:7|8|\[s|\[u|\[\d? q)/uy },
];

/** Pictures as packages/app/src/picture writes them: base64 and sixels only, at a place that is gone to and left again. */
export const PICTURES: readonly Allowed[] = [
  { pattern: /\x1b7(?:\x1b\[\d{1,3}A)?\x1b\[\d{1,3}D/uy },
  { pattern: /\x1b8/uy },
  { pattern: /\x1b_G[A-Za-z0-9=,]{1,120};[A-Za-z0-9+/=]{1,4096}\x1b\\/uy },
  { pattern: /\x1b_Ga=d,d=I,i=\d{1,8},q=2\x1b\\/uy },
  { pattern: /\x1bPtmux;\x1b\x1b_G[A-Za-z0-9=,]{1,120}(?:;[A-Za-z0-9+/=]{1,4096})?\x1b\x1b\\\x1b\\/uy },
  {
    pattern:
      /\x1b\]1337;File=inline=1;size=\d{1,8};width=\d{1,3};height=\d{1,3};preserveAspectRatio=0:[A-Za-z0-9+/=]*\x07/uy,
  },
  { pattern: /\x1bP0;1;0q"1;1;\d{1,5};\d{1,5}(?:#\d{1,3};2;\d{1,3};\d{1,3};\d{1,3})+[#\d?-~!$-]*\x1b\\/uy },
  { pattern: /\u{10eeee}\p{M}{0,3}/uy },
];

/** What a terminal is asked about pictures, and nothing else that it would answer. */
export const QUERIES: readonly Allowed[] = [
  { pattern: /\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\/uy },
  { pattern: /\x1b\[(?:>0q|16t|c)/uy },
];

/** A link, whose text is its target or a part of it. */
export const LINKS: readonly Allowed[] = [
  {
    pattern: /\x1b\]8;;(https:\/\/[\x21-\x7e]{1,2048})\x1b\\([^\x1b]*)\x1b\]8;;\x1b\\/uy,
    check: ([, target, text]) =>
      assert.ok(text !== "" && target?.includes(text ?? ""), "a link says where it leads"),
  },
];

/** Bell and notifications. */
export const NOTICES: readonly Allowed[] = [
  { pattern: /\x07/uy },
  {
    pattern: /\x1b\](?:9|777;notify;asfaleia);([^\x00-\x1f;]{0,200})\x1b\\/uy,
    check: ([, text]) => assertHarmless(text!),
  },
];

/**
 * Fails where anything but text and what is allowed is found.
 * @param output as it reaches the terminal
 * @param allowed beside text, tabs, line feeds and the styles that we use
 * @returns the text alone
 */
export function assertHarmless(output: Uint8Array | string, ...allowed: readonly Allowed[]): string {
  const bytes = typeof output === "string" ? new TextEncoder().encode(output) : output;
  if (typeof output === "string") assert.ok(output.isWellFormed(), "a lone surrogate");
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const known = [SGR, ...allowed];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const taken = sequenceAt(text, at, known);
    if (taken > 0) {
      at += taken;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at)!);
    if (character !== "\n" && character !== "\t") {
      assert.doesNotMatch(
        character,
        INVISIBLE,
        `at ${at}: ${JSON.stringify(text.slice(Math.max(0, at - 20), at + 20))}`,
      );
    }
    plain += character;
    at += character.length;
  }
  assert.doesNotMatch(plain, new RegExp(`\\p{M}{${MAX_MARKS + 1}}`, "u"), "a tower of marks");
  assert.doesNotMatch(plain, /^\p{M}/mu, "a mark on what is not its own");
  return plain;
}

function sequenceAt(text: string, at: number, known: readonly Allowed[]): number {
  for (const { pattern, check } of known) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) continue;
    check?.(found);
    return found[0].length;
  }
  return 0;
}
