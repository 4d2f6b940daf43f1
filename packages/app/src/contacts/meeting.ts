/** What somebody has been given to become contacts by: a link, a code, a place of keys, a card, or keys. */
import { usage } from "../exit.ts";
import { type Introduction, introductionIn, readGiven, readIntroduction } from "./introduction.ts";

export type Meeting =
  | { readonly kind: "link"; readonly link: string }
  | { readonly kind: "code"; readonly code: string }
  /** `github:NAME`, `gitlab:NAME` or `https://…`, not looked up yet. */
  | { readonly kind: "source"; readonly source: string }
  | Introduction;

/** Who reads them for good is the messenger: here it is only what the word is meant as. */
const LINK = /^[^\p{L}\p{N}]*asfaleia(:\/\/|\+unix:)/iu;
const CODE = /^\d{3,7}[\s_\p{Pd}\u2212]+\p{L}+[\s_\p{Pd}\u2212]+\p{L}+[\s_\p{Pd}\u2212]*$/u;
const SOURCE = /^(github:|gitlab:|https?:\/\/)/i;

/**
 * @param word what stands on the command line; `-` for standard input, which no list of processes shows
 * @param hasInput whether standard input is there to be read: to the chat it is the terminal
 * @throws KeyError, Failure
 */
export async function readMeeting(word: string, hasInput = true): Promise<Meeting> {
  if (word === "-" && !hasInput) throw usage("paste what you were given: - is for the command line");
  if (word !== "-") return shortForm(word) ?? readIntroduction(word);
  // A link can be pasted over several lines.
  const text = await readGiven((typed) => ["code", "source"].includes(shortForm(typed)?.kind ?? ""));
  return shortForm(text) ?? introductionIn(text, undefined);
}

/** Whether a text is meant as a spoken code. */
export function isCode(text: string): boolean {
  return shortForm(text)?.kind === "code";
}

function shortForm(text: string): Meeting | undefined {
  const word = text.trim();
  if (LINK.test(word)) return { kind: "link", link: bare(word) };
  if (CODE.test(word)) return { kind: "code", code: word };
  if (SOURCE.test(word) && !/\s/.test(word)) return { kind: "source", source: word };
  return undefined;
}

/** Without the brackets that mails put around it (RFC 3986, appendix C), and the white space that pasting does. */
function bare(link: string): string {
  return link.replaceAll(/[ \t\r\n]/g, "").replace(/^<(.*)>$/, "$1");
}
