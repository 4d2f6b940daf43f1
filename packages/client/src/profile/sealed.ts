/** age files under a passphrase, and letters to oneself (docs/messaging.md, "Letters") under an SSH key. */
import type { PrivateKey, PublicKey } from "@asfaleia/identity";
import { LetterError, openLetter, sealLetter } from "@asfaleia/identity/letter";
import { Decrypter, Encrypter } from "age-encryption";
import { ProfileError } from "./errors.ts";

/** What something is sealed for. */
export type Seal =
  | { readonly kind: "passphrase"; readonly passphrase: string; readonly workFactor?: number }
  | { readonly kind: "ssh"; readonly publicKey: PublicKey };

/** Where the secret comes from; only what is needed is asked, and once. */
export interface Unlock {
  readonly passphrase?: () => Promise<string>;
  readonly privateKey?: () => Promise<PrivateKey>;
  /** Of a profile: told of an answer that did not open it. True asks again, and its lock is held all the while. */
  readonly asksAgain?: (error: unknown) => boolean;
}

const HEADER = /^age-encryption\.org\/v1\n-> (scrypt|ssh-ed25519|ssh-rsa) /;
const HEADER_BYTES = 64;
/** Both sides of an exchange by letter name it so. */
const LETTER_TYPE = "application/x-asfaleia-secret";

/** What opens an age file, by its first stanza; undefined for anything else. */
export function sealKind(bytes: Uint8Array): Seal["kind"] | undefined {
  const [, stanza] = HEADER.exec(Buffer.from(bytes.subarray(0, HEADER_BYTES)).toString("latin1")) ?? [];
  if (stanza === undefined) return undefined;
  return stanza === "scrypt" ? "passphrase" : "ssh";
}

/** @throws RangeError for an empty passphrase */
export async function sealWithPassphrase(
  plaintext: Uint8Array,
  { passphrase, workFactor }: Extract<Seal, { kind: "passphrase" }>,
): Promise<Uint8Array> {
  if (passphrase === "") throw new RangeError("the passphrase is empty");
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  if (workFactor !== undefined) encrypter.setScryptWorkFactor(workFactor);
  return encrypter.encrypt(plaintext);
}

/** @throws ProfileError `wrong-key`, `damaged` */
export async function openWithPassphrase(bytes: Uint8Array, { passphrase }: Unlock): Promise<Uint8Array> {
  if (passphrase === undefined) throw new ProfileError("wrong-key", { detail: "it needs the passphrase" });
  const decrypter = new Decrypter();
  decrypter.addPassphrase(await passphrase());
  try {
    return await decrypter.decrypt(bytes);
  } catch (error) {
    // typage tells a wrong passphrase from damage by this text only.
    const isWrong = error instanceof Error && error.message.startsWith("no identity matched");
    throw new ProfileError(isWrong ? "wrong-key" : "damaged");
  }
}

/**
 * Seals a short secret for an SSH key: the envelope of the smallest letter, 4,096 bytes, whatever the key.
 * @throws LetterError `no-letter-form` for ECDSA and hardware keys, `too-large` above some 3,000 bytes
 */
export function sealWithSsh(secret: Uint8Array, to: PublicKey, now: Date): Promise<Uint8Array> {
  return sealLetter({ to, type: LETTER_TYPE, body: secret, now });
}

/** @throws ProfileError `wrong-key`, `damaged` */
export async function openWithSsh(bytes: Uint8Array, { privateKey }: Unlock): Promise<Uint8Array> {
  if (privateKey === undefined) throw new ProfileError("wrong-key", { detail: "it needs the SSH key" });
  const key = await privateKey();
  try {
    const letter = await openLetter(bytes, [key]);
    if (letter.kind === "letter" && letter.type === LETTER_TYPE) return letter.body;
  } catch (error) {
    if (!(error instanceof LetterError)) throw error;
    if (error.code === "not-for-us") throw new ProfileError("wrong-key");
  }
  throw new ProfileError("damaged");
}
