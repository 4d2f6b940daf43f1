/** What people hand over so that others can write to them: a card, or public keys in any of their forms. */
import { existsSync } from "node:fs";
import type { NamedKey } from "@asfaleia/identity";
import {
  fingerprint,
  KeyError,
  MAX_AUTHORIZED_KEYS_CHARACTERS,
  parseAuthorizedKeys,
  publicKeyFromText,
} from "@asfaleia/identity";
import { plainComment } from "../comment.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import { readInput } from "../io.ts";
import { isPrivate, readKeyFile } from "../keyfile.ts";
import { isKeyText, namesAuthority } from "../recipients.ts";

export type Introduction =
  /** The text of a card, unread. */
  | { readonly kind: "card"; readonly card: string; readonly file: string | undefined }
  /** Their comments are fit to stand in a line. */
  | { readonly kind: "keys"; readonly keys: readonly NamedKey[] };

const CARD_MARK = "-----BEGIN ASFALEIA CARD-----";
/** Of one person. */
const MAX_KEYS = 64;

/**
 * Reads what a word on the command line is or names.
 * @param word a card, a public key, a file of either (of several keys in authorized_keys form too), or `-` for standard input
 * @throws KeyError, Failure
 */
export async function readIntroduction(word: string): Promise<Introduction> {
  if (word.includes(CARD_MARK)) return introductionIn(word, undefined);
  if (isKeyText(word)) return { kind: "keys", keys: [plain(publicKeyFromText(word))] };
  if (word === "-") return introductionIn(await readGiven(), undefined);
  const path = word.startsWith("@") ? word.slice(1) : word;
  if (!existsSync(path))
    throw new Failure(EXIT.key, `${word}: no such file, and no link, code, key or source`);
  return introductionIn(publicText(await readKeyFile(path, MAX_AUTHORIZED_KEYS_CHARACTERS)), word);
}

/**
 * Standard input: what somebody was given, as text. At a terminal an empty line ends it, as what is typed has no end.
 * @param isWhole whether what was typed so far can have nothing behind it
 * @throws Failure
 */
export async function readGiven(isWhole: (text: string) => boolean = () => false): Promise<string> {
  const isOver = (text: string) => text.trim() !== "" && (/\n[ \t]*\n$/.test(text) || isWhole(text));
  const text = publicText(
    await readInput(MAX_AUTHORIZED_KEYS_CHARACTERS, EXIT.usage, "what you were given", {
      ...(process.stdin.isTTY ? { isOver } : {}),
    }),
  );
  if (text.trim() === "") throw usage("nothing came on standard input");
  return text;
}

function publicText(bytes: Uint8Array): string {
  if (!isPrivate(bytes)) return Buffer.from(bytes).toString("utf8");
  bytes.fill(0);
  throw new Failure(EXIT.key, "this is a private key: show it to nobody, and name the .pub file");
}

/** @throws KeyError, Failure */
export function introductionIn(text: string, file: string | undefined): Introduction {
  return text.includes(CARD_MARK) ? { kind: "card", card: text, file } : { kind: "keys", keys: keysIn(text) };
}

function keysIn(text: string): NamedKey[] {
  try {
    return [plain(publicKeyFromText(text))];
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    const keys = authorizedKeys(text);
    if (keys.length === 0) throw error;
    return keys;
  }
}

function authorizedKeys(text: string): NamedKey[] {
  const keys = new Map<string, NamedKey>();
  for (const { key, comment, options, line } of parseAuthorizedKeys(text)) {
    if (namesAuthority(options))
      throw new Failure(EXIT.key, `line ${line} is the key of a certificate authority, not of a person`);
    if (!keys.has(fingerprint(key))) keys.set(fingerprint(key), plain({ key, comment }));
  }
  if (keys.size > MAX_KEYS) throw usage(`one person with more than ${MAX_KEYS} keys is not believed`);
  return [...keys.values()];
}

function plain({ key, comment }: NamedKey): NamedKey {
  return { key, comment: plainComment(comment) };
}

/** Takes a card that was written out on the command line away from what would read its dashes as an option. */
export function takeCardArgument(args: readonly string[]): { card: string | undefined; rest: string[] } {
  const at = args.findIndex((arg) => arg.trimStart().startsWith(CARD_MARK));
  return { card: args[at], rest: at < 0 ? [...args] : args.toSpliced(at, 1) };
}
