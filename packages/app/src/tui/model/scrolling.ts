/** Moving the window over a conversation. */
import { type Anchor, centring, revealing, screenful, scrolled } from "../layout/conversation.ts";
import { sceneOf, screenOf } from "../layout/screen.ts";
import { newerPage, newestPage, olderPage, seen } from "./people.ts";
import { openTalk, type State, type Talk, withTalk } from "./state.ts";
import { andThen, type Step, step } from "./step.ts";
import { neighbour } from "./talks.ts";

/** @param by rows, upwards; negative: downwards */
export function scroll(state: State, by: number): Step {
  const talk = openTalk(state);
  if (talk === undefined) return step(state);
  const anchor = scrolled(sceneOf(state, talk, screenOf(state)), talk.anchor, by);
  const moved = withTalk(state, talk.contact, (one) => ({ ...one, anchor: within(talk, anchor) }));
  return andThen(by > 0 ? step(moved) : seen(moved), preload);
}

/** The end of what is loaded is the end of the conversation only where nothing newer is left out. */
function within({ messages, hasNewer }: Talk, anchor: Anchor | undefined): Anchor | undefined {
  const last = messages.at(-1);
  return anchor === undefined && hasNewer && last !== undefined ? { id: last.id, below: 0 } : anchor;
}

/** Asks for older or newer messages while there is still a screen of loaded ones above, or below. */
export function preload(state: State): Step {
  const talk = openTalk(state);
  if (talk === undefined || talk.isLoading || !(talk.hasOlder || talk.hasNewer)) return step(state);
  const screen = screenOf(state);
  const scene = sceneOf(state, talk, screen);
  if (talk.hasNewer && scrolled(scene, talk.anchor, -screen.height) === undefined) {
    return newerPage(state, talk.contact);
  }
  if (!talk.hasOlder) return step(state);
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
  if (chosen !== undefined) return preload(chooseMessage(state, chosen));
  return talk.hasNewer && talk.chosen !== undefined ? preload(state) : toEnd(state);
}

export function chooseMessage(state: State, id: string): State {
  const talk = openTalk(state);
  if (talk === undefined) return state;
  const scene = sceneOf(state, talk, screenOf(state));
  const anchor = within(talk, revealing(scene, talk.anchor, id));
  return withTalk(state, talk.contact, (one) => ({ ...one, chosen: id, anchor }));
}

/** Chooses a message, and shows what was said before and after it. */
export function centreMessage(state: State, id: string): State {
  const talk = openTalk(state);
  // The user may be elsewhere by now.
  if (talk === undefined || !talk.messages.some((message) => message.id === id)) return state;
  const anchor = within(talk, centring(sceneOf(state, talk, screenOf(state)), id));
  return withTalk(state, talk.contact, (one) => ({ ...one, chosen: id, anchor }));
}
