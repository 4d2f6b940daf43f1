/** What happens, what follows from it, and what is to be done outside. */
import type { EventView, Face, MethodName, Params, Result } from "../../face/face.ts";
import type { Input } from "../keys/input.ts";
import type { State } from "./state.ts";

export type Happening =
  | Input
  | { readonly type: "resize"; readonly columns: number; readonly rows: number }
  | { readonly type: "tick"; readonly now: number }
  | { readonly type: "event"; readonly event: EventView }
  /** The agent is there (again), or gone. */
  | { readonly type: "link"; readonly isUp: boolean }
  /** Something that was asked for is here: what follows from it. */
  | { readonly type: "then"; readonly step: (state: State) => Step }
  | { readonly type: "failed"; readonly text: string };

/** What the model cannot do by itself. */
export type Effect =
  | {
      readonly do: "call";
      readonly method: string;
      readonly run: (face: Face, signal: AbortSignal) => Promise<Happening | undefined>;
    }
  /** Sends the file at a path. */
  | { readonly do: "send-file"; readonly contact: number; readonly path: string }
  /** Fetches a file where that is still to be done, and saves it: into the folder for files, or at a path. */
  | {
      readonly do: "save-file";
      readonly contact: number;
      readonly message: string;
      readonly file: FileToRead;
      readonly path: string | undefined;
    }
  /** Makes characters of a picture. */
  | {
      readonly do: "show-picture";
      readonly contact: number;
      readonly file: FileToRead;
      readonly columns: number;
      readonly rows: number;
    }
  /** Looks for files whose paths begin so. */
  | { readonly do: "list-paths"; readonly prefix: string }
  /** Somebody has written, and is not being read: a contact by their name, or a stranger. */
  | { readonly do: "notify"; readonly name: string | undefined }
  | { readonly do: "repaint" }
  | { readonly do: "suspend" }
  | { readonly do: "quit" };

export interface FileToRead {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export function step(state: State, ...effects: readonly Effect[]): Step {
  return { state, effects };
}

/** Goes on from a step. */
export function andThen(before: Step, next: (state: State) => Step): Step {
  const { state, effects } = next(before.state);
  return { state, effects: [...before.effects, ...effects] };
}

/** A call of the API, and what follows from its result. */
export function call<M extends MethodName>(
  method: M,
  params: Params<M>,
  then?: (state: State, result: Result<M>) => Step,
): Effect {
  return {
    do: "call",
    method,
    run: async (face, signal) => {
      const result = await face.call(method, params, { signal });
      return then && { type: "then", step: (state) => then(state, result) };
    },
  };
}

/** Several calls, or what has to be loaded for them, and what follows. */
export function calls(
  name: string,
  run: (face: Face, signal: AbortSignal) => Promise<(state: State) => Step>,
): Effect {
  return {
    do: "call",
    method: name,
    run: async (face, signal) => ({ type: "then", step: await run(face, signal) }),
  };
}

export function remark(state: State, text: string, isError = false): State {
  return { ...state, remark: { text, isError } };
}
