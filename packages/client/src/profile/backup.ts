/**
 * A profile's contacts, settings and history as an age file, and back into a new profile. Nothing of this device is in it:
 * no session, prekey, device or mailbox key. Who restores it has a new device, and contacts are told so.
 */
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { ProfileError } from "./errors.ts";
import { conversation, lineOf } from "./export.ts";
import { LINES_VERSION, messageLine, writeLine } from "./lines.ts";
import type { Message, Profile } from "./profile.ts";
import {
  openWithPassphrase,
  openWithSsh,
  type Seal,
  sealKind,
  sealWithPassphrase,
  sealWithSsh,
  type Unlock,
} from "./sealed.ts";

export const MAX_BACKUP_BYTES = 1024 * 1024 * 1024;
/** Under an SSH key the first bytes are a letter of this size; it tells the age key of the rest. */
const LETTER_BYTES = 4096;

/**
 * @returns an age file under the passphrase; or, for an SSH key, a letter of 4,096 bytes whose body is an
 *   `AGE-SECRET-KEY-1…`, and after it the age file for that
 * @throws RangeError for an empty passphrase; LetterError `no-letter-form`
 */
export async function writeBackup(profile: Profile, seal: Seal): Promise<Uint8Array> {
  const plaintext = Buffer.from(`${backupLines(profile).join("\n")}\n`);
  if (seal.kind === "passphrase") return sealWithPassphrase(plaintext, seal);
  const secret = await generateX25519Identity();
  const letter = await sealWithSsh(Buffer.from(secret), seal.publicKey, new Date());
  if (letter.length !== LETTER_BYTES) throw new Error("a letter of another length than foreseen");
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(secret));
  return Buffer.concat([letter, await encrypter.encrypt(plaintext)]);
}

/**
 * The lines of a backup, for `restoreBackup`.
 * @throws ProfileError `wrong-key`, `damaged`
 */
export async function readBackup(bytes: Uint8Array, unlock: Unlock): Promise<string[]> {
  if (bytes.length > MAX_BACKUP_BYTES) throw new ProfileError("damaged");
  const text = decoded(await opened(bytes, unlock));
  if (!text.endsWith("\n")) throw new ProfileError("damaged");
  return text.slice(0, -1).split("\n");
}

async function opened(bytes: Uint8Array, unlock: Unlock): Promise<Uint8Array> {
  const kind = sealKind(bytes);
  if (kind === undefined) throw new ProfileError("damaged");
  if (kind === "passphrase") return openWithPassphrase(bytes, unlock);
  const secret = await openWithSsh(bytes.subarray(0, LETTER_BYTES), unlock);
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(decoded(secret));
    return await decrypter.decrypt(bytes.subarray(LETTER_BYTES));
  } catch {
    throw new ProfileError("damaged");
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProfileError("damaged");
  }
}

/** Messages stand in the order in which they came, so that a profile they are put into orders them the same way. */
function backupLines(profile: Profile): string[] {
  const contacts = profile.contacts.all();
  const messages: { row: number; line: string }[] = [];
  for (const { id } of contacts) {
    for (const message of conversation(profile, id)) {
      messages.push({ row: message.row, line: lineFor(profile, message) });
    }
  }
  messages.sort((a, b) => a.row - b.row);
  return [
    writeLine({ type: "asfaleia", version: LINES_VERSION, what: "backup" }),
    ...Array.from(profile.settings.all(), ([name, value]) => writeLine({ type: "setting", name, value })),
    ...contacts.map((contact) => writeLine(lineOf(profile, contact))),
    ...messages.map(({ line }) => line),
    writeLine({ type: "end", messages: messages.length, unreadable: 0 }),
  ];
}

function lineFor(profile: Profile, message: Message): string {
  return writeLine(messageLine(message, profile.messages.reactions(message.contact, message.id)));
}
