/** What differs from walk to walk, and what stands for it in snapshots: a name of the same width. */

interface Rule {
  /** For whoever reads the rules, and for their tests. */
  readonly what: string;
  readonly find: RegExp;
  readonly put: (found: string) => string;
}

const FINGERPRINT_CELLS = 43;
/** A number of 60 digits makes a QR code of so many modules a side, two of them in the height of a cell. */
const QR_CELLS = 25;
const QR_INDENT = 6;

/** As wide as what it stands for. */
function named(name: string): (found: string) => string {
  return (found) => name.slice(0, found.length).padEnd(found.length, "_");
}

/** Puts the letters of a name where something was that may have been wrapped. */
function wrapped(name: string): (found: string) => string {
  return (found) => {
    let at = 0;
    return found.replace(/\S/g, () => name[at++] ?? "_");
  };
}

export const RULES: readonly Rule[] = [
  { what: "the time of day", find: /(?<![\d:.])\d\d:\d\d(?![\d:])/g, put: named("hh:mm") },
  { what: "a date", find: /\b\d{4}-\d\d-\d\d\b/g, put: named("yyyy-mm-dd") },
  {
    what: "the name of a day, in the line above it",
    find: /── Today, \w+ \d{1,2} \w+ \d{4} ─+/g,
    put: (found) => "── Today, day dd month yyyy ".padEnd(found.length, "─"),
  },
  {
    what: "a fingerprint",
    find: new RegExp(`SHA256:(?:[A-Za-z0-9+/](?:\\n +)?){${FINGERPRINT_CELLS}}`, "g"),
    put: wrapped("SHA256:fingerprint"),
  },
  { what: "the port of the relay", find: /(?<=127\.0\.0\.1:)\d{5}\b/g, put: named("_port") },
  // Words are not of one width: nothing may stand behind a code but blanks, which end a row unseen.
  { what: "a spoken code", find: /\b\d{5}-[a-z]+-[a-z]+(?=$|\n)/gm, put: () => "nnnnn-first-second" },
  {
    what: "digits of a safety number",
    find: /\b\d{5}(?:(?= {2}\d{5}\b)|(?<=\b\d{5} {2}\d{5}))/g,
    put: named("digit"),
  },
  {
    what: "a device",
    find: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
    put: named("device"),
  },
  { what: "a picture of a key", find: /\|[^|\n]{17}\|/g, put: () => "|    randomart    |" },
  {
    what: "the QR code of a safety number",
    find: new RegExp(`^ {${QR_INDENT}}(?=.*[█▀▄])[█▀▄ ]{1,${QR_CELLS}}$`, "gm"),
    put: () => " ".repeat(QR_INDENT) + "QR".padEnd(QR_CELLS, "▒"),
  },
];

/** The rows of a screen as snapshots have them. */
export function normalised(rows: readonly string[]): string {
  return RULES.reduce((text, { find, put }) => text.replace(find, put), rows.join("\n"));
}
