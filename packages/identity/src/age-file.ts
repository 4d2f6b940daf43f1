/** Whole age files for SSH keys: one receiver going out, any of our keys coming in, armored or not. */
import { armor, Decrypter, Encrypter, type Identity, type Recipient, type Stanza } from "age-encryption";
import { sshIdentity, sshRecipient } from "./age-ssh.ts";
import type { PrivateKey } from "./privatekey.ts";
import type { PublicKey } from "./publickey.ts";

const ARMOR_BEGIN = "-----BEGIN AGE ENCRYPTED FILE-----";

/** What an age file held, and the key of ours that opened it. */
export interface OpenedAgeFile {
  plaintext: Uint8Array;
  key: PrivateKey;
}

/**
 * An age file for one SSH key; `age -d -i` opens it. Null where the key has no age form.
 * @throws KeyError `bad-key` where an ed25519 key is no point of its curve
 */
export async function encryptAgeFile(to: PublicKey, plaintext: Uint8Array): Promise<Uint8Array | null> {
  const recipient = sshRecipient(to);
  if (recipient === null) return null;
  let fileKey: Uint8Array | undefined;
  const remembering: Recipient = {
    wrapFileKey(key) {
      fileKey = key;
      return recipient.wrapFileKey(key);
    },
  };
  const encrypter = new Encrypter();
  encrypter.addRecipient(remembering);
  try {
    return await encrypter.encrypt(plaintext);
  } finally {
    fileKey?.fill(0);
  }
}

/**
 * Opens an age file with the first of our keys that it names; null where it names none, as files under a passphrase
 * never do: no passphrase is ever tried, so none costs anything.
 * @throws Error where the file is no age file, or was altered or cut
 */
export async function decryptAgeFile(
  file: Uint8Array,
  keys: readonly PrivateKey[],
): Promise<OpenedAgeFile | null> {
  const identity = new FirstOf(keys);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    const plaintext = await decrypter.decrypt(file);
    return { plaintext, key: identity.opened! };
  } catch (error) {
    if (identity.nobody) return null;
    throw error;
  } finally {
    identity.fileKey?.fill(0);
  }
}

/**
 * The bytes of an armored file (`age -a`), or null where there is no armor.
 * @throws Error where there is, and it is malformed
 */
export function unarmorAgeFile(text: Uint8Array): Uint8Array | null {
  const latin1 = Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString("latin1");
  return latin1.trimStart().startsWith(ARMOR_BEGIN) ? armor.decode(latin1) : null;
}

/** Tries keys in order, and remembers how that went: typage tells it by the text of an error only. */
class FirstOf implements Identity {
  readonly #keys: readonly PrivateKey[];
  /** The key that opened the file. */
  opened: PrivateKey | undefined;
  /** None of the stanzas was for any key. */
  nobody = false;
  fileKey: Uint8Array | undefined;

  constructor(keys: readonly PrivateKey[]) {
    this.#keys = keys;
  }

  async unwrapFileKey(stanzas: Stanza[]): Promise<Uint8Array | null> {
    // age's specification: a passphrase stands alone. Beside it, an SSH stanza promises secrecy it has not got.
    if (stanzas.length > 1 && stanzas.some((stanza) => stanza.args[0] === "scrypt")) {
      throw new Error("a passphrase beside other recipients");
    }
    for (const key of this.#keys) {
      const fileKey = await sshIdentity(key)?.unwrapFileKey(stanzas);
      if (fileKey == null) continue;
      this.opened = key;
      this.fileKey = fileKey;
      return fileKey;
    }
    this.nobody = true;
    return null;
  }
}
