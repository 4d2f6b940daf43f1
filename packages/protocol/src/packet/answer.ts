/** 1 ANSWER `1;<handle>;<challenge>`: what the client must prove that it can sign or decrypt. */
import { decodeBase64, encodeBase64 } from "../base64.ts";
import { malformed } from "../errors.ts";
import { handleField, line } from "../fields.ts";
import { MAX_CHALLENGE_BYTES } from "../limits.ts";
import { splitFields } from "../line.ts";

export const ANSWER = 1;

export interface Answer {
  readonly handle: string;
  /** The challenge text in clear (sign), or encrypted to the key (decrypt). */
  readonly challenge: Uint8Array;
}

/** @throws ProtocolError `wrong-usage` */
export function parseAnswer(rest: Uint8Array): Answer {
  const [handle, challenge] = splitFields(rest, 2, 2) as [Uint8Array, Uint8Array];
  if (challenge.length === 0) throw malformed("the challenge is empty");
  return { handle: handleField(handle), challenge: decodeBase64(challenge, MAX_CHALLENGE_BYTES) };
}

export function formatAnswer(answer: Answer): Uint8Array {
  return line(ANSWER, answer.handle, encodeBase64(answer.challenge));
}
