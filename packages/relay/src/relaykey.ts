/** Who the relay is: an OpenSSH ed25519 key, the boot id of this run, and the proof that it makes of both. */
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import {
  fileSigner,
  fingerprint,
  KeyError,
  type PublicKey,
  parsePrivateKey,
  publicKeyFromSpki,
  type Signer,
  sshsigSign,
} from "@asfaleia/identity";
import { ID_BYTES, RELAY_NAMESPACE, type RelayInfo, relayProofText } from "@asfaleia/protocol";

export interface RelayKey {
  readonly publicKey: PublicKey;
  readonly fingerprint: string;
  readonly bootId: Uint8Array;
  readonly keyObject: KeyObject;
  readonly signer: Signer;
}

/**
 * Reads the relay's key.
 * @param file an OpenSSH private key file, ssh-ed25519, without a passphrase
 * @throws KeyError where it is another
 */
export function readRelayKey(file: Uint8Array): RelayKey {
  const { publicKey, keyObject } = parsePrivateKey(file);
  if (publicKey.type !== "ssh-ed25519") {
    throw new KeyError(
      "unsupported-key",
      "a relay's key is ssh-ed25519: make one with ssh-keygen -t ed25519",
    );
  }
  return relayKey(publicKey, keyObject);
}

/** A key drawn for this run: it and the relay's address are gone when the relay stops. */
export function drawRelayKey(): RelayKey {
  const pair = generateKeyPairSync("ed25519");
  const publicKey = publicKeyFromSpki(pair.publicKey.export({ type: "spki", format: "der" }));
  return relayKey(publicKey, pair.privateKey);
}

/**
 * The signature of RELAY (docs/protocol.md, "The relay proves itself").
 * @param random HELLO's 32 bytes
 * @param channelBinding EXPORTER-Channel-Binding (RFC 9266), empty on a plain line
 */
export function proveRelay(
  key: RelayKey,
  info: RelayInfo,
  random: Uint8Array,
  channelBinding: Uint8Array,
): Promise<Uint8Array> {
  return sshsigSign(key.signer, RELAY_NAMESPACE, relayProofText(info, random, channelBinding));
}

function relayKey(publicKey: PublicKey, keyObject: KeyObject): RelayKey {
  return {
    publicKey,
    fingerprint: fingerprint(publicKey),
    bootId: new Uint8Array(randomBytes(ID_BYTES)),
    keyObject,
    signer: fileSigner({ publicKey, keyObject, comment: "" }),
  };
}
