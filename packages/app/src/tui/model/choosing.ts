/** Keys while a message is chosen. */
import { deliveries, edit, isSaid, react, remove, reply, save, show } from "../commands/talk.ts";
import { composing } from "../composer/composer.ts";
import { screenOf } from "../layout/screen.ts";
import { withComposer } from "./composing.ts";
import { choose, scroll, toEnd } from "./scrolling.ts";
import { openTalk, type State, withTalk } from "./state.ts";
import { andThen, type Step, step } from "./step.ts";

const ACTIONS: Readonly<Record<string, (state: State) => Step>> = {
  up: (state) => choose(state, -1),
  k: (state) => choose(state, -1),
  "ctrl+up": (state) => choose(state, -1),
  "ctrl+p": (state) => choose(state, -1),
  down: (state) => choose(state, 1),
  j: (state) => choose(state, 1),
  "ctrl+down": (state) => choose(state, 1),
  "ctrl+n": (state) => choose(state, 1),
  pageup: (state) => scroll(state, screenOf(state).height - 1),
  pagedown: (state) => scroll(state, 1 - screenOf(state).height),
  r: (state) => reply(state, ""),
  enter: (state) => reply(state, ""),
  e: (state) => edit(state, ""),
  d: remove,
  delete: remove,
  s: (state) => save(state, ""),
  v: show,
  i: deliveries,
  "+": askReaction,
  a: askReaction,
  "1": (state) => andThen(react(state, "👍"), (now) => step(unchosen(now))),
  q: toEnd,
  escape: (state) => step(unchosen(state)),
};

/** @returns undefined where the key means nothing here: then nothing is chosen any more, and it is typed */
export function choosingKey(state: State, chord: string): Step | undefined {
  return Object.hasOwn(ACTIONS, chord) ? ACTIONS[chord]?.(state) : undefined;
}

export function unchosen(state: State): State {
  return withTalk(state, state.open ?? -1, (talk) => ({ ...talk, chosen: undefined }));
}

/** The command is begun: an emoji follows, or is picked from the completions. */
function askReaction(state: State): Step {
  const talk = openTalk(state);
  const message = talk?.messages.find(({ id }) => id === talk.chosen);
  if (talk === undefined || message === undefined || !isSaid(message)) return step(state);
  return step(withComposer(state, composing("/react ", talk.composer)));
}
