import { fromBase64 } from "./bytes.ts";
import { KeyError } from "./errors.ts";
import { isKeyType } from "./keytypes.ts";
import { unsupportedType } from "./material.ts";
import { type PublicKey, publicKeyBase64, publicKeyFromBlob } from "./publickey.ts";

/** The longest line of a .pub or authorized_keys file: OpenSSH's own limit. */
export const MAX_KEY_LINE_CHARACTERS = 8192;
/** The longest authorized_keys file. */
export const MAX_AUTHORIZED_KEYS_CHARACTERS = 1024 * 1024;

/** A public key and what its owner called it. The comment is not to be trusted, and not cleaned for display. */
export interface NamedKey {
  readonly key: PublicKey;
  readonly comment: string;
}

/** One line of an authorized_keys file. */
export interface AuthorizedKey extends NamedKey {
  /** As written, and not obeyed: a caller that gives access must refuse options it does not know (`cert-authority`!). */
  readonly options: string;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Reads one OpenSSH public key line, `type base64 [comment]` (sshd(8), AUTHORIZED_KEYS FILE FORMAT, without options).
 * Blanks around it and one line feed at its end are allowed. Throws KeyError `bad-key`, `weak-key` or `unsupported-key`.
 */
export function publicKeyFromLine(line: string): NamedKey {
  if (line.length > MAX_KEY_LINE_CHARACTERS) throw new KeyError("bad-key", "the public key line is too long");
  const match = LINE.exec(line);
  if (match === null) throw new KeyError("bad-key", 'a public key line reads "type base64 comment"');
  const [, type = "", base64 = "", comment = ""] = match;
  const blob = fromBase64(base64);
  if (!isKeyType(type)) throw unsupportedType();
  if (blob === undefined) throw new KeyError("bad-key", "the public key is not proper base64; copy it again");
  const key = publicKeyFromBlob(blob);
  if (key.type !== type) throw new KeyError("bad-key", "the line names another type than the key has");
  return { key, comment: comment.trimEnd() };
}

/** Writes the line of a .pub file, without a line feed. A RangeError is thrown for a comment with control characters. */
export function publicKeyLine(key: PublicKey, comment = ""): string {
  if (/[\x00-\x1f\x7f]/.test(comment)) throw new RangeError("a comment has no control characters");
  const line = `${key.type} ${publicKeyBase64(key)}`;
  return comment === "" ? line : `${line} ${comment}`;
}

/**
 * Reads an authorized_keys file (sshd(8)): blank lines and `#` comments are passed over, options are returned as
 * written. Throws KeyError for the first bad line, and the message names its number.
 */
export function parseAuthorizedKeys(text: string): AuthorizedKey[] {
  if (text.length > MAX_AUTHORIZED_KEYS_CHARACTERS)
    throw new KeyError("bad-key", "the file of keys is too long");
  const keys: AuthorizedKey[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^[ \t\r]*(?:#|$)/.test(line)) continue;
    keys.push(authorizedKey(line, index + 1));
  }
  return keys;
}

const LINE = /^[ \t]*([^ \t\r\n]+)[ \t]+([^ \t\r\n]+)(?:[ \t]+([^\r\n]*))?\r?\n?$/;

function authorizedKey(line: string, number: number): AuthorizedKey {
  try {
    if (line.length > MAX_KEY_LINE_CHARACTERS) throw new KeyError("bad-key", "the line is too long");
    const [first, rest] = splitOptions(line.trimStart());
    // As in OpenSSH: a line that begins with a key type has no options.
    if (isKeyType(first)) return { ...publicKeyFromLine(line), options: "", line: number };
    return { ...publicKeyFromLine(rest), options: first, line: number };
  } catch (error) {
    if (error instanceof KeyError) throw new KeyError(error.code, `line ${number}: ${error.message}`);
    throw error;
  }
}

/** Options run to the first blank outside quotes; a backslash takes the meaning from the quote after it (auth2-pubkeyfile.c). */
function splitOptions(line: string): [options: string, rest: string] {
  let quoted = false;
  let at = 0;
  for (; at < line.length && (quoted || !/[ \t]/.test(line[at]!)); at++) {
    if (line.startsWith('\\"', at)) at++;
    else if (line[at] === '"') quoted = !quoted;
  }
  return [line.slice(0, at), line.slice(at)];
}
