/** All that the terminal UI knows, as one value. Nothing in it is O(history). */
import type { MessageView } from "@asfaleia/client/messenger";
import type { Result } from "../../face/face.ts";
import { type Composer, EMPTY_COMPOSER } from "../composer/composer.ts";
import { type History, NO_HISTORY } from "../composer/history.ts";
import { type Signs, UNICODE_SIGNS } from "../format.ts";
import type { Anchor } from "../layout/conversation.ts";
import type { Picture } from "../layout/message.ts";
import type { Overlay } from "./overlay.ts";
import type { Early } from "./typeahead.ts";

export type Contact = Result<"contacts.list">[number];
export type Status = Result<"status.get">;

/** What the composer is for, where it is not for a new message. */
export interface Target {
  readonly kind: "reply" | "edit";
  readonly message: MessageView;
}

/** One conversation, as far as it is loaded. */
export interface Talk {
  readonly contact: number;
  /** Oldest first, without gaps. */
  readonly messages: readonly MessageView[];
  readonly hasOlder: boolean;
  /** Whether newer ones were let go, or were never loaded: the window is somewhere in the past. */
  readonly hasNewer: boolean;
  /** Whether something came while newer ones were on their way, which may be without it. */
  readonly isBehind: boolean;
  readonly isLoading: boolean;
  /** The lowest row on the screen; undefined: the end. */
  readonly anchor: Anchor | undefined;
  readonly firstNew: string | undefined;
  readonly composer: Composer;
  readonly history: History;
  readonly target: Target | undefined;
  /** Id of the message that was chosen. */
  readonly chosen: string | undefined;
}

export interface State {
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
  readonly signs: Signs;
  /** Whether the terminal has the user's attention, as far as it says so. */
  readonly isFocused: boolean;
  /** Undefined until the first answer. */
  readonly contacts: readonly Contact[] | undefined;
  readonly status: Status | undefined;
  /** Relays by address, and whether they are connected. */
  readonly relays: ReadonlyMap<string, boolean>;
  readonly open: number | undefined;
  readonly talks: ReadonlyMap<number, Talk>;
  readonly overlay: Overlay | undefined;
  /** A remark above the composer, until the next key. */
  readonly remark: { readonly text: string; readonly isError: boolean } | undefined;
  /** Which completion is chosen; undefined: none so far. */
  readonly completion: number | undefined;
  readonly hasColors: boolean;
  /** Whether pictures are shown. */
  readonly hasPictures: boolean;
  /** Whether those of contacts are fetched when they come onto the screen: they learn of it. */
  readonly fetchesPictures: boolean;
  /** By the id of the file; without rows while they are made, and where they cannot be. */
  readonly pictures: ReadonlyMap<string, Picture>;
  /** Pictures that were fetched without being asked for, by the id of the file, and their bytes. */
  readonly fetched: ReadonlyMap<string, number>;
  /** Where files were saved since the chat began, by their ids; cleaned. */
  readonly saved: ReadonlyMap<string, string>;
  /** Files whose names begin as what is written behind `/file`. */
  readonly paths: { readonly for: string; readonly found: readonly string[] };
  /** Keys that came before there was a conversation. */
  readonly early: Early;
  /** Ctrl+C was pressed: once more ends. */
  readonly isLeaving: boolean;
  /** The agent is gone; it is dialled again. */
  readonly isAway: boolean;
  /** The disk is nearly full: what comes stays at the relays. */
  readonly isDiskShort: boolean;
}

export function initialState(
  columns: number,
  rows: number,
  now: number,
  signs: Signs = UNICODE_SIGNS,
): State {
  return {
    columns,
    rows,
    now,
    signs,
    isFocused: true,
    contacts: undefined,
    status: undefined,
    relays: new Map(),
    open: undefined,
    talks: new Map(),
    overlay: undefined,
    remark: undefined,
    completion: undefined,
    hasColors: true,
    hasPictures: true,
    fetchesPictures: false,
    pictures: new Map(),
    fetched: new Map(),
    saved: new Map(),
    paths: { for: "", found: [] },
    early: { inputs: [], isFull: false },
    isLeaving: false,
    isAway: false,
    isDiskShort: false,
  };
}

export function newTalk(contact: number): Talk {
  return {
    contact,
    messages: [],
    hasOlder: true,
    hasNewer: false,
    isBehind: false,
    isLoading: true,
    anchor: undefined,
    firstNew: undefined,
    composer: EMPTY_COMPOSER,
    history: NO_HISTORY,
    target: undefined,
    chosen: undefined,
  };
}

export function openTalk(state: State): Talk | undefined {
  return state.open === undefined ? undefined : state.talks.get(state.open);
}

export function contactOf(state: State, id: number | undefined): Contact | undefined {
  return id === undefined ? undefined : state.contacts?.find((contact) => contact.id === id);
}

/** The state with one conversation changed; what is not there is not changed. */
export function withTalk(state: State, contact: number, change: (talk: Talk) => Talk): State {
  const talk = state.talks.get(contact);
  if (talk === undefined) return state;
  const changed = change(talk);
  return changed === talk ? state : { ...state, talks: new Map(state.talks).set(contact, changed) };
}

/** Files of which is known where they were saved: the last ones. */
const MAX_SAVED = 500;

export function withSaved(state: State, file: string, place: string): State {
  return { ...state, saved: new Map([...state.saved, [file, place] as const].slice(-MAX_SAVED)) };
}
