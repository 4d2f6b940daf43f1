/**
 * Links in the terminal. A text of others is never made a link as a whole: of an https address in it a link can be made
 * that shows its target, letter by letter in ASCII, so that nothing can look like another place.
 */

/** Terminals take about as much. */
const MAX_LINK_CHARACTERS = 2048;
const START = "https://";
/** What ends a sentence, or stands around an address. */
const TRAILING = /[.,;:!?'"*_]+$/;

/** An https address that was found in a text. */
export interface Link {
  /** Who is spoken to, in Punycode, and at which port. */
  readonly host: string;
  /** The whole address in ASCII: what is shown, and what is opened. */
  readonly target: string;
}

/** The https addresses in a text, in their order. @param text as it came */
export function findLinks(text: string): Link[] {
  return text.split(/[\s<>"`{}|\\^\p{Cc}\p{Cf}\p{Cs}\p{Z}]+/u).flatMap((word) => {
    const start = word.indexOf(START);
    if (start < 0 || word.length > MAX_LINK_CHARACTERS) return [];
    const link = linkTo(unbracketed(word.slice(start)).replace(TRAILING, ""));
    return link === undefined ? [] : [link];
  });
}

/**
 * An address as it is called: the name of the host in Punycode, everything else that is not ASCII in percent signs
 * (WHATWG URL). Undefined for what is no https address, has a user or a password in it (`https://bank.example@evil.example`),
 * or is too long.
 */
export function linkTo(address: string): Link | undefined {
  if (address.length > MAX_LINK_CHARACTERS || !address.startsWith(START) || !URL.canParse(address))
    return undefined;
  const { href, protocol, username, password, host } = new URL(address);
  if (protocol !== "https:" || username !== "" || password !== "" || host === "") return undefined;
  const isShowable = /^[\x21-\x7e]+$/.test(href) && href.length <= MAX_LINK_CHARACTERS;
  return isShowable ? { host, target: href } : undefined;
}

/**
 * A text that a terminal opens an address for (OSC 8).
 * @param target of a link that was found
 * @param text all of it, or a part where it takes several rows
 */
export function opening(target: string, text: string): string {
  return `\x1b]8;;${target}\x1b\\${text}\x1b]8;;\x1b\\`;
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
