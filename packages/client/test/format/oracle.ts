/** X-Wing and HPKE by @hpke: the same documents in JavaScript, by other people. Ours is held against it. */
import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";

const kem = new XWing();
const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });

/** @hpke takes array buffers, and all of them. */
const whole = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

async function recipient(publicKey: Uint8Array, eseed: Uint8Array | undefined) {
  const recipientPublicKey = await kem.deserializePublicKey(whole(publicKey));
  return eseed === undefined ? { recipientPublicKey } : { recipientPublicKey, ekm: whole(eseed) };
}

/** @param eseed 64 bytes in the place of random ones (section 5.4.1 of the draft) */
export async function oracleEncapsulate(publicKey: Uint8Array, eseed?: Uint8Array) {
  const { sharedSecret, enc } = await kem.encap(await recipient(publicKey, eseed));
  return { sharedSecret: new Uint8Array(sharedSecret), ciphertext: new Uint8Array(enc) };
}

export async function oracleDecapsulate(seed: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array> {
  const recipientKey = await kem.deserializePrivateKey(whole(seed));
  return new Uint8Array(await kem.decap({ recipientKey, enc: whole(ciphertext) }));
}

export interface Bound {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}

export async function oracleSeal(
  publicKey: Uint8Array,
  { info, aad }: Bound,
  plaintext: Uint8Array,
  eseed?: Uint8Array,
) {
  const params = { ...(await recipient(publicKey, eseed)), info: whole(info) };
  const { enc, ct } = await suite.seal(params, whole(plaintext), whole(aad));
  return { enc: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
}

export async function oracleOpen(
  seed: Uint8Array,
  { info, aad }: Bound,
  enc: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const recipientKey = await kem.deserializePrivateKey(whole(seed));
  const params = { recipientKey, enc: whole(enc), info: whole(info) };
  return new Uint8Array(await suite.open(params, whole(ciphertext), whole(aad)));
}
