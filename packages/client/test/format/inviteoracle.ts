/** Invites' cryptography by WebCrypto and @hpke: the oracle of tests and vectors. */
import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";

const INFO = new TextEncoder().encode("asfaleia/1 invite document");
const PROOF_INFO = "asfaleia/1 invite proof";

const whole = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** What the document holds behind version and salt: HKDF-SHA256, then ChaCha20-Poly1305 under a nonce of zeros. */
export async function oracleSealed(
  secret: Uint8Array,
  salt: Uint8Array,
  bound: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const key = await derived(secret, salt, INFO);
  const context = new Chacha20Poly1305().createEncryptionContext(whole(key));
  return new Uint8Array(await context.seal(new ArrayBuffer(12), whole(plaintext), whole(bound)));
}

export function oracleProof(secret: Uint8Array, mailbox: string, deviceKey: Uint8Array): Promise<Uint8Array> {
  const info = Buffer.concat([Buffer.from(`${PROOF_INFO}${mailbox}`), deviceKey]);
  return derived(secret, new Uint8Array(0), info);
}

async function derived(secret: Uint8Array, salt: Uint8Array, info: Uint8Array): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", whole(secret), "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: whole(salt), info: whole(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

/** The plaintext of a document: a length, so many bytes, zeros. */
export function oraclePadded(inside: Uint8Array, length = inside.length): Uint8Array {
  const plaintext = new Uint8Array(16_384 - 1 - 32 - 16);
  new DataView(plaintext.buffer).setUint32(0, length);
  plaintext.set(inside, 4);
  return plaintext;
}
