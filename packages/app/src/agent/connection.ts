/** One face at an agent: what it calls, whom its questions go to, and the events that it wants. */
import type { Socket } from "node:net";
import * as v from "valibot";
import { API_VERSION, CONTROL, QUESTIONS } from "../api/control.ts";
import { dispatch, isMethod, readParams } from "../api/dispatch.ts";
import { NoMethod } from "../api/nomethod.ts";
import type { Session } from "../api/session.ts";
import { Interrupted } from "../exit.ts";
import { onBehalfOf, type Person } from "../person.ts";
import { errorBody } from "../rpc/errors.ts";
import { MAX_REQUEST_BYTES } from "../rpc/lines.ts";
import { RPC_ERROR } from "../rpc/message.ts";
import { HungUp, Peer, RpcError } from "../rpc/peer.ts";

/** What an agent is to its faces. */
export interface Host {
  readonly profile: string;
  readonly version: string;
  /** `proxyMark` of the proxy that it reaches relays through. */
  readonly proxy: string;
  /** Undefined while the profile is locked. */
  session(): Session | undefined;
  /** Rejects with what the answer of this face came to. */
  unlock(face: object, person: Person, signal: AbortSignal): Promise<void>;
  stop(): void;
}

export class Connection {
  readonly #host: Host;
  readonly #peer: Peer;
  readonly #onClose: (connection: Connection) => void;
  #canAsk = false;
  #canAskSecret = false;
  #sshAgent: string | undefined;
  #isOpen = true;
  #unsubscribe: (() => void) | undefined;

  constructor(host: Host, socket: Socket, onClose: (connection: Connection) => void) {
    this.#host = host;
    this.#onClose = onClose;
    this.#peer = new Peer({
      stream: socket,
      maxLineBytes: MAX_REQUEST_BYTES,
      onCall: (method, params, signal) => onBehalfOf(this.#person, () => this.#call(method, params, signal)),
      onNotification: () => {},
      errorOf: errorBody,
      onClose: () => this.#closed(),
    });
  }

  /** Tells the face that the agent ends: whatever goes wrong from here on has this reason. */
  announceEnd(message: string, exit: number): void {
    this.#peer.notify("closing", { message, exit });
  }

  /** Hangs up. */
  close(): void {
    this.#peer.end();
  }

  #call(method: string, params: Record<string, unknown>, signal: AbortSignal): unknown {
    switch (method) {
      case "agent.hello":
        return this.#hello(params);
      case "agent.unlock":
        readParams(CONTROL[method].params, params);
        return this.#host.unlock(this, this.#person, signal);
      case "agent.stop":
        readParams(CONTROL[method].params, params);
        setImmediate(() => this.#host.stop());
        return {};
      case "events.subscribe":
        readParams(CONTROL[method].params, params);
        this.#unsubscribe ??= this.#session().listen((event) => this.#peer.notify("event", event));
        return {};
      case "events.unsubscribe":
        readParams(CONTROL[method].params, params);
        this.#unsubscribe?.();
        this.#unsubscribe = undefined;
        return {};
      default:
        if (!isMethod(method)) throw new NoMethod();
        return dispatch(this.#session(), method, params, { signal, face: this });
    }
  }

  #hello(params: Record<string, unknown>): object {
    const hello = readParams(CONTROL["agent.hello"].params, params);
    const { canAsk = false, canAskSecret = canAsk, sshAgent } = hello;
    this.#canAsk = canAsk;
    this.#canAskSecret = canAskSecret;
    this.#sshAgent = sshAgent;
    const { profile, version, proxy } = this.#host;
    const state = this.#host.session() === undefined ? "locked" : "open";
    return { api: API_VERSION, version, profile, state, pid: process.pid, proxy };
  }

  #session(): Session {
    const session = this.#host.session();
    if (session !== undefined) return session;
    throw new RpcError({ code: RPC_ERROR.locked, message: "the profile is locked: agent.unlock opens it" });
  }

  get #person(): Person {
    return {
      canAsk: () => this.#canAsk && this.#isOpen,
      canAskSecret: () => this.#canAskSecret && this.#isOpen,
      secret: async (question, signal) => {
        const text = this.#canAskSecret ? await this.#ask("ask.secret", question, signal) : null;
        return text === null ? null : new TextEncoder().encode(text);
      },
      line: async (question, signal) => (this.#canAsk ? this.#ask("ask.line", question, signal) : null),
      note: (text) => this.#peer.notify("note", { text }),
      sshAgent: this.#sshAgent,
    };
  }

  async #ask(
    method: "ask.secret" | "ask.line",
    question: string,
    signal: AbortSignal,
  ): Promise<string | null> {
    if (!this.#isOpen) return null;
    try {
      const reply = await this.#peer.call(method, { question }, signal);
      return v.is(QUESTIONS[method].result, reply) ? reply.answer : null;
    } catch (error) {
      if (error instanceof RpcError && error.code === RPC_ERROR.interrupted) throw new Interrupted("Ctrl-C");
      // Nobody is there any more, or nobody who answers.
      if (error instanceof HungUp || error instanceof RpcError) return null;
      throw error;
    }
  }

  #closed(): void {
    this.#isOpen = false;
    this.#unsubscribe?.();
    this.#host.session()?.drop(this);
    this.#onClose(this);
  }
}
