/** One connection: lines in, replies out in order, time-outs, back-pressure both ways. */
import type { Socket } from "node:net";
import { copyInto, formatError, LineReader, ProtocolError } from "@asfaleia/protocol";
import { Challenges } from "./auth.ts";
import type { Core } from "./core.ts";
import type { Delivery, Subscription } from "./deliver.ts";
import { dispatch } from "./dispatch.ts";
import type { Mailboxes } from "./mailbox.ts";
import { Output } from "./output.ts";
import { Rate } from "./rate.ts";
import { Receivers } from "./receivers.ts";
import type { Run } from "./run.ts";
import { Sessions } from "./sessions.ts";

/** How long a refused client may go on sending before it is cut off. */
const LINGER_MS = 2000;
/** A connection may hold so much of a line however full the memory for lines is. */
const SMALL_INPUT_BYTES = 2048;

/** EXPORTER-Channel-Binding of the connection (RFC 9266), empty on a plain line. */
export type ChannelBinding = () => Uint8Array;

export class Connection implements Delivery {
  readonly core: Core;
  readonly output: Output;
  readonly mailboxes: Mailboxes;
  readonly room: Uint8Array;
  readonly channelBinding: ChannelBinding;
  readonly rate: Rate;
  readonly challenges: Challenges;
  readonly sessions: Sessions;
  readonly receivers = new Receivers();
  /** By mailbox. */
  readonly subscriptions = new Map<string, Subscription>();
  readonly #socket: Socket;
  readonly #reader: LineReader;
  readonly #began: number;
  /** A request is under way: what follows waits for it. */
  #busy = false;
  /** Bytes that were read while a request was under way. */
  #backlog: Uint8Array | undefined;
  /** Nothing is read until the backlog is done. */
  #stopped = false;
  /** The last GET or LOOKUP, whose lines the operating system may not have taken yet. */
  #run: Run | undefined;
  #draining: { readonly run: Run; readonly done: () => void } | undefined;
  #lastRequest: number;
  #lineBegan: number | undefined;
  /** The client has said all it will say. */
  #ended = false;
  /** Since when nothing more is taken, in milliseconds. */
  #closingSince: number | undefined;
  #closed = false;
  #countedInput = 0;

  constructor(core: Core, socket: Socket, channelBinding: ChannelBinding) {
    this.core = core;
    this.mailboxes = core.mailboxes;
    this.room = core.room;
    this.channelBinding = channelBinding;
    this.#socket = socket;
    this.#began = core.now();
    this.#lastRequest = this.#began;
    this.#reader = new LineReader(core.lineBytes);
    this.rate = new Rate(core.settings.rate, this.#began);
    this.challenges = new Challenges(core.gate, core.key.fingerprint);
    this.sessions = new Sessions(core.rates);
    this.output = new Output(socket, core.chunks, core.flusher, () => this.#onRoom());
    socket.on("error", () => socket.destroy());
    socket.on("end", () => this.#onEnd());
    socket.on("close", () => this.#onClose());
  }

  /**
   * Takes bytes that were read. They are valid only during the call.
   * @returns false where no more should be read for now
   */
  read(bytes: Uint8Array): boolean {
    if (this.#closingSince !== undefined) return true;
    if (this.#busy || this.#backlog || !this.output.hasRoom) this.#keep(bytes);
    else this.#take(bytes);
    this.#countInput();
    this.#stopped = this.#backlog !== undefined;
    return !this.#stopped;
  }

  /** Whether nothing more is carried out here: what went on meanwhile must not begin anything for a connection that is over. */
  get isOver(): boolean {
    return this.#closingSince !== undefined;
  }

  /** Sends an answer of many lines; until it is taken the next request waits. */
  drain(run: Run): Promise<void> {
    return new Promise((done) => {
      this.#run = run;
      this.#draining = { run, done };
      this.#pumpDrain();
    });
  }

  /** Refuses everything that follows, tells why, and closes once that is sent. */
  end(error: ProtocolError): void {
    if (this.#closingSince !== undefined) return;
    this.#closingSince = this.core.now();
    this.#draining = undefined;
    this.#dropInput();
    this.#endSubscriptions();
    this.#refuse(error);
    this.output.whenTaken(() => this.#shut());
    this.output.flush();
    // What the client still sends is read and thrown away for a moment: a close on top of it would take the ERROR back.
    this.#readOn();
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#socket.destroy();
  }

  /**
   * Closes the connection where it has overstayed. Called every second or so.
   * @param now milliseconds
   */
  checkTimes(now: number): void {
    const { settings } = this.core;
    this.challenges.dropEnded(now);
    if (this.#closingSince !== undefined) {
      if (now - this.#closingSince > LINGER_MS) this.destroy();
    } else if (this.stalledFor(now) > settings["stall-time"] * 1000) {
      this.destroy();
    } else if (this.#lineBegan !== undefined && now - this.#lineBegan > settings["line-time"] * 1000) {
      this.end(new ProtocolError("going-away", "a line took too long to arrive"));
    } else if (this.subscriptions.size === 0 && !this.#busy) {
      this.#checkRest(now);
    }
    if (this.output.hasRoom) this.#onRoom();
  }

  /** How long the reader has taken nothing of what waits for it, in milliseconds. @param now milliseconds */
  stalledFor(now: number): number {
    if (this.output.waiting === 0) return 0;
    this.output.stalledSince ??= now;
    return now - this.output.stalledSince;
  }

  #checkRest(now: number): void {
    const { settings } = this.core;
    if (this.sessions.isEmpty) {
      if (now - this.#began <= settings["login-time"] * 1000) return;
      this.end(new ProtocolError("going-away", "no key was proved in time"));
    } else if (now - this.#lastRequest > settings["idle-time"] * 1000) {
      this.end(new ProtocolError("going-away", "the connection rested too long"));
    }
  }

  #take(bytes: Uint8Array): void {
    let taken: number;
    try {
      taken = this.#reader.feed(bytes, (line) => this.#onLine(line));
    } catch (error) {
      this.end(asProtocolError(error));
      return;
    }
    if (this.#reader.pendingBytes === 0) this.#lineBegan = undefined;
    else this.#lineBegan ??= this.core.now();
    if (taken < bytes.length && this.#closingSince === undefined) this.#keep(bytes.subarray(taken));
  }

  /** @returns whether the next line may follow at once */
  #onLine(line: Uint8Array): boolean {
    this.#lastRequest = this.core.now();
    this.#lineBegan = undefined;
    try {
      const promise = dispatch(this, line);
      if (promise) {
        this.#busy = true;
        promise.catch((error: unknown) => this.#refuse(error)).finally(() => this.#onIdle());
      }
    } catch (error) {
      this.#refuse(error);
    }
    return !this.#busy && this.#closingSince === undefined && this.output.hasRoom;
  }

  #refuse(error: unknown): void {
    const { code, message } = asProtocolError(error);
    this.output.put(formatError({ code, text: message }));
  }

  #keep(bytes: Uint8Array): void {
    const earlier = this.#backlog;
    const kept = new Uint8Array((earlier?.length ?? 0) + bytes.length);
    if (earlier) copyInto(kept, earlier);
    copyInto(kept, bytes, earlier?.length ?? 0);
    earlier?.fill(0);
    this.#backlog = kept;
  }

  #onIdle(): void {
    this.#busy = false;
    this.#resume();
  }

  #onRoom(): void {
    if (this.#draining) this.#pumpDrain();
    for (const subscription of this.subscriptions.values()) subscription.pump();
    this.#resume();
  }

  #resume(): void {
    while (!this.#busy && !this.#closed && this.output.hasRoom && this.#backlog) {
      const bytes = this.#backlog;
      this.#backlog = undefined;
      this.#take(bytes);
      bytes.fill(0);
    }
    this.#countInput();
    if (this.#busy || this.#backlog || this.#closed) return;
    if (this.#ended) this.#finish();
    else if (this.#stopped) this.#readOn();
  }

  #readOn(): void {
    this.#stopped = false;
    this.#socket.resume();
  }

  // What has begun and not ended costs memory, and the memory for it is one for all.
  #countInput(): void {
    const bytes = this.#closed ? 0 : this.#reader.pendingBytes + (this.#backlog?.length ?? 0);
    const { core } = this;
    core.inputBytes += bytes - this.#countedInput;
    this.#countedInput = bytes;
    if (bytes > SMALL_INPUT_BYTES && core.inputBytes > core.settings["input-memory"]) {
      this.end(new ProtocolError("relay-full", "this relay has no memory for another long line"));
    }
  }

  #pumpDrain(): void {
    if (!this.#draining?.run.pump()) return;
    this.output.whenTaken(this.#draining.done);
    this.#draining = undefined;
  }

  /** The client has closed its side: whatever it asked for is answered, then the other side closes too. */
  #onEnd(): void {
    this.#ended = true;
    if (!this.#busy && !this.#backlog) this.#finish();
  }

  #finish(): void {
    if (this.output.waiting === 0) this.#shut();
    else this.output.whenTaken(() => this.#shut());
  }

  /** Says no more. */
  #shut(): void {
    this.output.close();
    this.#socket.end();
  }

  #dropInput(): void {
    this.#reader.wipe();
    this.#backlog?.fill(0);
    this.#backlog = undefined;
    this.#countInput();
  }

  #endSubscriptions(): void {
    for (const subscription of this.subscriptions.values()) subscription.stop();
    this.subscriptions.clear();
  }

  #onClose(): void {
    this.#closed = true;
    this.#closingSince ??= this.core.now();
    this.output.close();
    this.#dropInput();
    this.challenges.clear();
    this.sessions.clear();
    this.#endSubscriptions();
    this.#run?.release();
  }
}

// An error of ours is no concern of the client's, nor is its text for anybody's eyes: it may hold what a client sent.
function asProtocolError(error: unknown): ProtocolError {
  return error instanceof ProtocolError
    ? error
    : new ProtocolError("wrong-usage", "the relay could not carry this out");
}
