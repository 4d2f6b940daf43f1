/** The one way from a state to the next. */
import { onEvent, onLink } from "./events.ts";
import { onInput } from "./input.ts";
import { picturesOnScreen } from "./pictures.ts";
import { preload } from "./scrolling.ts";
import { openTalk, type State } from "./state.ts";
import { andThen, type Happening, remark, type Step, step } from "./step.ts";
import { hasWaited, isEarly, onEarly, pressEarly } from "./typeahead.ts";

export function update(state: State, happening: Happening): Step {
  const first = take(state, happening);
  const taken = hasWaited(first.state) ? andThen(first, pressEarly) : first;
  const talk = openTalk(taken.state);
  // A page that has come may be less than a screen.
  const filled =
    happening.type === "then" || happening.type === "resize"
      ? andThen(taken, (now) => (openTalk(now)?.isLoading === false ? preload(now) : step(now)))
      : taken;
  const shown = showsOthers(state, filled.state) ? andThen(filled, picturesOnScreen) : filled;
  const prefix = /^\/file (.+)$/.exec(talk?.composer.text ?? "")?.[1];
  return prefix === undefined || prefix === taken.state.paths.for
    ? shown
    : andThen(shown, (now) =>
        step({ ...now, paths: { for: prefix, found: [] } }, { do: "list-paths", prefix }),
      );
}

/** Whether other messages may be on the screen than before, or other pictures of them. */
function showsOthers(before: State, after: State): boolean {
  const [one, other] = [openTalk(before), openTalk(after)];
  return (
    one?.messages !== other?.messages ||
    one?.anchor !== other?.anchor ||
    before.fetchesPictures !== after.fetchesPictures ||
    before.columns !== after.columns ||
    before.rows !== after.rows
  );
}

function take(state: State, happening: Happening): Step {
  switch (happening.type) {
    case "resize":
      // Pictures are made for a size.
      return step({ ...state, columns: happening.columns, rows: happening.rows, pictures: new Map() });
    case "tick":
      return step({ ...state, now: happening.now });
    case "event":
      return onEvent(state, happening.event);
    case "link":
      return onLink(state, happening.isUp);
    case "then":
      return happening.step(state);
    case "failed":
      return step(remark(state, happening.text, true));
    default:
      return isEarly(state) ? onEarly(state, happening) : onInput(state, happening);
  }
}
