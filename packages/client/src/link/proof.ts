/** The relay proves its key, on this very connection (docs/protocol.md, "The relay proves itself"). */
import {
  fingerprint,
  KeyError,
  type PublicKey,
  publicKeyFromBlob,
  publicKeySpki,
  sameKey,
  sshsigVerify,
} from "@asfaleia/identity";
import { RELAY_NAMESPACE, type Relay, relayProofText, sameBytes } from "@asfaleia/protocol";
import { type Channel, POST_QUANTUM_GROUP } from "./dial.ts";
import { LinkError } from "./errors.ts";

/** Who the relay is and what it takes, as it proved. */
export interface RelayIdentity {
  readonly fingerprint: string;
  /** Another one than last time: the relay started anew, and its memory is gone. 16 bytes. */
  readonly bootId: Uint8Array;
  /** Decoded bytes of the largest envelope. */
  readonly envelopeBytes: number;
  /** How long the relay keeps a message at most. */
  readonly ttlSeconds: number;
}

/**
 * Decides about a relay's proved key where its address pins none.
 * Rejects with LinkError `relay-untrusted` or `relay-key-changed` to end the link.
 */
export type TrustRelay = (fingerprint: string) => Promise<void>;

/**
 * Checks what the relay answered to HELLO. The signature covers the channel binding, so that somebody in the middle,
 * who has one connection to each side, cannot pass it on. Where TLS showed the relay's own certificate, the connection
 * must also be safe from recordings that a quantum computer reads later.
 * @param random the 32 bytes of HELLO
 * @throws LinkError `relay-unproven`, or `bad-relay` for a weaker key agreement
 */
export function checkRelayProof(relay: Relay, random: Uint8Array, channel: Channel): RelayIdentity {
  const key = provedKey(relay, relayProofText(relay, random, channel.binding));
  const { tls } = channel;
  if (
    tls !== undefined &&
    sameBytes(tls.certificateSpki, publicKeySpki(key)) &&
    tls.group !== POST_QUANTUM_GROUP
  ) {
    throw new LinkError("bad-relay", `its own certificate without ${POST_QUANTUM_GROUP}`);
  }
  const { bootId, envelopeBytes, ttlSeconds } = relay;
  return { fingerprint: fingerprint(key), bootId, envelopeBytes, ttlSeconds };
}

function provedKey(relay: Relay, text: Uint8Array): PublicKey {
  try {
    const key = publicKeyFromBlob(relay.key);
    if (key.type === "ssh-ed25519" && sameKey(sshsigVerify(relay.signature, RELAY_NAMESPACE, text), key))
      return key;
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
  }
  throw new LinkError("relay-unproven");
}

/** Bytes of a fingerprint's hash that tell a relay where there is no room for all of them. */
export const PIN_PREFIX_BYTES = 16;

/** What is known beforehand of a relay's key. Where any of it is there, it decides, and nobody is asked. */
export interface RelayPin {
  /** Of its address. */
  readonly fingerprint?: string | undefined;
  /** The first 16 bytes of the hash that its fingerprint tells. */
  readonly prefix?: Uint8Array | undefined;
}

/**
 * Settles whether a proved key is the one meant: the pinned one, or else one that is trusted.
 * @throws LinkError `relay-key-changed`, `relay-untrusted`, what `trust` throws; RangeError for a prefix of another length
 */
export async function checkRelayTrust(
  proved: string,
  pin: RelayPin,
  trust: TrustRelay | undefined,
): Promise<void> {
  const { fingerprint, prefix } = pin;
  if (prefix !== undefined && !hasPinPrefix(proved, prefix)) throw new LinkError("relay-key-changed");
  if (fingerprint !== undefined && proved !== fingerprint) throw new LinkError("relay-key-changed");
  if (fingerprint !== undefined || prefix !== undefined) return;
  if (trust === undefined) throw new LinkError("relay-untrusted");
  await trust(proved);
}

/**
 * Whether the hash that a fingerprint tells begins so.
 * @param fingerprint `SHA256:` and 43 characters
 * @throws RangeError for a prefix of another length than 16 bytes
 */
export function hasPinPrefix(fingerprint: string, prefix: Uint8Array): boolean {
  if (prefix.length !== PIN_PREFIX_BYTES)
    throw new RangeError(`the beginning of a pin has ${PIN_PREFIX_BYTES} bytes`);
  return sameBytes(
    Buffer.from(fingerprint.slice("SHA256:".length), "base64").subarray(0, PIN_PREFIX_BYTES),
    prefix,
  );
}
