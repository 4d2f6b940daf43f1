/** What a `/` command is. */
import type { State } from "../model/state.ts";
import type { Step } from "../model/step.ts";

export interface Candidate {
  /** What is put into the composer; it is cleaned. */
  readonly text: string;
  /** What may stand behind it, as in usage lines. */
  readonly args?: string;
  readonly detail: string;
}

export interface Command {
  readonly name: string;
  /** As in usage lines. */
  readonly args: string;
  readonly help: string;
  /** What may stand behind it, given what stands there already. */
  readonly complete?: (state: State, rest: string) => readonly Candidate[];
  /** @param rest of the line, trimmed */
  readonly run: (state: State, rest: string) => Step;
}
