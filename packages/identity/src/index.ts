export { type Agent, MAX_AGENT_KEYS, MAX_AGENT_REPLY_BYTES, sshAgent } from "./agent.ts";
export { KeyError, type KeyErrorCode } from "./errors.ts";
export { fileSigner } from "./file.ts";
export {
  type AuthorizedKey,
  MAX_AUTHORIZED_KEYS_CHARACTERS,
  MAX_KEY_LINE_CHARACTERS,
  type NamedKey,
  parseAuthorizedKeys,
  publicKeyFromLine,
  publicKeyLine,
} from "./keyline.ts";
export { publicKeyFromText } from "./keytext.ts";
export { MAX_PUBLIC_KEY_BYTES, RSA_MAX_BITS, RSA_MIN_BITS, RSA_MIN_BITS_DEFAULT } from "./material.ts";
export { MAX_BCRYPT_ROUNDS } from "./opensshcipher.ts";
export { MAX_PRIVATE_KEY_FILE_BYTES, type PrivateKey, parsePrivateKey } from "./privatekey.ts";
export {
  fingerprint,
  type KeyType,
  keyObject,
  keyTypeLabel,
  type PublicKey,
  publicKeyBase64,
  publicKeyFromBlob,
  publicKeyFromField,
  publicKeyFromSpki,
  publicKeySpki,
  sameKey,
} from "./publickey.ts";
export { randomart } from "./randomart.ts";
export { MAX_SIGNATURE_BYTES, verifySignature } from "./signature.ts";
export type { Signer } from "./signer.ts";
export {
  MAX_NAMESPACE_BYTES,
  MAX_SSHSIG_BYTES,
  sshsigArmor,
  sshsigDearmor,
  sshsigSign,
  sshsigVerify,
} from "./sshsig.ts";
export { WireReader, WireWriter } from "./wire.ts";
