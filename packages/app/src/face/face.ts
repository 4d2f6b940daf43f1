/**
 * What the command line, the terminal UI and the page see of a profile: its API, in another process or in this one.
 * Types only, so that a face loads nothing that an agent has loaded for it.
 */
import type { MethodName, Params, Result } from "../api/table.ts";
import type { EventView } from "../api/views.ts";

export type { MethodName, Params, Result } from "../api/table.ts";
export type { EventView } from "../api/views.ts";

/** Somebody who is known. */
export type ContactView = Result<"contacts.list">[number];
export type MessageView = Result<"messages.history">[number];

export interface Face {
  /**
   * Calls a method of the API (docs/rpc.md).
   * Rejects with Failure, whose message is for the user; with the signal's reason, when the call is taken back.
   */
  call<M extends MethodName>(
    method: M,
    params: Params<M>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Result<M>>;
  /**
   * Events from now on, until the signal aborts. Resolves when the first of them can come.
   * The iteration ends with Failure where the profile is closed, or where the reader is too far behind.
   */
  events(options?: { readonly signal?: AbortSignal }): Promise<AsyncIterable<EventView>>;
  /** Hangs up. What was said is kept, and what can leave at once has left. */
  close(): Promise<void>;
}
