/** Names that look like one another: enough to warn, no proof that others do not. */
import { cleanLine } from "../display.ts";

/** Letters of other scripts, and pairs, that fonts draw like Latin ones; in lower case (Unicode UTS #39, the common ones). */
const LOOKS = new Map(
  Object.entries({
    a: "аαɑ",
    b: "ьвβ",
    c: "сϲ",
    d: "ԁ",
    e: "еεҽ",
    g: "ɡ",
    h: "һн",
    i: "іιl1|!",
    j: "јϳ",
    k: "кκ",
    m: "м",
    n: "ոη",
    o: "оοσ0օ",
    p: "рρ",
    q: "ԛ",
    r: "гr",
    s: "ѕꜱ5",
    t: "тτ",
    u: "υսμ",
    v: "ѵν",
    w: "ԝω",
    x: "хχ",
    y: "уγ",
    z: "ᴢ",
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);
/** Greek capitals that look like another Latin letter than their small ones do. */
const CAPITALS = new Map(Object.entries({ Η: "h", Μ: "m", Ν: "n", Υ: "y" }));
const PAIRS: readonly (readonly [pair: RegExp, letter: string])[] = [
  [/rn/g, "m"],
  [/vv/g, "w"],
  [/ci/g, "d"],
];

/**
 * Whether two different names could be taken for one: letter case, accents, forms, blanks and punctuation aside, and
 * Cyrillic, Greek and Armenian letters for the Latin ones they look like. Two names that are the same are not meant.
 */
export function looksLike(a: string, b: string): boolean {
  return a !== b && skeleton(a) === skeleton(b);
}

/** Of whom the names are compared. */
export interface Named {
  readonly id: number;
  readonly name: string;
  readonly state: string;
  /** Fingerprints. */
  readonly identities: readonly string[];
}

/** Those whose names one could be taken for: contacts, blocked ones and `me`. A request has no name of its own choice. */
export function lookalikesOf<T extends Named>(one: Pick<Named, "id" | "name">, all: readonly T[]): T[] {
  const own = skeleton(one.name);
  return all.filter(
    (other) =>
      other.id !== one.id &&
      other.state !== "request" &&
      other.name !== one.name &&
      skeletonOf(other) === own,
  );
}

/** The warning, for a terminal. */
export function lookalikeText(name: string, other: Pick<Named, "name" | "identities">): string {
  const [key = ""] = other.identities.map((identity) => ` (${cleanLine(identity)})`);
  return `Careful: "${cleanLine(name)}" looks like another contact, "${cleanLine(other.name)}"${key}.`;
}

/** Kept, since a list of contacts is looked through again for every screen. */
const skeletons = new WeakMap<Named, string>();

function skeletonOf(one: Named): string {
  const known = skeletons.get(one) ?? skeleton(one.name);
  skeletons.set(one, known);
  return known;
}

/** Alike for names that look alike; not to be shown. A name of signs only is its own. */
function skeleton(name: string): string {
  const bare = name
    .normalize("NFKC")
    .replace(/[ΗΜΝΥ]/gu, (capital) => CAPITALS.get(capital) ?? capital)
    .toUpperCase()
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\s]/gu, "");
  const latin = [...bare].map((character) => LOOKS.get(character) ?? character).join("");
  const plain = PAIRS.reduce((text, [pair, letter]) => text.replace(pair, letter), latin);
  return plain.replace(/[^\p{L}\p{N}]/gu, "") || plain;
}

/** Whether a name mixes letters of scripts that nobody mixes in a name: Latin, Greek, Cyrillic, Armenian (UTS #39, section 5). */
export function mixesScripts(name: string): boolean {
  const scripts = [/\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u, /\p{Script=Armenian}/u];
  return scripts.filter((script) => script.test(name)).length > 1;
}
