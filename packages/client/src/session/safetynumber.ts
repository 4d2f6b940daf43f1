/** What two people compare to know that nobody sits between them. */
import { createHash } from "node:crypto";
import { Fingerprint, PublicKey } from "@signalapp/libsignal-client";

/** Rounds of SHA-512, as Signal has them. */
const ITERATIONS = 5_200;
/** Of the fingerprint's scannable form; the digits do not depend on it. */
const VERSION = 2;
/** Says Curve25519 in front of a public key of libsignal's. */
const KEY_TYPE = 0x05;

/**
 * 60 digits, the same on both sides (docs/messaging.md, "Safety numbers").
 * @param own OpenSSH blobs of one side's identities, in any order; one that stands twice counts once
 * @throws RangeError where a side has no identity, or an empty one
 */
export function safetyNumber(own: readonly Uint8Array[], theirs: readonly Uint8Array[]): string {
  const ownHash = hashOf(own);
  const theirHash = hashOf(theirs);
  const fingerprint = Fingerprint.new(
    ITERATIONS,
    VERSION,
    ownHash,
    keyOf(ownHash),
    theirHash,
    keyOf(theirHash),
  );
  return fingerprint.displayableFingerprint().toString();
}

function hashOf(blobs: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (blobs.length === 0 || blobs.some(({ length }) => length === 0))
    throw new RangeError("a side without identity");
  const hash = createHash("sha256");
  let last: Uint8Array | undefined;
  for (const blob of [...blobs].sort(Buffer.compare)) {
    if (last !== undefined && Buffer.compare(last, blob) === 0) continue;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(blob.length);
    hash.update(length).update(blob);
    last = blob;
  }
  return new Uint8Array(hash.digest());
}

/** No key at all: the fingerprint only hashes it, and asks for one by type. */
function keyOf(hash: Uint8Array): PublicKey {
  return PublicKey.deserialize(new Uint8Array([KEY_TYPE, ...hash]));
}
