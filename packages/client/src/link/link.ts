/** A link to a relay: dial, have the relay prove itself, authenticate, and ask (docs/protocol.md). */
import { randomBytes } from "node:crypto";
import type { Signer } from "@asfaleia/identity";
import {
  type Address,
  type Document,
  formatHello,
  HELLO_BYTES,
  type Message,
  maxLineBytes,
  parseRelay,
  RELAY,
} from "@asfaleia/protocol";
import type { AuthToken } from "./authenticate.ts";
import { Connection } from "./connection.ts";
import { type Channel, type ConnectStream, dial } from "./dial.ts";
import { checkRelayProof, checkRelayTrust, type RelayIdentity, type TrustRelay } from "./proof.ts";
import { RelayLink } from "./relaylink.ts";

/** How long the relay may keep silent while it owes an answer, and how long dialling may take. */
export const DEFAULT_TIMEOUT_MS = 20_000;

export interface LinkOptions {
  /** Asked about the relay's key where the address pins none. Without it such an address is refused. */
  readonly trust?: TrustRelay;
  /**
   * The first 16 bytes of the hash that the fingerprint of the relay's key tells, as an invite link holds them: a relay
   * with another key is refused (`relay-key-changed`), and `trust` is not asked.
   */
  readonly pinPrefix?: Uint8Array;
  /** Ends the opening, and later the link. */
  readonly signal?: AbortSignal;
  /** For dialling and the TLS handshake together, and for silence while an answer is due. */
  readonly timeoutMs?: number;
  /** Speak plain lines over TCP. Whoever is in between reads the token: for loopback and tunnels only. */
  readonly unsafePlain?: boolean;
  /** Opens the TCP connections, through a proxy as a rule; Unix sockets are reached without it. */
  readonly connect?: ConnectStream;
}

export interface Subscription {
  /** Messages that wait in the mailbox when the subscription begins. */
  readonly waiting: number;
  /**
   * The backlog, then each message as it comes. It throws RefusedError `taken-over` or `going-away`, or what ended the
   * link, after the last message that came before. With a window of 0 it is empty.
   */
  readonly messages: AsyncIterable<Message>;
}

/**
 * One connection to one relay. Requests may be made without awaiting those before; replies come in order. A request
 * rejects with RefusedError where the relay refuses it, else with what ended the link: LinkError, or the reason of the
 * signal. Arguments that no relay could take throw ProtocolError `wrong-usage` or RangeError, and nothing is sent.
 */
export interface Link {
  readonly relay: RelayIdentity;

  /**
   * Proves a key by a signature, and nothing else: the key is never used to decrypt for a relay. Before it is asked to
   * sign, the challenge is checked to be made by this relay for this connection; a false one ends the link.
   * Rejects with the signer's KeyError too.
   */
  authenticate(signer: Signer): Promise<AuthToken>;

  /**
   * Puts an envelope into a mailbox. One that is larger than the relay takes is refused here, `too-large`.
   * @param receiver a fingerprint, or base64 of a public key (blob or SPKI)
   * @returns the message id, 16 bytes
   */
  send(token: AuthToken, receiver: string, envelope: Uint8Array): Promise<Uint8Array>;

  /**
   * Takes everything out of the mailbox; asked when it is first read. What is handed out here the relay no longer has,
   * and what a reader leaves unread is lost: read it to the end. `subscribe` is the safe way.
   */
  get(token: AuthToken): AsyncIterable<Message>;

  /**
   * Reads the mailbox without emptying it. A newer subscription of the same mailbox, on any link, ends this one.
   * @param window 1 to 1024 messages that the relay sends ahead of `ack`; 0 only counts
   */
  subscribe(token: AuthToken, window: number): Promise<Subscription>;

  /** Lets the relay forget messages. @returns how many it still had */
  ack(token: AuthToken, ids: readonly Uint8Array[]): Promise<number>;

  /** Keeps a document under the token's key. @param seconds how long; 0 with an empty document empties the slot */
  publish(token: AuthToken, slot: string, seconds: number, document: Uint8Array): Promise<void>;

  /** What is published under a key; none where the relay knows of nothing. @param of as `receiver` of `send` */
  lookup(token: AuthToken, of: string): Promise<Document[]>;

  /** Sends what is on its way out and hangs up. Requests without an answer fail with LinkError `closed`. */
  close(): void;

  /** Resolves when the connection is gone, however it ended. */
  readonly closed: Promise<void>;
}

/**
 * Opens a link to a relay that has proved to hold its key.
 * @throws LinkError; RefusedError where the relay refuses even to prove itself; what `trust` and `connect` throw; the
 * signal's reason
 */
export async function openLink(address: Address, options: LinkOptions = {}): Promise<Link> {
  const { trust, pinPrefix, timeoutMs = DEFAULT_TIMEOUT_MS, unsafePlain = false } = options;
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const connect = options.connect === undefined ? {} : { connect: options.connect };
  const channel = await dial(address, { unsafePlain, timeoutMs, ...signal, ...connect });
  const connection = new Connection(channel.socket, { timeoutMs, ...signal });
  try {
    const relay = await askForProof(connection, channel);
    const pin = { fingerprint: address.fingerprint, prefix: pinPrefix };
    await Promise.race([checkRelayTrust(relay.fingerprint, pin, trust), connection.failed]);
    connection.open(maxLineBytes(relay.envelopeBytes));
    return new RelayLink(connection, relay);
  } catch (error) {
    connection.fail(error);
    throw error;
  }
}

async function askForProof(connection: Connection, channel: Channel): Promise<RelayIdentity> {
  const random = randomBytes(HELLO_BYTES);
  const relay = await connection.ask(() => formatHello(random), RELAY, parseRelay);
  return checkRelayProof(relay, random, channel);
}
