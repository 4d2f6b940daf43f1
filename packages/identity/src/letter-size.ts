/** The four sizes of envelopes, and how much fits into each (docs/messaging.md, "Size"). */
import { agePlaintextBytes } from "./age-size.ts";
import { hasAgeForm } from "./age-ssh.ts";
import { LetterError } from "./letter-error.ts";
import { writeLetter } from "./letter-format.ts";
import { letterSignatureBytes } from "./letter-signature.ts";
import { fingerprint, type PublicKey } from "./publickey.ts";
import type { Signer } from "./signer.ts";

/** Bytes of an envelope, whatever is inside: 4, 16, 64 and 256 KiB. */
export const LETTER_SIZES = [4096, 16_384, 65_536, 262_144] as const;
export const LARGEST_LETTER_BYTES = LETTER_SIZES[3];

/** All of a letter that its length depends on, but for the body. */
export interface LetterShape {
  readonly to: PublicKey;
  readonly from?: Pick<Signer, "publicKey"> | undefined;
  readonly type: string;
  readonly name?: string | undefined;
  readonly card?: Uint8Array | undefined;
}

/**
 * The most bytes of body that an envelope of this size holds; below zero where even the header is too long for it.
 * @throws LetterError `no-letter-form`, or `malformed` for a type, name or card that no letter has
 */
export function largestLetterBody(shape: LetterShape, envelopeBytes: number = LARGEST_LETTER_BYTES): number {
  const { to, from, type, name, card } = shape;
  if (!hasAgeForm(to)) {
    throw new LetterError(
      "no-letter-form",
      "letters can be sealed for ed25519 and for RSA from 2048 bits only",
    );
  }
  const withoutBody = writeLetter({
    id: new Uint8Array(16),
    date: new Date(0),
    to: fingerprint(to),
    type,
    name,
    from: from?.publicKey,
    card,
    padding: 1,
    signature: from && new Uint8Array(letterSignatureBytes(from.publicKey)),
    body: new Uint8Array(0),
  });
  return agePlaintextBytes(to, envelopeBytes) - withoutBody.length;
}
