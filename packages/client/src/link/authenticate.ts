/** The client proves its key to a relay that has proved its own (docs/protocol.md, "Proving a key"). */
import { createHash } from "node:crypto";
import { fingerprint, type Signer, sshsigSign } from "@asfaleia/identity";
import {
  ANSWER,
  AUTH_NAMESPACE,
  challengeBinding,
  encodeBase64,
  formatAuth,
  formatVerify,
  isChallengeFor,
  parseAnswer,
  parseToken,
  TOKEN,
} from "@asfaleia/protocol";
import type { Connection } from "./connection.ts";
import { LinkError } from "./errors.ts";

/** What opens a mailbox for an hour: the relay's token, kept as the bytes it came in. Keep it secret, and off the disk. */
export interface AuthToken {
  readonly token: Uint8Array;
  /** By this machine's clock. */
  readonly expires: Date;
  /** The fingerprint of the key that was proved. */
  readonly mailbox: string;
}

/**
 * @param relay the fingerprint of the relay's proved key
 * @throws LinkError, RefusedError, the signer's KeyError
 */
export async function authenticate(
  connection: Connection,
  relay: string,
  signer: Signer,
): Promise<AuthToken> {
  const { handle, challenge } = await connection.ask(
    () => formatAuth({ key: signer.publicKey.blob, method: "sign" }),
    ANSWER,
    parseAnswer,
  );
  if (!isChallengeFor(challenge, sha256(challengeBinding(relay, handle)))) {
    const error = new LinkError("bad-relay", "a challenge that was not made for this link");
    connection.fail(error);
    throw error;
  }
  const proof = encodeBase64(await sshsigSign(signer, AUTH_NAMESPACE, challenge));
  const { token, seconds } = await connection.ask(() => formatVerify({ handle, proof }), TOKEN, parseToken);
  return { token, expires: new Date(Date.now() + seconds * 1000), mailbox: fingerprint(signer.publicKey) };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
