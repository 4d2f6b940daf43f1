/** 2 VERIFY `2;<handle>;<proof>`: the proof runs to the end of the line, `;` included. */
import { malformed } from "../errors.ts";
import { handleField, line } from "../fields.ts";
import { splitFields } from "../line.ts";

export const VERIFY = 2;

export interface Verify {
  readonly handle: string;
  /** As it stood on the line: the plain text (decrypt), or base64 of an SSHSIG (sign). */
  readonly proof: Uint8Array;
}

/** @throws ProtocolError `wrong-usage` */
export function parseVerify(rest: Uint8Array): Verify {
  const [handle, proof] = splitFields(rest, 2, 2, true) as [Uint8Array, Uint8Array];
  if (proof.length === 0) throw malformed("the proof is empty");
  return { handle: handleField(handle), proof };
}

export function formatVerify(verify: Verify): Uint8Array {
  return line(VERIFY, verify.handle, verify.proof);
}
