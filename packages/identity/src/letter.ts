/**
 * Letters: age files for an SSH key, with header lines inside (docs/messaging.md, "Letters"). The stock tools open
 * and check them; nothing else of asfaleia has to exist on the other side.
 *
 * A letter has no forward secrecy and no post-quantum seal, and a signed one can be shown to others: it is for when
 * nothing better is known of the receiver than the key.
 */
export { hasAgeForm as hasLetterForm } from "./age-ssh.ts";
export { LetterError, type LetterErrorCode } from "./letter-error.ts";
export { isLetterName, isLetterType, MAX_LETTER_NAME_BYTES } from "./letter-fields.ts";
export { MAX_LETTER_CARD_BYTES } from "./letter-format.ts";
export {
  type AnonymousLetter,
  MAX_ARMORED_LETTER_BYTES,
  type OpenLetter,
  openLetter,
  type PlainText,
  type ProvenLetter,
  type UnprovenLetter,
} from "./letter-open.ts";
export { type LetterToSeal, sealLetter } from "./letter-seal.ts";
export { LETTER_NAMESPACE } from "./letter-signature.ts";
export { LARGEST_LETTER_BYTES, LETTER_SIZES, type LetterShape, largestLetterBody } from "./letter-size.ts";
