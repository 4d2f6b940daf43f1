/** A face at an agent's socket. */
import { connect, type Socket } from "node:net";
import * as v from "valibot";
import { API_VERSION, type CONTROL, TOLD } from "../api/control.ts";
import { cleanLine, cleanText } from "../display.ts";
import { EXIT, Failure } from "../exit.ts";
import { currentPerson, type Person } from "../person.ts";
import { errorBody, exitOf, failureFrom } from "../rpc/errors.ts";
import { MAX_LINE_BYTES } from "../rpc/lines.ts";
import { HungUp, Peer } from "../rpc/peer.ts";
import type { EventView, Face, MethodName, Params, Result } from "./face.ts";
import { Queue } from "./queue.ts";

export type Hello = v.InferOutput<(typeof CONTROL)["agent.hello"]["result"]>;

/** How long an agent may take to say who it is. */
const HELLO_MS = 15_000;

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
 * @returns undefined where nobody listens, or what did has ended meanwhile
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

async function greet(socket: Socket, signal: AbortSignal): Promise<RemoteFace | undefined> {
  const person = currentPerson();
  const queues = new Set<Queue<EventView>>();
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  const questions = new Set<Promise<unknown>>();
  let farewell: Failure | undefined;
  const peer = new Peer({
    stream: socket,
    maxLineBytes: MAX_LINE_BYTES,
    onCall: (method, params, aborted) => {
      const answered = answerTo(person, method, params, AbortSignal.any([signal, aborted]));
      questions.add(answered);
      return answered.finally(() => questions.delete(answered));
    },
    onNotification: (method, params) => {
      if (method === "event") for (const queue of [...queues]) queue.push(params as unknown as EventView);
      else if (method === "note" && v.is(TOLD.note.params, params)) person.note(cleanText(params.text));
      else if (method === "closing" && v.is(TOLD.closing.params, params))
        farewell = new Failure(exitOf(params.exit), params.message);
    },
    errorOf: errorBody,
    onClose: () => {
      const why = farewell ?? new Failure(EXIT.failed, "the agent has hung up");
      for (const queue of [...queues]) queue.fail(why);
      onClosed();
    },
  });
  const told = (error: unknown): unknown => farewell ?? failureFrom(error);
  const callAny = async (method: string, params: object, aborted: AbortSignal = signal): Promise<unknown> => {
    try {
      return await peer.call(method, params, aborted);
    } catch (error) {
      throw told(error);
    }
  };
  const close = async (): Promise<void> => {
    for (const queue of [...queues]) queue.end();
    peer.end();
    await closed;
  };
  const { sshAgent } = person;
  const limit = AbortSignal.timeout(HELLO_MS);
  let hello: Hello;
  try {
    const said = await peer.call(
      "agent.hello",
      { canAsk: person.canAsk(), canAskSecret: person.canAskSecret(), ...(sshAgent ? { sshAgent } : {}) },
      AbortSignal.any([signal, limit]),
    );
    // Of other versions the rest may be other too.
    if (!v.is(v.looseObject({ api: v.number(), version: v.string() }), said))
      throw new Failure(EXIT.failed, "what listens there is no agent of asfaleia");
    hello = said as Hello;
  } catch (error) {
    await close();
    // It has ended between two lines: nobody had taken the connection.
    if (error instanceof HungUp && farewell === undefined) return undefined;
    if (!limit.aborted || signal.aborted) throw told(error);
    throw new Failure(EXIT.failed, `the agent has not answered for ${HELLO_MS / 1000} seconds`);
  }
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
      try {
        await callAny("events.subscribe", {});
      } catch (error) {
        queue.end();
        throw error;
      }
      return queue;
    },
    unlock: async () => {
      try {
        await callAny("agent.unlock", {});
      } finally {
        // Somebody else may have answered: nothing is said before the question is gone from the terminal.
        await Promise.allSettled(questions);
      }
    },
    stop: async () => void (await callAny("agent.stop", {})),
    close,
  };
}

/** @throws Failure where it speaks another language than this face */
export function needSameApi({ api, version: of }: Hello): void {
  if (api === API_VERSION) return;
  throw new Failure(
    EXIT.failed,
    `the agent that runs is of another version of asfaleia (${cleanLine(of)}): end it with asfaleia agent stop, and say this again`,
  );
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
