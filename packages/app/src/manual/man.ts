/** The man pages: asfaleia(1), and one a verb, out of the help texts. man(7) macros, which groff and mandoc both set. */
import { EXIT_HELP } from "../exit.ts";
import { ENVIRONMENT } from "../verbtable.ts";
import { parseExitCodes } from "./exitcodes.ts";
import type { HelpBlock, HelpRow } from "./helptext.ts";
import { NO_BREAK_SPACE, roff, roffArgument, roffLines, roffVerbatim } from "./roff.ts";
import type { VerbManual } from "./source.ts";

/** What stands at the foot of a page. */
export interface Edition {
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly date: string;
}

const NAME = "asfaleia";
const SUMMARY = "a chat whose account is your SSH key and whose relay forgets";
const DESCRIPTION = [
  "asfaleia is a chat. Your SSH key is your account; a relay passes sealed envelopes on and keeps them in memory only. Messages between contacts are encrypted end to end in post-quantum sessions, and kept here until every device of the receiver has them.",
  "Keys are found as ssh finds them: ssh-agent first, then ~/.ssh/id_ed25519, id_ecdsa and id_rsa; -i names another. Results go to standard output, everything else to standard error. What others wrote is cleaned before it reaches a terminal.",
];
/** Besides ENVIRONMENT. */
const MORE_ENVIRONMENT: readonly (readonly [name: string, text: string])[] = [
  ["SSH_AUTH_SOCK", "the socket of the ssh-agent"],
  [
    "SSH_ASKPASS, SSH_ASKPASS_REQUIRE",
    "the program that asks for a passphrase where there is no terminal, and when it does, as in ssh(1)",
  ],
  ["NO_COLOR", "where it is set, no colours"],
];
const FILES: readonly (readonly [name: string, text: string])[] = [
  [
    "~/.local/share/asfaleia/default/",
    "the profile, encrypted; --profile names another, ASFALEIA_HOME another folder",
  ],
  ["~/.local/share/asfaleia/known_relays", "the keys of relays that were taken at the first use"],
  ["~/.local/share/asfaleia/unread/", "letters that could be neither shown nor saved, sealed"],
  ["~/.ssh/", "your keys"],
];
const ELSEWHERE = ["age(1)", "ssh-agent(1)", "ssh-keygen(1)"];

/** @returns the name of the file and its text, for `asfaleia` and every verb */
export function manPages(manual: readonly VerbManual[], edition: Edition): Map<string, string> {
  return new Map([
    [`${NAME}.1`, overviewPage(manual, edition)],
    ...manual.map((verb): [string, string] => [`${pageName(verb.name)}.1`, verbPage(verb, manual, edition)]),
  ]);
}

/** `asfaleia-letters-get`, as git's pages are called. */
export function pageName(verb: string): string {
  return `${NAME}-${verb.replaceAll(" ", "-")}`;
}

function overviewPage(manual: readonly VerbManual[], edition: Edition): string {
  return [
    title(NAME, edition),
    section("NAME", `${NAME} \\- ${roff(SUMMARY)}\n`),
    section("SYNOPSIS", synopsis([`${NAME} VERB …`, `${NAME} help VERB`, `${NAME} --version`])),
    section("DESCRIPTION", paragraphs(DESCRIPTION)),
    section(
      "VERBS",
      terms(manual.map(({ name, summary }) => [name, `${summary}; see ${pageName(name)}(1)`])),
    ),
    section("EXIT STATUS", exitCodes()),
    section(
      "ENVIRONMENT",
      terms([...ENVIRONMENT.map(({ name, text }) => [name, text] as const), ...MORE_ENVIRONMENT]),
    ),
    section("FILES", terms(FILES)),
    section("SEE ALSO", references([...manual.map(({ name }) => `${pageName(name)}(1)`), ...ELSEWHERE])),
  ].join("");
}

function verbPage(
  { name, summary, help }: VerbManual,
  manual: readonly VerbManual[],
  edition: Edition,
): string {
  const start = help.blocks.findIndex((block) => block.kind === "rows" && block.rows.some(isOption));
  const end = start < 0 ? help.blocks.length : start;
  const [first = ""] = name.split(" ");
  const related = manual.filter((each) => each.name !== name && each.name.split(" ")[0] === first);
  return [
    title(pageName(name), edition),
    section("NAME", `${roff(pageName(name))} \\- ${roff(summary)}\n`),
    section("SYNOPSIS", synopsis(help.usage)),
    section("DESCRIPTION", blocks(help.blocks.slice(0, end))),
    ...(start < 0 ? [] : [section("OPTIONS", blocks(help.blocks.slice(start)))]),
    section("EXIT STATUS", exitCodes()),
    section("EXAMPLES", verbatim(help.examples)),
    section("SEE ALSO", references([`${NAME}(1)`, ...related.map((each) => `${pageName(each.name)}(1)`)])),
  ].join("");
}

function isOption({ options }: HelpRow): boolean {
  return options.length > 0;
}

function title(name: string, { version, date }: Edition): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new RangeError("a date is YYYY-MM-DD");
  return `.TH ${roffArgument(name.toUpperCase())} 1 ${date} ${roffArgument(`${NAME} ${version}`)} "${NAME} manual"\n`;
}

function section(heading: string, body: string): string {
  return `.SH ${heading}\n${body}`;
}

/** What goes on below a form stands right of its first word, and no option is torn from its value. */
function synopsis(forms: readonly string[]): string {
  const words = forms.map((form) =>
    form.slice(NAME.length + 1).replace(/(?<=(?:^|[\s[])-[^\s[\]]+) (?=[^\s[\]|-])/g, NO_BREAK_SPACE),
  );
  return words.map((text) => `.TP ${NAME.length + 1}\n.B ${NAME}\n${roffLines(text)}`).join("");
}

function paragraphs(texts: readonly string[]): string {
  return texts.map((text, at) => `${at === 0 ? "" : ".PP\n"}${roffLines(text)}`).join("");
}

function blocks(some: readonly HelpBlock[]): string {
  return some
    .map((block, at) => {
      if (block.kind === "paragraph") return `${at === 0 ? "" : ".PP\n"}${roffLines(block.text)}`;
      return terms(block.rows.map(({ term, text }) => [term, text]));
    })
    .join("");
}

function terms(pairs: readonly (readonly [term: string, text: string])[]): string {
  return pairs.map(([term, text]) => `.TP\n.B ${roffArgument(term)}\n${roffLines(text)}`).join("");
}

function exitCodes(): string {
  return terms(parseExitCodes(EXIT_HELP).map(({ code, text }) => [String(code), text]));
}

function verbatim(lines: readonly string[]): string {
  return `.nf\n.RS\n${lines.map(roffVerbatim).join("")}.RE\n.fi\n`;
}

/** `.BR asfaleia (1),` */
function references(pages: readonly string[]): string {
  return pages
    .toSorted()
    .map((page, at) => `.BR ${roff(page.replace("(", " ("))}${at === pages.length - 1 ? "" : ","}\n`)
    .join("");
}
