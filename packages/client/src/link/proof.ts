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

/**
 * Settles whether a proved key is the one meant: the pinned one, or else one that is trusted.
 * @throws LinkError `relay-key-changed`, `relay-untrusted`, and what `trust` throws
 */
export async function checkRelayTrust(
  proved: string,
  pinned: string | undefined,
  trust: TrustRelay | undefined,
): Promise<void> {
  if (pinned !== undefined) {
    if (proved !== pinned) throw new LinkError("relay-key-changed");
  } else if (trust === undefined) {
    throw new LinkError("relay-untrusted");
  } else {
    await trust(proved);
  }
}
