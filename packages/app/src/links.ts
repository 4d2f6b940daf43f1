/**
 * Links in the terminal. A text of others is never made a link as a whole: of an https address in it a link can be made
 * whose text is its target, letter by letter in ASCII, so that nothing can look like another place.
 */

/** Terminals take about as much. */
const MAX_LINK_CHARACTERS = 2048;
const START = "https://";
/** What ends a sentence, or stands around an address. */
const TRAILING = /[.,;:!?'"*_]+$/;

/**
 * The https addresses in a text, in their order, as they are written there. @param text as it came
 */
export function findLinks(text: string): string[] {
  return text.split(/[\s<>"`{}|\\^\p{Cc}\p{Cf}\p{Cs}\p{Z}]+/u).flatMap((word) => {
    const start = word.indexOf(START);
    if (start < 0 || word.length > MAX_LINK_CHARACTERS) return [];
    const address = unbracketed(word.slice(start)).replace(TRAILING, "");
    return asciiLink(address) === undefined ? [] : [address];
  });
}

/**
 * An address as it is called: the name of the host in Punycode, everything else that is not ASCII in percent signs
 * (WHATWG URL). Undefined for what is no https address, has a user or a password in it (`https://bank.example@evil.example`),
 * or is too long.
 */
export function asciiLink(address: string): string | undefined {
  if (address.length > MAX_LINK_CHARACTERS || !address.startsWith(START) || !URL.canParse(address))
    return undefined;
  const { href, protocol, username, password, hostname } = new URL(address);
  if (protocol !== "https:" || username !== "" || password !== "" || hostname === "") return undefined;
  return /^[\x21-\x7e]+$/.test(href) && href.length <= MAX_LINK_CHARACTERS ? href : undefined;
}

/**
 * An address as a terminal shows and opens it (OSC 8), both the same text.
 * @param isTerminal whether it goes to one; to others it is the text alone
 * @returns undefined where `asciiLink` makes none: such an address is shown as any text
 */
export function terminalLink(address: string, isTerminal: boolean): string | undefined {
  const link = asciiLink(address);
  if (link === undefined || !isTerminal) return link;
  return `\x1b]8;;${link}\x1b\\${link}\x1b]8;;\x1b\\`;
}

/** A closing bracket is the address's own only where it was opened in it. */
function unbracketed(address: string): string {
  for (const [open, close] of ["()", "[]"]) {
    let depth = 0;
    for (let at = 0; at < address.length; at++) {
      if (address[at] === open) depth++;
      else if (address[at] === close && --depth < 0) return address.slice(0, at);
    }
  }
  return address;
}
