/** What can lie over the conversation. */
import type { Composer } from "../composer/composer.ts";
import type { Row } from "../layout/row.ts";
import type { State } from "./state.ts";
import type { Effect, Step } from "./step.ts";

/** Something to read. */
export interface TextOverlay {
  readonly kind: "text";
  readonly title: string;
  /** Laid out for a width. */
  readonly rows: (width: number) => readonly Row[];
  /** Rows above the first one shown. */
  readonly scroll: number;
  /** Keys that do something here, besides those that scroll and close. */
  readonly keys?: Readonly<Record<string, (state: State) => Step>>;
  /** What stands at the bottom about them. */
  readonly hint?: string;
}

/** One line of a list. */
export interface Item {
  /** What is searched and shown first; cleaned. */
  readonly label: string;
  /** Cleaned too. */
  readonly detail: string;
  /** What Enter does. */
  readonly take: (state: State) => Step;
  /** What other keys do. */
  readonly keys?: Readonly<Record<string, (state: State) => Step>>;
}

/** Something to choose from. */
export interface ListOverlay {
  readonly kind: "list";
  readonly title: string;
  /** What stands above it. */
  readonly text?: string;
  readonly query: Composer;
  readonly items: readonly Item[];
  /** Where other items have to be asked for as letters are typed. Otherwise the letters choose among `items`. */
  readonly ask?: (query: string) => readonly Effect[];
  readonly index: number;
  /** What stands there where there is no item. */
  readonly empty: string;
  readonly hint?: string;
  /** Where nothing is chosen. */
  readonly leave?: (state: State) => Step;
}

/** A question whose answer is y, or anything else. */
export interface ConfirmOverlay {
  readonly kind: "confirm";
  readonly title: string;
  readonly text: string;
  readonly yes: (state: State) => Step;
}

/** A question that is answered with words. */
export interface AskOverlay {
  readonly kind: "ask";
  readonly title: string;
  readonly text: string;
  readonly isSecret: boolean;
  readonly answer: Composer;
  /** Whether no words are an answer too. */
  readonly takesNothing?: boolean;
  readonly take: (state: State, answer: string) => Step;
  /** Where nobody answers. */
  readonly leave?: (state: State) => Step;
}

export type Overlay = TextOverlay | ListOverlay | ConfirmOverlay | AskOverlay;
