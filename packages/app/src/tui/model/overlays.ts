/** Keys while something lies over the conversation. */
import { type Composer, composing, insert } from "../composer/composer.ts";
import { composerKey } from "../composer/keys.ts";
import { fuzzySearch } from "../fuzzy.ts";
import { bodyHeight } from "../layout/overlay.ts";
import type { AskOverlay, ConfirmOverlay, Item, ListOverlay, Overlay, TextOverlay } from "./overlay.ts";
import type { State } from "./state.ts";
import { type Step, step } from "./step.ts";

/** The items that the letters typed leave. */
export function shownItems(overlay: ListOverlay): readonly Item[] {
  if (overlay.ask !== undefined || overlay.query.text === "") return overlay.items;
  return fuzzySearch(overlay.query.text, overlay.items, ({ label }) => label).map(({ item }) => item);
}

export function overlayKey(state: State, overlay: Overlay, chord: string): Step {
  if (chord === "escape" || chord === "ctrl+c" || chord === "ctrl+g") return closed(state, overlay);
  switch (overlay.kind) {
    case "text":
      return textKey(state, overlay, chord);
    case "list":
      return listKey(state, overlay, chord);
    case "confirm":
      return confirmKey(state, overlay, chord);
    case "ask":
      return askKey(state, overlay, chord);
  }
}

export function overlayText(state: State, overlay: Overlay, text: string, isPaste: boolean): Step {
  switch (overlay.kind) {
    case "text":
    case "confirm":
      // A paste is no answer.
      return isPaste
        ? step(state)
        : [...text].reduce<Step>(
            (before, letter) =>
              before.state.overlay === undefined
                ? before
                : chain(before, (now) => overlayKey(now, now.overlay as Overlay, letter)),
            step(state),
          );
    case "list":
      return withQuery(state, overlay, insert(overlay.query, text.replace(/\s+/g, " ")));
    case "ask":
      return step({ ...state, overlay: { ...overlay, answer: insert(overlay.answer, text) } });
  }
}

function chain(before: Step, next: (state: State) => Step): Step {
  const { state, effects } = next(before.state);
  return { state, effects: [...before.effects, ...effects] };
}

function closed(state: State, overlay: Overlay): Step {
  const without = { ...state, overlay: undefined };
  const leave = overlay.kind === "ask" || overlay.kind === "list" ? overlay.leave : undefined;
  return leave === undefined ? step(without) : leave(without);
}

function textKey(state: State, overlay: TextOverlay, chord: string): Step {
  const own = overlay.keys?.[chord];
  if (own !== undefined) return own(state);
  if (chord === "q" || chord === "enter" || chord === "f1" || chord === "?") return closed(state, overlay);
  const page = Math.max(1, bodyHeight(state) - 1);
  const by = SCROLLS[chord];
  if (by === undefined) return step(state);
  return step(scrolledOverlay(state, overlay, by === "page-up" ? -page : by === "page-down" ? page : by));
}

const FAR = 1_000_000;
const SCROLLS: Readonly<Record<string, number | "page-up" | "page-down">> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: "page-up",
  b: "page-up",
  pagedown: "page-down",
  " ": "page-down",
  home: -FAR,
  g: -FAR,
  end: FAR,
  G: FAR,
};

export function scrolledOverlay(state: State, overlay: TextOverlay, by: number): State {
  const most = Math.max(0, overlay.rows(state.columns).length - bodyHeight(state));
  const scroll = Math.max(0, Math.min(most, overlay.scroll + by));
  return { ...state, overlay: { ...overlay, scroll } };
}

function listKey(state: State, overlay: ListOverlay, chord: string): Step {
  const items = shownItems(overlay);
  const item = items[overlay.index];
  if (chord === "enter")
    return item === undefined ? step(state) : item.take({ ...state, overlay: undefined });
  const by = LIST_MOVES[chord];
  if (by !== undefined) return step(movedList(state, overlay, by));
  const own = item?.keys?.[chord];
  if (own !== undefined) return own(state);
  const query = composerKey(overlay.query, chord);
  return query === undefined ? step(state) : withQuery(state, overlay, query);
}

const LIST_MOVES: Readonly<Record<string, number>> = {
  up: -1,
  "ctrl+p": -1,
  "ctrl+k": -1,
  "shift+tab": -1,
  down: 1,
  "ctrl+n": 1,
  "ctrl+j": 1,
  tab: 1,
  pageup: -10,
  pagedown: 10,
};

export function movedList(state: State, overlay: ListOverlay, by: number): State {
  const last = Math.max(0, shownItems(overlay).length - 1);
  return { ...state, overlay: { ...overlay, index: Math.max(0, Math.min(last, overlay.index + by)) } };
}

function withQuery(state: State, overlay: ListOverlay, query: Composer): Step {
  const changed = query.text !== overlay.query.text;
  const next: ListOverlay = { ...overlay, query, index: changed ? 0 : overlay.index };
  const effects = changed && overlay.ask !== undefined ? overlay.ask(query.text) : [];
  const cleared =
    changed && overlay.ask !== undefined && query.text.trim() === "" ? { ...next, items: [] } : next;
  return step({ ...state, overlay: cleared }, ...effects);
}

function confirmKey(state: State, overlay: ConfirmOverlay, chord: string): Step {
  const without: State = { ...state, overlay: undefined };
  if (chord === "y" || chord === "Y") return overlay.yes(without);
  return chord === "n" || chord === "N" || chord === "enter" || chord === "q" ? step(without) : step(state);
}

function askKey(state: State, overlay: AskOverlay, chord: string): Step {
  if (chord === "enter") {
    if (overlay.answer.text.trim() === "" && overlay.takesNothing !== true) return step(state);
    return overlay.take({ ...state, overlay: { ...overlay, answer: composing("") } }, overlay.answer.text);
  }
  const answer = composerKey(overlay.answer, chord);
  return step(answer === undefined ? state : { ...state, overlay: { ...overlay, answer } });
}
