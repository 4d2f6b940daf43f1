/** How the screen is divided, from what is on it. */
import { completionsOf } from "../commands/completion.ts";
import { composerRows } from "../composer/rows.ts";
import { contactOf, openTalk, type State, type Talk } from "../model/state.ts";
import { cells } from "./cells.ts";
import { candidateRows } from "./completions.ts";
import type { Scene } from "./conversation.ts";
import { senderName } from "./message.ts";

export interface Screen {
  /** Cells of the list of conversations; 0 where there is no room for it. */
  readonly listWidth: number;
  readonly mainWidth: number;
  /** Rows of the conversation. */
  readonly height: number;
  readonly composerHeight: number;
  readonly completionHeight: number;
}

const LEAST_FOR_LIST = 68;
const LIST_SHARE = 0.22;
const LEAST_LIST = 18;
const MOST_LIST = 30;
const MOST_NAME = 12;
const MOST_NAME_NARROW = 6;
const NARROW = 50;
/** Rows of them. */
const MOST_COMPLETIONS = 7;
const NO_COMPLETIONS = { items: [] };
/** Smaller ones are told so. */
export const LEAST_COLUMNS = 20;
export const LEAST_ROWS = 6;
/** Header, rule above the composer, status line. */
const FIXED_ROWS = 3;

/** The prompt before the composer takes so many cells. */
export const PROMPT_CELLS = 2;

export function screenOf(state: State): Screen {
  const { columns, rows } = state;
  const listWidth =
    columns < LEAST_FOR_LIST
      ? 0
      : Math.min(MOST_LIST, Math.max(LEAST_LIST, Math.floor(columns * LIST_SHARE)));
  const mainWidth = Math.max(LEAST_COLUMNS, listWidth === 0 ? columns : columns - listWidth - 1);
  const free = Math.max(1, rows - FIXED_ROWS - 1);
  const talk = openTalk(state);
  const wanted = talk === undefined ? 1 : composerHeight(talk, mainWidth);
  const composer = Math.min(wanted, Math.max(1, Math.floor(rows / 3)));
  const { items } =
    talk === undefined || state.overlay !== undefined ? NO_COMPLETIONS : completionsOf(state, talk.composer);
  const completions = candidateRows(items, mainWidth).reduce((sum, lines) => sum + lines.length, 0);
  const completionHeight = Math.min(completions, MOST_COMPLETIONS, Math.max(0, free - composer - 1));
  return {
    listWidth,
    mainWidth,
    composerHeight: composer,
    completionHeight,
    height: Math.max(1, rows - FIXED_ROWS - composer - completionHeight),
  };
}

function composerHeight({ composer }: Talk, width: number): number {
  // Most texts are one short row: no need to lay them out for that.
  if (composer.text.length < width / 2 - PROMPT_CELLS && !composer.text.includes("\n")) return 1;
  return composerRows(composer.text, composer.at, width - PROMPT_CELLS).rows.length;
}

/** What `screenful` needs of the state. */
export function sceneOf(state: State, talk: Talk, screen: Screen): Scene {
  const name = senderName(contactOf(state, talk.contact)?.name ?? "");
  const most = screen.mainWidth < NARROW ? MOST_NAME_NARROW : MOST_NAME;
  return {
    messages: talk.messages,
    width: screen.mainWidth,
    height: screen.height,
    now: state.now,
    signs: state.signs,
    nameCells: Math.min(most, Math.max(2, cells(name))),
    firstNew: talk.firstNew,
    chosen: talk.chosen,
    pictures: state.pictures,
    saved: state.saved,
  };
}
