/** The one way from a state to the next. */
import { onEvent, onLink } from "./events.ts";
import { onInput } from "./input.ts";
import { preload } from "./scrolling.ts";
import { openTalk, type State } from "./state.ts";
import { andThen, type Happening, remark, type Step, step } from "./step.ts";

export function update(state: State, happening: Happening): Step {
  const taken = take(state, happening);
  const talk = openTalk(taken.state);
  // A page that has come may be less than a screen.
  const filled =
    happening.type === "then" || happening.type === "resize"
      ? andThen(taken, (now) => (openTalk(now)?.isLoading === false ? preload(now) : step(now)))
      : taken;
  const prefix = /^\/file (.+)$/.exec(talk?.composer.text ?? "")?.[1];
  return prefix === undefined || prefix === taken.state.paths.for
    ? filled
    : andThen(filled, (now) =>
        step({ ...now, paths: { for: prefix, found: [] } }, { do: "list-paths", prefix }),
      );
}

function take(state: State, happening: Happening): Step {
  switch (happening.type) {
    case "resize":
      return step({ ...state, columns: happening.columns, rows: happening.rows });
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
      return onInput(state, happening);
  }
}
