/** Writing letters: fields, padding, signature, age. */
import { randomBytes } from "node:crypto";
import { encryptAgeFile } from "./age-file.ts";
import { agePlaintextBytes } from "./age-size.ts";
import { LetterError, malformed } from "./letter-error.ts";
import { LETTER_ID_BYTES } from "./letter-fields.ts";
import { type Letter, writeLetter } from "./letter-format.ts";
import { LETTER_NAMESPACE, letterSignatureBytes } from "./letter-signature.ts";
import { LETTER_SIZES, type LetterShape, largestLetterBody } from "./letter-size.ts";
import { fingerprint } from "./publickey.ts";
import type { Signer } from "./signer.ts";
import { sshsigSign } from "./sshsig.ts";

/** ECDSA signatures have the length that is wanted three times of four: reached by broken signers only. */
const MAX_SIGNING_ATTEMPTS = 32;

/** What goes into a letter. */
export interface LetterToSeal extends LetterShape {
  /** Signs it; left out in an anonymous letter. */
  readonly from?: Signer | undefined;
  readonly body: Uint8Array;
  /** The letter tells it to the second. */
  readonly now: Date;
  /** 16 bytes; drawn where not given. */
  readonly id?: Uint8Array | undefined;
}

/**
 * Seals a letter for one SSH key: an age file of exactly 4, 16, 64 or 256 KiB, the smallest that holds it.
 * The signer is asked once; one with ECDSA keys at times more often, because its signatures differ in length.
 * @throws LetterError `too-large` (it tells the largest body that fits), `malformed`, `no-letter-form`
 * @throws RangeError where `id` has not 16 bytes, or `now` is no date of four-digit years
 * @throws KeyError what the signer throws, and `bad-key` where the ed25519 key of `to` is no point of its curve
 */
export async function sealLetter(letter: LetterToSeal): Promise<Uint8Array> {
  if (letter.card !== undefined && letter.from === undefined)
    throw malformed("an unsigned letter carries no card");
  const size = LETTER_SIZES.find((candidate) => letter.body.length <= largestLetterBody(letter, candidate));
  if (size === undefined) {
    const largestBody = largestLetterBody(letter);
    throw new LetterError("too-large", "this does not fit into one letter", { largestBody });
  }
  const plaintext = await padAndSign(letter, agePlaintextBytes(letter.to, size));
  const envelope = await encryptAgeFile(letter.to, plaintext);
  if (envelope?.length !== size) throw new Error("an age file of another length than foreseen");
  return envelope;
}

/** The padding is signed, so the length of the signature has to be known before there is one. */
async function padAndSign(letter: LetterToSeal, plaintextBytes: number): Promise<Uint8Array> {
  const { to, from, now, id = randomBytes(LETTER_ID_BYTES), type, name, card, body } = letter;
  const fields = { id, date: now, to: fingerprint(to), type, name, from: from?.publicKey, card, body };
  if (from === undefined) return writeLetter(padded({ ...fields, padding: 1 }, plaintextBytes));
  const standIn = new Uint8Array(letterSignatureBytes(from.publicKey));
  const draft = padded({ ...fields, padding: 1, signature: standIn }, plaintextBytes);
  const signedBytes = writeLetter({ ...draft, signature: undefined });
  for (let attempt = 0; attempt < MAX_SIGNING_ATTEMPTS; attempt++) {
    const signature = await sshsigSign(from, LETTER_NAMESPACE, signedBytes);
    const plaintext = writeLetter({ ...draft, signature });
    if (plaintext.length === plaintextBytes) return plaintext;
  }
  throw new Error("the signer's signatures have other lengths than their type has");
}

/** The letter with as many more zeros as bring it to this length. */
function padded(letter: Letter, plaintextBytes: number): Letter {
  return { ...letter, padding: letter.padding + plaintextBytes - writeLetter(letter).length };
}
