/** Moving the window over a conversation. */
import { revealing, screenful, scrolled } from "../layout/conversation.ts";
import { sceneOf, screenOf } from "../layout/screen.ts";
import { newestPage, olderPage, seen } from "./people.ts";
import { openTalk, type State, withTalk } from "./state.ts";
import { andThen, type Step, step } from "./step.ts";
import { neighbour } from "./talks.ts";

/** @param by rows, upwards; negative: downwards */
export function scroll(state: State, by: number): Step {
  const talk = openTalk(state);
  if (talk === undefined) return step(state);
  const anchor = scrolled(sceneOf(state, talk, screenOf(state)), talk.anchor, by);
  const moved = withTalk(state, talk.contact, (one) => ({ ...one, anchor }));
  // Newer ones were let go: beyond the lowest row of the window, the end is shown.
  if (by < 0 && anchor === undefined && talk.hasNewer) return toEnd(moved);
  return by > 0 ? preload(moved) : seen(moved);
}

/** Asks for older messages while there is still a screen of loaded ones above. */
export function preload(state: State): Step {
  const talk = openTalk(state);
  if (talk === undefined || !talk.hasOlder || talk.isLoading) return step(state);
  const screen = screenOf(state);
  const scene = sceneOf(state, talk, screen);
  const above = scrolled(scene, talk.anchor, screen.height);
  return screenful(scene, above).isAtTop ? olderPage(state, talk.contact) : step(state);
}

export function toEnd(state: State): Step {
  const talk = openTalk(state);
  if (talk === undefined) return step(state);
  const moved = withTalk(state, talk.contact, (one) => ({ ...one, anchor: undefined, chosen: undefined }));
  return andThen(seen(moved), (now) =>
    talk.hasNewer
      ? step(
          withTalk(now, talk.contact, (one) => ({ ...one, isLoading: true })),
          newestPage(talk.contact),
        )
      : step(now),
  );
}

/** As far up as is loaded; what is older comes then. */
export function toTop(state: State): Step {
  const talk = openTalk(state);
  return talk === undefined ? step(state) : scroll(state, Number.MAX_SAFE_INTEGER / 2);
}

/** Chooses the message above or below; below the last one, none. */
export function choose(state: State, by: -1 | 1): Step {
  const talk = openTalk(state);
  if (talk === undefined) return step(state);
  const chosen = neighbour(talk, by);
  if (chosen === undefined) return toEnd(state);
  return preload(chooseMessage(state, chosen));
}

export function chooseMessage(state: State, id: string): State {
  const talk = openTalk(state);
  if (talk === undefined) return state;
  const scene = sceneOf(state, talk, screenOf(state));
  const anchor = revealing(scene, talk.anchor, id);
  return withTalk(state, talk.contact, (one) => ({ ...one, chosen: id, anchor }));
}
