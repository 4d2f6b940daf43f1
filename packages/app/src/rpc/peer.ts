/** One end of a JSON-RPC connection: it calls and is called. What the methods are, it does not know. */
import type { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { LineError, Lines } from "./lines.ts";
import {
  answer,
  notification,
  RPC_ERROR,
  type RpcErrorBody,
  type RpcId,
  type RpcMessage,
  readMessage,
  refusal,
  request,
} from "./message.ts";

/** Calls of the other end that may be under way at a time. */
export const MAX_CALLS = 256;
/** Bytes that may wait for an end that does not read. */
export const MAX_BACKLOG_BYTES = 8 * 1024 * 1024;
/** Takes a call back: a notification with the `id` of it. */
export const CANCEL = "call.cancel";
/** How long an end that is hung up on may take to read why. */
const FAREWELL_MS = 1000;

/** What the other end has answered with. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: unknown;

  constructor({ code, message, data }: RpcErrorBody) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The connection ended before the answer came. */
export class HungUp extends Error {
  override readonly name = "HungUp";

  constructor() {
    super("the connection to the agent was closed");
  }
}

function takenBack(): RpcError {
  return new RpcError({ code: RPC_ERROR.interrupted, message: "the call was taken back" });
}

export interface PeerOptions {
  readonly stream: Duplex;
  /** Bytes of the longest line that is taken. */
  readonly maxLineBytes: number;
  /** Answers a call; what it throws becomes the error, as `errorOf` says. */
  readonly onCall: (method: string, params: Record<string, unknown>, signal: AbortSignal) => unknown;
  readonly onNotification: (method: string, params: Record<string, unknown>) => void;
  readonly errorOf: (error: unknown) => RpcErrorBody;
  readonly onClose: () => void;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export class Peer {
  readonly #options: PeerOptions;
  readonly #lines: Lines;
  readonly #waiting = new Map<RpcId, Waiting>();
  readonly #calls = new Map<RpcId, AbortController>();
  #lastId = 0;
  #isClosed = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#lines = new Lines(options.maxLineBytes);
    const { stream } = options;
    stream.on("data", (chunk: Uint8Array) => void this.#take(chunk));
    stream.on("error", () => {});
    // Whoever says no more is not answered any more, and need not read for that.
    stream.on("end", () => this.end());
    stream.on("close", () => this.#closed());
  }

  /** Rejects with RpcError, HungUp, or the signal's reason. */
  async call(method: string, params: object, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new HungUp();
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const takeBack = (): void => {
      this.notify(CANCEL, { id });
      reject(signal?.reason);
    };
    this.#waiting.set(id, { resolve, reject });
    signal?.addEventListener("abort", takeBack);
    this.#write(request(id, method, params));
    try {
      return await promise;
    } finally {
      this.#waiting.delete(id);
      signal?.removeEventListener("abort", takeBack);
    }
  }

  notify(method: string, params: object): void {
    this.#write(notification(method, params));
  }

  /** Hangs up when what was written has left, and at the latest after a second. */
  end(): void {
    const { stream } = this.#options;
    if (stream.destroyed) return;
    const limit = setTimeout(() => stream.destroy(), FAREWELL_MS);
    stream.once("close", () => clearTimeout(limit));
    stream.end();
  }

  destroy(): void {
    this.#options.stream.destroy();
  }

  /** Nothing more is read until these calls have begun, one a turn: so their answers do not pile up unseen. */
  async #take(chunk: Uint8Array): Promise<void> {
    const { stream } = this.#options;
    stream.pause();
    for (const line of this.#linesOf(chunk)) {
      if (this.#isClosed) break;
      const message = readMessage(line);
      this.#message(message);
      if (message.kind === "request") await nextTurn();
    }
    stream.resume();
  }

  #linesOf(chunk: Uint8Array): string[] {
    if (this.#isClosed) return [];
    try {
      return this.#lines.push(chunk);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.#write(refusal(null, { code: RPC_ERROR.parse, message: error.message }));
      this.end();
      this.#closed();
      return [];
    }
  }

  #message(message: RpcMessage): void {
    switch (message.kind) {
      case "request":
        void this.#called(message.id, message.method, message.params);
        return;
      case "notification":
        if (message.method === CANCEL) this.#calls.get(message.params.id as RpcId)?.abort(takenBack());
        else this.#options.onNotification(message.method, message.params);
        return;
      case "answer":
        this.#waiting.get(message.id)?.resolve(message.result);
        return;
      case "refusal":
        if (message.id !== null) this.#waiting.get(message.id)?.reject(new RpcError(message.error));
        return;
      case "broken":
        this.#write(refusal(message.id, message.error));
    }
  }

  async #called(id: RpcId, method: string, params: Record<string, unknown>): Promise<void> {
    if (this.#calls.has(id)) return this.#refuse(id, RPC_ERROR.invalid, "a call with this id is under way");
    if (this.#calls.size >= MAX_CALLS)
      return this.#refuse(id, RPC_ERROR.busy, `more than ${MAX_CALLS} calls at once`);
    const controller = new AbortController();
    this.#calls.set(id, controller);
    try {
      const result = await this.#options.onCall(method, params, controller.signal);
      this.#write(answer(id, result === undefined ? {} : result));
    } catch (error) {
      this.#write(refusal(id, this.#options.errorOf(error)));
    } finally {
      this.#calls.delete(id);
    }
  }

  #refuse(id: RpcId, code: number, message: string): void {
    this.#write(refusal(id, { code, message }));
  }

  /** An end that does not read is given up before it takes the memory of the other. */
  #write(line: string): void {
    const { stream } = this.#options;
    if (this.#isClosed || !stream.writable) return;
    if (stream.writableLength > MAX_BACKLOG_BYTES) stream.destroy();
    else stream.write(line);
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const controller of this.#calls.values()) controller.abort(new HungUp());
    for (const waiting of this.#waiting.values()) waiting.reject(new HungUp());
    this.#options.onClose();
  }
}
