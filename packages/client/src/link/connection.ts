/** Lines over a socket: requests out in their turn, lines in as fast as they are read, and one way to fail. */
import type { Socket } from "node:net";
import { LINE_OVERHEAD_BYTES, LineReader, ProtocolError } from "@asfaleia/protocol";
import { LinkError } from "./errors.ts";
import { Flow } from "./inbox.ts";
import { Patience } from "./patience.ts";
import { oneLine, type Request, Requests, run, type Settle } from "./requests.ts";

/** Requests under way; more wait for their turn, not yet turned into lines. */
export const MAX_PIPELINED = 256;

/** The longest line before the relay is proved: RELAY is far shorter. */
export const GREETING_LINE_BYTES = LINE_OVERHEAD_BYTES;

/** How long a closing connection may take to send what it still has. */
const CLOSING_MS = 1_000;

export interface ConnectionOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * A conversation with a relay. It takes one reply, stops reading, and goes on when `open` has told what a line may be.
 * Whatever goes wrong closes the socket, and everything asked fails with that one error.
 */
export class Connection {
  readonly requests = new Requests();
  readonly flow = new Flow(() => this.#adjust());
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>;
  /** Only ever rejects, with what ended the connection. */
  readonly failed: Promise<never>;

  readonly #socket: Socket;
  readonly #patience: Patience;
  readonly #signal: AbortSignal | undefined;
  readonly #fail: (error: unknown) => void;
  #reader = new LineReader(GREETING_LINE_BYTES);
  #greeting = true;
  #failure: { readonly error: unknown } | undefined;
  #turn: Promise<void> = Promise.resolve();
  #moved: PromiseWithResolvers<void> | undefined;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#patience = new Patience(options.timeoutMs, () => this.fail(new LinkError("timeout")));
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => {});
    this.failed = failed.promise;
    this.#fail = failed.reject;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("data", (chunk) => this.#receive(chunk as unknown as Uint8Array));
    socket.on("drain", () => this.#move());
    socket.on("error", () => this.#hungUp());
    socket.on("end", () => this.#hungUp());
    socket.on("close", () => this.#hungUp());
    this.#signal = options.signal;
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (this.#signal?.aborted) this.#onAbort();
  }

  /**
   * Sends a request when its turn comes, and resolves with its reply of one line.
   * @param line makes the request's line, LF included, at that time
   * @param expected the id of the reply
   */
  ask<T>(line: () => Uint8Array, expected: number, parse: (rest: Uint8Array) => T): Promise<T> {
    return this.#waitFor(this.#send<T>(line, (settle) => oneLine(expected, parse, settle)));
  }

  /** As `ask`, where the reply is a run of lines closed by END. */
  askForRun(line: () => Uint8Array, expected: number, take: (rest: Uint8Array) => void): Promise<void> {
    return this.#waitFor(this.stream(line, expected, take));
  }

  /** As `askForRun`, where the lines go to a reader who takes his time: this does not count as waiting. */
  stream(line: () => Uint8Array, expected: number, take: (rest: Uint8Array) => void): Promise<void> {
    return this.#send<void>(line, (settle) => run(expected, take, settle));
  }

  /** Reads on behind the first reply. @param maxLineBytes without the LF */
  open(maxLineBytes: number): void {
    this.#greeting = false;
    this.#reader = new LineReader(maxLineBytes);
    this.#adjust();
  }

  /** Ends it, in peace: what was asked and not answered fails. */
  close(): void {
    if (!this.#end(new LinkError("closed"))) return;
    this.#socket.destroySoon();
    const timer = setTimeout(() => this.#socket.destroy(), CLOSING_MS);
    this.closed.then(() => clearTimeout(timer));
  }

  /** Ends it at once. */
  fail(error: unknown): void {
    if (this.#end(error)) this.#socket.destroy();
  }

  readonly #onAbort = (): void => this.fail(this.#signal?.reason);

  #hungUp(): void {
    this.fail(this.requests.goingAway ?? new LinkError("closed"));
  }

  #end(error: unknown): boolean {
    if (this.#failure !== undefined) return false;
    this.#failure = { error };
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#patience.stop();
    this.#reader.wipe();
    this.requests.fail(error);
    this.#fail(error);
    this.#move();
    // Read to the end, or the other side's last bytes would keep the socket open.
    this.#socket.resume();
    return true;
  }

  #waitFor<T>(reply: Promise<T>): Promise<T> {
    this.flow.waiting(1);
    return reply.finally(() => this.flow.waiting(-1));
  }

  #send<T>(line: () => Uint8Array, expect: (settle: Settle<T>) => Request): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#turn = this.#turn
      .then(() => this.#room())
      .then(() => {
        const bytes = line();
        this.requests.add(expect({ resolve, reject }), bytes.length);
        this.#socket.write(bytes);
        this.#adjust();
      })
      .catch(reject);
    return promise;
  }

  /** Waits until the socket takes more and not too much is under way. */
  async #room(): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.requests.goingAway !== undefined) throw this.requests.goingAway;
      if (!this.#socket.writableNeedDrain && this.requests.size < MAX_PIPELINED) return;
      this.#moved ??= Promise.withResolvers();
      await this.#moved.promise;
    }
  }

  #move(): void {
    this.#moved?.resolve();
    this.#moved = undefined;
  }

  #receive(chunk: Uint8Array): void {
    if (this.#failure !== undefined) return;
    this.#patience.received(chunk.length);
    try {
      const taken = this.#reader.feed(chunk, (line) => this.#take(line));
      if (taken < chunk.length) this.#socket.unshift(chunk.subarray(taken));
    } catch (error) {
      this.fail(error instanceof ProtocolError ? new LinkError("bad-relay", error.message) : error);
      return;
    }
    this.#move();
    this.#adjust();
  }

  /** @returns whether to read on */
  #take(line: Uint8Array): boolean {
    if (!this.requests.take(line)) return true;
    this.#patience.restart(this.requests.headBytes);
    if (this.#greeting) this.#socket.pause();
    return !this.#greeting;
  }

  /** Reads or pauses, and counts the relay's time or does not, as things stand. */
  #adjust(): void {
    if (this.#failure !== undefined) return;
    const paused = this.flow.mustPause;
    if (!this.#greeting && paused !== this.#socket.isPaused()) {
      if (paused) this.#socket.pause();
      else this.#socket.resume();
    }
    // It is not the relay's fault when nobody reads. But whoever waits behind an unread heap must not wait for ever.
    if (this.requests.size === 0 || (paused && !this.flow.isAwaited)) this.#patience.stop();
    else if (!this.#patience.isRunning) this.#patience.restart(this.requests.headBytes);
  }
}
