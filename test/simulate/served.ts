/** One connection at a relay: what comes is written down and handed to the real relay, what goes may be turned into lies. */
import type { Socket } from "node:net";
import {
  DOCUMENT,
  DOCUMENT_BYTES,
  decodeBase64,
  END,
  ERROR,
  isUnasked,
  keyOrFingerprintField,
  LOOKUP,
  MESSAGE,
  PUBLISH,
  parseError,
  parsePublishFields,
  parseSend,
  SEND,
} from "@asfaleia/protocol";
import { Connection, type Core } from "../../packages/relay/test/internals.ts";
import { Deceiver, type Liar, type Lies } from "./lies.ts";
import { type Line, linesOf } from "./lines.ts";
import type { Seeded } from "./random.ts";
import type { Wire } from "./wire.ts";
import type { Seen, Witness } from "./witness.ts";

/** On plain lines there is nothing to bind a proof to (docs/protocol.md, "The relay proves itself"). */
const NO_BINDING = new Uint8Array(0);

const KEPT_DOCUMENTS = 8;

/** A request without its whole reply. */
interface Asked {
  readonly id: number;
  /** The mailbox that a SEND names. */
  readonly receiver: string | undefined;
  /** A LOOKUP that is to find nothing, or something old. */
  readonly isHidden: boolean;
  readonly isStale: boolean;
}

export interface ServedOptions {
  readonly core: Core;
  readonly wire: Wire;
  readonly random: Seeded;
  readonly witness: Witness;
  readonly seen: Seen;
  readonly liar: Liar;
  /** What was published last at this relay, by anybody. */
  readonly published: Uint8Array[];
  /** What the relay lies about now. */
  readonly lies: () => Lies | undefined;
}

export class Served {
  readonly connection: Connection;
  readonly wire: Wire;
  readonly #options: ServedOptions;
  readonly #deceiver: Deceiver;
  readonly #asked: Asked[] = [];
  #isOver = false;

  constructor(options: ServedOptions) {
    const { core, wire, random, liar } = options;
    this.#options = options;
    this.wire = wire;
    this.#deceiver = new Deceiver(random, liar);
    wire.fromRelay = (bytes) => this.#tell(bytes);
    this.connection = new Connection(core, wire.relay as unknown as Socket, () => NO_BINDING);
    wire.relay.on("data", (bytes: Uint8Array) => this.#hear(bytes));
    wire.relay.on("close", () => this.#end());
  }

  /** A reply is owed: the relay is still at it, on threads perhaps that virtual time knows nothing of. */
  get isBusy(): boolean {
    return this.#asked.length > 0 && !this.#isOver;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  #hear(bytes: Uint8Array): void {
    const { witness, seen, random, lies } = this.#options;
    if (!this.connection.isOver) {
      for (const line of linesOf(bytes)) {
        witness.line(seen, line);
        const isHidden = line.id === LOOKUP && random.chance(lies()?.hide ?? 0);
        const isStale = line.id === LOOKUP && random.chance(lies()?.stale ?? 0);
        this.#asked.push({ id: line.id, receiver: receiverOf(line), isHidden, isStale });
        if (line.id === PUBLISH) this.#keep(line);
      }
    }
    if (!this.connection.read(bytes)) this.wire.relay.pause();
  }

  #keep({ rest }: Line): void {
    const { published } = this.#options;
    const { text } = parsePublishFields(rest);
    if (text.length > 0) published.push(decodeBase64(text, DOCUMENT_BYTES));
    if (published.length > KEPT_DOCUMENTS) published.shift();
  }

  #tell(bytes: Uint8Array): Uint8Array | undefined {
    const told = linesOf(bytes).flatMap((line) => this.#tellLine(line));
    return told.length === 0 ? undefined : Buffer.concat(told);
  }

  #tellLine(line: Line): Uint8Array[] {
    const head = this.#asked[0];
    if (endsConnection(line)) this.#end();
    else if (endsReply(line)) this.#asked.shift();
    if (head?.isHidden && line.id !== MESSAGE) return this.#deceiver.hide(line);
    if (head?.isStale && line.id !== MESSAGE) return this.#deceiver.old(line, this.#options.published);
    return this.#deceiver.tell(line, this.#options.lies(), head?.receiver);
  }

  #end(): void {
    this.#isOver = true;
    this.#asked.length = 0;
  }
}

function receiverOf({ id, rest }: Line): string | undefined {
  if (id !== SEND) return undefined;
  const receiver = keyOrFingerprintField(parseSend(rest).receiver);
  return "fingerprint" in receiver ? receiver.fingerprint : undefined;
}

function endsConnection({ id, rest }: Line): boolean {
  return id === ERROR && parseError(rest).code === "going-away";
}

function endsReply({ id, rest }: Line): boolean {
  if (id === MESSAGE || id === DOCUMENT) return false;
  return id === END || id !== ERROR || !isUnasked(parseError(rest).code);
}
