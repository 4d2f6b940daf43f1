/** What can follow what on a command line, for every shell alike: made of the help texts and their usage lines. */
import { type HelpOption, type HelpText, HelpTextError } from "../helptext.ts";
import type { VerbManual } from "../source.ts";
import { parseUsage, type UsageLine, type UsedOption } from "../usage.ts";

/** A word to be typed as it stands. */
export interface Word {
  readonly word: string;
  /** What it means, one short line; may be empty. */
  readonly text: string;
}

/** What may stand in one place. */
export interface Choice {
  readonly words: readonly Word[];
  readonly contacts: boolean;
  readonly files: boolean;
  readonly folders: boolean;
}

export interface CompletionOption {
  readonly flags: readonly string[];
  readonly text: string;
  readonly repeats: boolean;
  /** Undefined where it takes no value. */
  readonly value?: Choice & { readonly label: string };
}

/** What may stand where, of the words that are no options. */
export interface Place extends Choice {
  /** How many such words stand between the verb and it. */
  readonly index: number;
  /** The first such word, where only one opens this place. */
  readonly after?: string;
  /** Whether every later word is of this kind too. */
  readonly repeats: boolean;
}

export interface CompletionVerb {
  /** One word or two. */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletionOption[];
  /** The places of the words of one first word stand before those of all. */
  readonly places: readonly Place[];
}

export interface CompletionModel {
  /** What can stand right behind `asfaleia`. */
  readonly first: readonly Word[];
  readonly verbs: readonly CompletionVerb[];
}

const NOTHING: Choice = { words: [], contacts: false, files: false, folders: false };
const FILES = ["CARD", "FILE", "KEY", "PATH"];
const FOLDERS = ["DIR"];
const CONTACTS = ["CONTACT", "NAME"];
/** Options whose NAME is a contact's. Behind others it is a name to be given. */
const CONTACT_OPTIONS = ["--with"];
/** The settings: here KEY is no key file. */
const SETTINGS_VERB = "config";

const HELP_OPTION: CompletionOption = { flags: ["-h", "--help"], text: "tell all about it", repeats: false };
const VERSION_OPTION: CompletionOption = { flags: ["-V", "--version"], text: "the version", repeats: false };

/** The options right behind `asfaleia`. */
export const OWN_OPTIONS: readonly CompletionOption[] = [HELP_OPTION, VERSION_OPTION];

/** @throws HelpTextError where a usage line cannot be read, or a word of ours would need quotes in a shell */
export function completionModel(manual: readonly VerbManual[]): CompletionModel {
  const verbs = manual.map(verbOf);
  const groups = [...new Set(manual.flatMap(({ name }) => (name.includes(" ") ? [firstWord(name)] : [])))];
  const own = verbs.map((verb) => (groups.includes(verb.name) ? withMembers(verb, manual) : verb));
  const pure = groups.filter((group) => !manual.some(({ name }) => name === group));
  const all = [...own, ...pure.map((name) => withMembers(groupVerb(name, manual), manual))];
  const first = [
    ...all.filter(({ name }) => !name.includes(" ")).map(({ name, summary }) => wordOf(name, summary)),
    wordOf("help", "tell all about a verb"),
  ];
  return { first, verbs: [...all, helpVerb(first, groups, manual)] };
}

function firstWord(name: string): string {
  return name.split(" ")[0] ?? name;
}

function membersOf(group: string, manual: readonly VerbManual[]): Word[] {
  return manual
    .filter(({ name }) => name.startsWith(`${group} `))
    .map(({ name, summary }) => wordOf(name.slice(group.length + 1), summary));
}

function groupVerb(name: string, manual: readonly VerbManual[]): CompletionVerb {
  const members = membersOf(name, manual).map(({ word }) => word);
  return { name, summary: members.join(", "), options: [HELP_OPTION], places: [] };
}

function withMembers(verb: CompletionVerb, manual: readonly VerbManual[]): CompletionVerb {
  const place = { ...NOTHING, index: 0, repeats: false, words: membersOf(verb.name, manual) };
  return { ...verb, places: merged([...verb.places, place]) };
}

function helpVerb(
  first: readonly Word[],
  groups: readonly string[],
  manual: readonly VerbManual[],
): CompletionVerb {
  const words = first.filter(({ word }) => word !== "help");
  const places = [
    { ...NOTHING, index: 0, repeats: false, words },
    ...groups.map((after) => ({
      ...NOTHING,
      index: 1,
      after,
      repeats: false,
      words: membersOf(after, manual),
    })),
  ];
  return { name: "help", summary: "", options: [], places: merged(places) };
}

function verbOf({ name, summary, help }: VerbManual): CompletionVerb {
  const takesValue = (flag: string): boolean | undefined => {
    const told = help.options.find(({ flags }) => flags.includes(flag));
    return told === undefined ? undefined : told.value !== undefined;
  };
  const lines = help.usage.map((line) => parseUsage(line, name, takesValue));
  const settings = name === SETTINGS_VERB ? termsOf(help) : undefined;
  return {
    name: checked(name, /^[a-z][a-z0-9-]*( [a-z][a-z0-9-]*)?$/),
    summary,
    options: [
      ...optionsOf(
        help.options,
        lines.flatMap(({ options }) => options),
      ),
      HELP_OPTION,
    ],
    places: merged(lines.flatMap((line) => placesOf(line, settings))),
  };
}

/** The words that rows explain. */
function termsOf(help: HelpText): Word[] {
  return help.blocks
    .flatMap((block) => (block.kind === "rows" ? block.rows : []))
    .filter(({ options }) => options.length === 0)
    .map(({ term, text }) => wordOf(term, shortText(text)));
}

function optionsOf(told: readonly HelpOption[], used: readonly UsedOption[]): CompletionOption[] {
  const flags = new Set([...told.flatMap((option) => option.flags), ...used.map(({ flag }) => flag)]);
  const seen = new Set<string>();
  return [...flags].flatMap((flag) => {
    if (seen.has(flag)) return [];
    // Where several rows tell of it, one of its own says more than one that it shares.
    const rows = told.filter((option) => option.flags.includes(flag));
    const isShared = (row: HelpOption) => told.some((other) => other !== row && other.text === row.text);
    const row = rows.find((each) => !isShared(each)) ?? rows[0];
    const names = row?.flags ?? [flag];
    for (const name of names) seen.add(name);
    const uses = used.filter((use) => names.includes(use.flag));
    const labels = [...rows.map(({ value }) => value), ...uses.map(({ value }) => value)].filter(
      (label) => label !== undefined,
    );
    const choice = united(labels.map((label) => choiceOf(label.split("|"), flag)));
    return [
      {
        flags: names.map((name) => checked(name, /^--?[A-Za-z][A-Za-z0-9-]*$/)),
        text: shortText(row?.text ?? ""),
        repeats: uses.some(({ repeats }) => repeats),
        ...(labels[0] !== undefined && { value: { ...choice, label: labels[0] } }),
      },
    ];
  });
}

/** @param flag the option whose value this is; undefined of an operand */
function choiceOf(alternatives: readonly string[], flag?: string): Choice {
  const contacts = flag === undefined || CONTACT_OPTIONS.includes(flag) ? CONTACTS : ["CONTACT"];
  return {
    words: alternatives.filter((word) => /^[a-z0-9][a-z0-9-]*$/.test(word)).map((word) => wordOf(word, "")),
    contacts: alternatives.some((word) => contacts.includes(word)),
    files: alternatives.some((word) => FILES.includes(word.replace(/^@/, ""))),
    folders: alternatives.some((word) => FOLDERS.includes(word)),
  };
}

function placesOf({ operands }: UsageLine, settings: readonly Word[] | undefined): Place[] {
  const [first] = operands;
  const opening = first?.alternatives.every((word) => /^[a-z]/.test(word)) ? first.alternatives : undefined;
  return operands.flatMap(({ alternatives, repeats }, index) => {
    const isSetting = settings !== undefined && alternatives.includes("KEY");
    const choice = isSetting ? { ...NOTHING, words: settings } : choiceOf(alternatives);
    if (index === 0 || opening === undefined) return [{ ...choice, index, repeats }];
    return opening.map((after) => ({ ...choice, index, after, repeats }));
  });
}

/** One place for every index and first word; what may follow every first word may follow each. */
function merged(places: readonly Place[]): Place[] {
  const keys = new Map(places.map(({ index, after }) => [`${index} ${after ?? ""}`, { index, after }]));
  return [...keys.values()]
    .map(({ index, after }) => {
      const here = places.filter(
        (place) => place.index === index && (place.after === undefined || place.after === after),
      );
      const repeats = here.some((place) => place.repeats);
      return { ...united(here), index, repeats, ...(after !== undefined && { after }) };
    })
    .filter(({ words, contacts, files, folders }) => words.length > 0 || contacts || files || folders)
    .sort((one, other) => Number(one.after === undefined) - Number(other.after === undefined));
}

function united(choices: readonly Choice[]): Choice {
  const words = new Map(choices.flatMap(({ words: each }) => each.map((word) => [word.word, word])));
  return {
    words: [...words.values()],
    contacts: choices.some(({ contacts }) => contacts),
    files: choices.some(({ files }) => files),
    folders: choices.some(({ folders }) => folders),
  };
}

function wordOf(word: string, text: string): Word {
  return { word: checked(word, /^[a-z0-9][a-z0-9-]*$/), text };
}

/** What goes into a script without quotes must need none. */
function checked(word: string, form: RegExp): string {
  if (!form.test(word)) throw new HelpTextError("not a word that every shell takes as it stands", word);
  return word;
}

const SHORT_TEXT_MAX = 72;

/** The beginning of a text, up to where it goes into details. */
function shortText(text: string): string {
  const [start = ""] = text.split(/ \(|[;:] |\. |,(?: or,)? (?:where|so|which|as) /);
  if (start.length <= SHORT_TEXT_MAX) return start;
  return `${start.slice(0, start.lastIndexOf(" ", SHORT_TEXT_MAX - 2))} …`;
}
