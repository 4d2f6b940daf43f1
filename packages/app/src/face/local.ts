/** A face in the process that has the profile open: the same API, without a socket. */
import { unlessAborted } from "../api/caller.ts";
import { dispatch } from "../api/dispatch.ts";
import type { Session } from "../api/session.ts";
import { EXIT, Failure } from "../exit.ts";
import { errorBody, failureFrom } from "../rpc/errors.ts";
import { RpcError } from "../rpc/peer.ts";
import type { EventView, Face, MethodName, Params, Result } from "./face.ts";
import { Queue } from "./queue.ts";

export class LocalFace implements Face {
  readonly #session: Session;
  readonly #queues = new Set<Queue<EventView>>();
  #failure: unknown;

  constructor(session: Session) {
    this.#session = session;
  }

  async call<M extends MethodName>(
    method: M,
    params: Params<M>,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Result<M>> {
    const { signal } = this.#session.opened;
    const either = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
    either.throwIfAborted();
    try {
      const result = dispatch(this.#session, method, params, { signal: either, face: this });
      return (await unlessAborted(result, either)) as Result<M>;
    } catch (error) {
      either.throwIfAborted();
      // The same as through an agent.
      throw failureFrom(new RpcError(errorBody(error)));
    }
  }

  events({ signal }: { readonly signal?: AbortSignal } = {}): Promise<AsyncIterable<EventView>> {
    const queue: Queue<EventView> = new Queue(() => {
      unlisten();
      this.#queues.delete(queue);
    });
    const unlisten = this.#session.listen((event) => queue.push(event));
    this.#queues.add(queue);
    signal?.addEventListener("abort", () => queue.end(), { once: true });
    if (signal?.aborted) queue.end();
    if (this.#failure !== undefined) queue.fail(this.#failure);
    return Promise.resolve(queue);
  }

  /** The messenger cannot go on: whoever reads events hears why. */
  fail(error: unknown): void {
    this.#failure = error;
    for (const queue of [...this.#queues]) queue.fail(error);
  }

  async close(): Promise<void> {
    this.#session.drop(this);
    this.#failure ??= new Failure(EXIT.failed, "the profile is closed");
    for (const queue of [...this.#queues]) queue.end();
  }
}
