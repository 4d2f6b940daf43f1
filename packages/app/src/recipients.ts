/** Who a letter is for: a public key in any of the forms that people hand over, or a file of several. */
import {
  fingerprint,
  MAX_AUTHORIZED_KEYS_CHARACTERS,
  type NamedKey,
  parseAuthorizedKeys,
  publicKeyFromText,
} from "@asfaleia/identity";
import { EXIT, Failure } from "./exit.ts";
import { isPrivate, readKeyFile } from "./keyfile.ts";

/** Each gets letters of its own, which are sealed before the first one is sent. */
const MAX_RECIPIENTS = 256;
const KEY_LINE = /^\s*(ssh-|ecdsa-sha2-|sk-)\S+\s+\S/;
/** No file is likely to be called like this: an SPKI begins with M, a blob with AAAA, the shortest has 60 characters. */
const BASE64_KEY = /^\s*(M|AAAA)[A-Za-z0-9+/\s]{54,}={0,2}\s*$/;

/** Whether a word is a public key itself, and no name or file. */
export function isKeyText(word: string): boolean {
  return KEY_LINE.test(word) || BASE64_KEY.test(word) || word.startsWith("-----BEGIN ");
}

/** Whether the options of a line say that its key only signs the keys of others (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
export function namesAuthority(options: string): boolean {
  return /(^|,)cert-authority(,|$)/i.test(options);
}

/**
 * The receivers that a word on the command line names, each once.
 * @param word a public key line, a .pub file, base64 of a key, or @FILE of several in authorized_keys form
 * @throws KeyError, Failure `key`
 */
export async function recipientsOf(word: string): Promise<NamedKey[]> {
  if (word.startsWith("@")) return fromAuthorizedKeys(word.slice(1));
  if (isKeyText(word)) return [publicKeyFromText(word)];
  const file = await readKeyFile(word);
  const text = Buffer.from(file).toString("utf8");
  if (isPrivate(file)) {
    file.fill(0);
    throw new Failure(EXIT.key, `${word} is a private key: show it to nobody, and name the .pub file`);
  }
  return [publicKeyFromText(text)];
}

async function fromAuthorizedKeys(path: string): Promise<NamedKey[]> {
  const text = Buffer.from(await readKeyFile(path, MAX_AUTHORIZED_KEYS_CHARACTERS)).toString("utf8");
  const receivers = new Map<string, NamedKey>();
  for (const { key, comment, options, line } of parseAuthorizedKeys(text)) {
    if (namesAuthority(options)) {
      throw new Failure(
        EXIT.key,
        `${path} line ${line} is the key of a certificate authority, not of a person`,
      );
    }
    const id = fingerprint(key);
    if (!receivers.has(id)) receivers.set(id, { key, comment });
  }
  if (receivers.size === 0) throw new Failure(EXIT.key, `${path} names no key`);
  if (receivers.size > MAX_RECIPIENTS) {
    throw new Failure(EXIT.usage, `${path} names more than ${MAX_RECIPIENTS} keys: send to fewer at a time`);
  }
  return [...receivers.values()];
}
