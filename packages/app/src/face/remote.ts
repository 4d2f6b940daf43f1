/** A face at an agent's socket. */
import { connect, type Socket } from "node:net";
import { EXIT, type Exit, Failure } from "../exit.ts";
import { currentPerson, type Person } from "../person.ts";
import { errorBody, failureFrom } from "../rpc/errors.ts";
import { MAX_LINE_BYTES } from "../rpc/lines.ts";
import { Peer } from "../rpc/peer.ts";
import type { EventView, Face, MethodName, Params, Result } from "./face.ts";
import { Queue } from "./queue.ts";

export interface Hello {
  readonly api: number;
  readonly version: string;
  readonly profile: string;
  readonly state: "locked" | "open";
  readonly pid: number;
  readonly proxy: string;
}

/** A face that can say what only an agent understands. */
export interface RemoteFace extends Face {
  readonly hello: Hello;
  /** Opens a locked profile; the agent's questions go to the person of this process. */
  unlock(): Promise<void>;
  stop(): Promise<void>;
  /** Any method, for `asfaleia rpc`. */
  callAny(method: string, params: object): Promise<unknown>;
  /** Resolves when the agent has hung up. */
  readonly closed: Promise<void>;
}

/**
 * @param path one that `socketsToTry` found to be ours
 * @returns undefined where nobody listens
 * @throws Failure; the signal's reason
 */
export async function connectTo(path: string, signal: AbortSignal): Promise<RemoteFace | undefined> {
  const socket = await open(path);
  return socket === undefined ? undefined : greet(socket, signal);
}

function open(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(undefined);
      else reject(error);
    });
  });
}

async function greet(socket: Socket, signal: AbortSignal): Promise<RemoteFace> {
  const person = currentPerson();
  const queues = new Set<Queue<EventView>>();
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  let farewell: Failure | undefined;
  const peer = new Peer({
    stream: socket,
    maxLineBytes: MAX_LINE_BYTES,
    onCall: (method, params, aborted) => answerTo(person, method, params, AbortSignal.any([signal, aborted])),
    onNotification: (method, params) => {
      if (method === "event") for (const queue of [...queues]) queue.push(params as unknown as EventView);
      else if (method === "note" && typeof params.text === "string") person.note(params.text);
      else if (method === "closing")
        farewell = new Failure(Number(params.exit) as Exit, String(params.message));
    },
    errorOf: errorBody,
    onClose: () => {
      const why = farewell ?? new Failure(EXIT.failed, "the agent has hung up");
      for (const queue of [...queues]) queue.fail(why);
      onClosed();
    },
  });
  const callAny = async (method: string, params: object, aborted: AbortSignal = signal): Promise<unknown> => {
    try {
      return await peer.call(method, params, aborted);
    } catch (error) {
      throw farewell ?? failureFrom(error);
    }
  };
  const { sshAgent } = person;
  const hello = (await callAny("agent.hello", {
    canAsk: person.canAsk(),
    ...(sshAgent ? { sshAgent } : {}),
  })) as Hello;
  return {
    hello,
    closed,
    callAny,
    call: async <M extends MethodName>(
      method: M,
      params: Params<M>,
      options: { readonly signal?: AbortSignal } = {},
    ): Promise<Result<M>> => {
      const either = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
      return (await callAny(method, params, either)) as Result<M>;
    },
    async events({ signal: until } = {}) {
      const queue: Queue<EventView> = new Queue(() => queues.delete(queue));
      queues.add(queue);
      until?.addEventListener("abort", () => queue.end(), { once: true });
      if (until?.aborted) queue.end();
      await callAny("events.subscribe", {});
      return queue;
    },
    unlock: async () => void (await callAny("agent.unlock", {})),
    stop: async () => void (await callAny("agent.stop", {})),
    async close() {
      for (const queue of [...queues]) queue.end();
      peer.end();
      await closed;
    },
  };
}

/** What the agent asks goes to the person here. */
async function answerTo(
  person: Person,
  method: string,
  { question }: Record<string, unknown>,
  signal: AbortSignal,
): Promise<{ answer: string | null }> {
  if (typeof question !== "string") throw new Failure(EXIT.failed, "a question without words");
  if (method === "ask.line") return { answer: await person.line(question, signal) };
  if (method !== "ask.secret")
    throw new Failure(EXIT.failed, "the agent asks for what this face does not know");
  const bytes = await person.secret(question, signal);
  if (bytes === null) return { answer: null };
  const answer = Buffer.from(bytes).toString("utf8");
  bytes.fill(0);
  return { answer };
}
