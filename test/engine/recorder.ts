/** All that a relay gets to see, written down as it sees it: one record a connection. */
import type { Link } from "@asfaleia/client";
import type { Dial } from "@asfaleia/client/messenger";

export interface SentEnvelope {
  /** Place among all envelopes of the recording. */
  readonly index: number;
  readonly mailbox: string;
  readonly bytes: Uint8Array;
  /** Who sent it: no relay sees this. */
  readonly by: string;
}

export interface Seen {
  /** Whose connection it was: no relay sees this. */
  readonly by: string;
  /** Fingerprints of the keys that were proved, one for each proof. */
  readonly keys: string[];
  /** The same keys, as they stand on the wire. */
  readonly blobs: Uint8Array[];
  readonly sent: (SentEnvelope & { readonly key: string })[];
  /** Mailboxes that were read. */
  readonly read: string[];
  readonly lookedUp: string[];
  readonly published: { readonly key: string; readonly document: Uint8Array }[];
}

export class Recorder {
  readonly connections: Seen[] = [];
  readonly envelopes: SentEnvelope[] = [];
  readonly #reading = new Map<string, number>();
  /** Mailboxes by the ids of messages, and ids that were acknowledged: either may come first. */
  readonly #waiting = new Map<string, string>();
  readonly #acknowledged = new Set<string>();
  #sending = 0;

  /** Nothing is on its way to a relay, or to somebody who reads there. */
  get isQuiet(): boolean {
    if (this.#sending > 0) return false;
    return [...this.#waiting.values()].every((mailbox) => (this.#reading.get(mailbox) ?? 0) === 0);
  }

  /** The dial of one person, with everything written down that goes over it. */
  dial(by: string, dial: Dial): Dial {
    return async (relay, options) => this.#recorded(by, await dial(relay, options));
  }

  /** Everything a relay could search, in one piece; of these connections, or of all. */
  everything(connections: readonly Seen[] = this.connections): Buffer {
    const of = ({ keys, blobs, sent, read, lookedUp, published }: Seen): Uint8Array[] => [
      ...[...keys, ...read, ...lookedUp, ...sent.map(({ mailbox }) => mailbox)].map((text) =>
        Buffer.from(text),
      ),
      ...blobs,
      ...sent.map(({ bytes }) => bytes),
      ...published.map(({ document }) => document),
    ];
    return Buffer.concat(connections.flatMap(of).flatMap((bytes) => [bytes, GAP]));
  }

  #recorded(by: string, link: Link): Link {
    const seen: Seen = { by, keys: [], blobs: [], sent: [], read: [], lookedUp: [], published: [] };
    this.connections.push(seen);
    const { envelopes } = this;
    void link.closed.then(() => {
      for (const mailbox of seen.read) this.#read(mailbox, -1);
    });
    return {
      relay: link.relay,
      closed: link.closed,
      close: () => link.close(),
      authenticate: async (signer) => {
        seen.blobs.push(signer.publicKey.blob);
        const token = await link.authenticate(signer);
        seen.keys.push(token.mailbox);
        return token;
      },
      send: (token, mailbox, envelope) => {
        const sent = { index: envelopes.length, mailbox, bytes: new Uint8Array(envelope), by };
        envelopes.push(sent);
        seen.sent.push({ ...sent, key: token.mailbox });
        return this.#send(mailbox, link.send(token, mailbox, envelope));
      },
      get: (token) => {
        seen.read.push(token.mailbox);
        this.#read(token.mailbox, 1);
        return link.get(token);
      },
      subscribe: (token, window) => {
        seen.read.push(token.mailbox);
        this.#read(token.mailbox, 1);
        return link.subscribe(token, window);
      },
      ack: (token, ids) => this.#acknowledge(ids, link.ack(token, ids)),
      publish(token, slot, seconds, document) {
        seen.published.push({ key: token.mailbox, document: new Uint8Array(document) });
        return link.publish(token, slot, seconds, document);
      },
      lookup(token, of) {
        seen.lookedUp.push(of);
        return link.lookup(token, of);
      },
    };
  }

  #read(mailbox: string, more: 1 | -1): void {
    this.#reading.set(mailbox, (this.#reading.get(mailbox) ?? 0) + more);
  }

  async #send(mailbox: string, sent: Promise<Uint8Array>): Promise<Uint8Array> {
    this.#sending++;
    try {
      const id = await sent;
      const hex = Buffer.from(id).toString("hex");
      if (!this.#acknowledged.delete(hex)) this.#waiting.set(hex, mailbox);
      return id;
    } finally {
      this.#sending--;
    }
  }

  async #acknowledge(ids: readonly Uint8Array[], done: Promise<number>): Promise<number> {
    const count = await done;
    for (const id of ids) {
      const hex = Buffer.from(id).toString("hex");
      if (!this.#waiting.delete(hex)) this.#acknowledged.add(hex);
    }
    return count;
  }
}

/** Between two things that were seen, so that nothing is found across them. */
const GAP = Buffer.alloc(8);
