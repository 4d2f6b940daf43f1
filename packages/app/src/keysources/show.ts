/** Looked-up keys as text for a terminal: as `ssh-keygen -lv` shows them, and a change so that nobody passes it over. */
import { fingerprint, keyTypeLabel, type NamedKey, randomart } from "@asfaleia/identity";
import { plainComment } from "../comment.ts";
import { sideBySide } from "../contacts/art.ts";
import { cleanLine, cleanName } from "../display.ts";
import type { KeyChange } from "./changes.ts";
import type { KeyList, UnusableKey } from "./keys.ts";

/** What `ssh-keygen -l` prints of a key. */
export function keyLine({ key, comment }: NamedKey): string {
  return `${key.bits} ${fingerprint(key)} ${plainComment(comment) || "no comment"} (${keyTypeLabel(key)})`;
}

/**
 * Everything about the keys that were found, lines with a line feed each. A single picture stands below its key, several
 * side by side, numbered, as far as there is room.
 * @param columns of the terminal
 */
export function keyListText({ usable, unusable }: KeyList, columns: number): string {
  const lines = usable.length > 0 ? usableLines(usable, columns) : [];
  if (usable.length + unusable.length === 0) lines.push("There are no keys.");
  if (unusable.length > 0) lines.push(...unusable.flatMap(unusableLines));
  return lines.map((line) => `${line}\n`).join("");
}

function usableLines(keys: readonly NamedKey[], columns: number): string[] {
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return [keyLine(only), ...randomart(only.key).split("\n")];
  const width = String(keys.length).length;
  const list = keys.map((key, at) => `${String(at + 1).padStart(width)}  ${keyLine(key)}`);
  const pictures = keys.map(({ key }, at) => ({ heading: String(at + 1), art: randomart(key) }));
  return [...list, ...sideBySide(pictures, columns)];
}

function unusableLines(key: UnusableKey): string[] {
  const size = key.bits === undefined ? "" : `${key.bits} bits, `;
  const what = key.fingerprint === undefined ? "" : ` (${size}${key.fingerprint})`;
  return [`Not usable: ${key.type ?? `line ${key.line}`}${what}`, `  ${key.why}`];
}

const BANNER = "@".repeat(59);

/** A line of what has changed, and what it is: shown in colours where there are some. */
export interface ChangeLine {
  readonly what: "alarm" | "new" | "gone" | "same" | "words";
  readonly text: string;
}

/**
 * What looking again has shown: a line where nothing changed, and else a warning that fills the screen.
 * @param who the user's own name for the contact
 * @param source `KeySource.text`
 * @param list what is there now
 */
export function changeLines(who: string, source: string, change: KeyChange, list: KeyList): ChangeLine[] {
  const [name, place] = [cleanName(who), cleanLine(source)];
  if (change.kind === "same") {
    const count = change.same.length === 1 ? "the same key" : `the same ${change.same.length} keys`;
    return words(`${name}: ${place} shows ${count} as before.`);
  }
  return [
    ...[BANNER, "@     WARNING: SOMEBODY'S KEYS HAVE CHANGED!              @", BANNER].map(
      (text) => ({ what: "alarm", text }) as const,
    ),
    ...words(`${SUMMARY[change.kind](place)} ${name}.`),
    ...list.usable
      .filter(({ key }) => change.added.includes(fingerprint(key)))
      .map((key) => ({ what: "new", text: `  new   ${keyLine(key)}` }) as const),
    ...change.gone.map((each) => ({ what: "gone", text: `  gone  ${cleanLine(each)}` }) as const),
    ...change.same.map((each) => ({ what: "same", text: `  same  ${cleanLine(each)}` }) as const),
    ...words(...list.unusable.flatMap(unusableLines).map((line) => `  ${line}`)),
    ...words(ADVICE[change.kind], "Nothing was changed here."),
  ];
}

function words(...texts: readonly string[]): ChangeLine[] {
  return texts.map((text) => ({ what: "words", text }));
}

/** The same, with a line feed each. */
export function changeText(...of: Parameters<typeof changeLines>): string {
  return changeLines(...of)
    .map(({ text }) => `${text}\n`)
    .join("");
}

const SUMMARY = {
  changed: (place: string) => `${place} shows other keys than were pinned for`,
  replaced: (place: string) => `${place} shows none of the keys that were pinned for`,
  empty: (place: string) => `${place} shows no usable key any more; some were pinned for`,
} as const;

const ASK = "Ask them in another way whether the change is theirs, and compare fingerprints";

const ADVICE = {
  changed: `They may have a new key, or somebody else may have put one there. ${ASK} before you take it.`,
  replaced: `They may have new keys, or somebody else may have the account now. ${ASK} before you take any.`,
  empty:
    "The keys may have been taken down, or the account is gone, or the host does not tell. Ask them in another way.",
} as const;
