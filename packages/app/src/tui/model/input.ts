/** Keys, pastes and the mouse -> what they do, wherever the user is. */
import { MAX_COMPOSED } from "../composer/composer.ts";
import { clear, isComposerKey } from "../composer/keys.ts";
import { chordOf, type Input } from "../keys/input.ts";
import { listWindow } from "../layout/list.ts";
import { screenOf } from "../layout/screen.ts";
import { choosingKey, unchosen } from "./choosing.ts";
import { composeKey, typed, withComposer } from "./composing.ts";
import { search, switcher } from "./finding.ts";
import { help } from "./help.ts";
import { showRequests } from "./meeting.ts";
import { movedList, overlayKey, overlayText, scrolledOverlay } from "./overlays.ts";
import { neighbouring, nextUnread, openContact, people, seen } from "./people.ts";
import { choose, scroll, toEnd, toTop } from "./scrolling.ts";
import { openTalk, type State, withTalk } from "./state.ts";
import { remark, type Step, step } from "./step.ts";

const WHEEL_ROWS = 3;

export function onInput(before: State, input: Input): Step {
  // A remark has been read when the next key is pressed, but for one that a question is about.
  const isRead = (input.type === "key" || input.type === "text") && before.overlay?.kind !== "ask";
  const state = isRead ? { ...before, remark: undefined } : before;
  switch (input.type) {
    case "focus":
      return seen({ ...state, isFocused: input.isFocused });
    case "mouse":
      return onMouse(state, input);
    case "text":
      return onText({ ...state, isLeaving: false }, input.text);
    case "paste":
      return onPaste({ ...state, isLeaving: false }, input.text, input.isCut);
    case "key":
      return onKey(state, chordOf(input));
    default:
      return step(state);
  }
}

function onKey(state: State, chord: string): Step {
  if (chord === "ctrl+c") return onInterrupt(state);
  const stays = state.isLeaving ? { ...state, isLeaving: false } : state;
  const anywhere = ANYWHERE[chord];
  if (anywhere !== undefined) return anywhere(stays);
  if (stays.overlay !== undefined) return overlayKey(stays, stays.overlay, chord);
  const talk = openTalk(stays);
  const isChoosing = talk?.chosen !== undefined && !talk.composer.text.startsWith("/");
  if (isChoosing) return choosingKey(stays, chord) ?? onKey(unchosen(stays), chord);
  if (isFree(stays) && WHEN_EMPTY[chord] !== undefined) return WHEN_EMPTY[chord](stays);
  const composed = OVER_COMPOSER[chord] === undefined ? undefined : completing(stays, chord);
  if (composed !== undefined) return composed;
  return OVER_COMPOSER[chord]?.(stays) ?? composeKey(stays, chord) ?? switchByNumber(stays, chord);
}

/** While completions are shown, their keys go before those that switch conversations. */
function completing(state: State, chord: string): Step | undefined {
  const isCommand = openTalk(state)?.composer.text.startsWith("/") === true;
  return isCommand && COMPLETION_KEYS.has(chord) ? composeKey(state, chord) : undefined;
}

const COMPLETION_KEYS: ReadonlySet<string> = new Set(["tab", "shift+tab", "ctrl+n", "ctrl+p"]);

function isFree(state: State): boolean {
  return (openTalk(state)?.composer.text ?? "") === "";
}

const ANYWHERE: Readonly<Record<string, (state: State) => Step>> = {
  "ctrl+l": (state) => step(state, { do: "repaint" }),
  "ctrl+z": (state) => step(state, { do: "suspend" }),
};

const page = (state: State) => Math.max(1, screenOf(state).height - 2);

const WHEN_EMPTY: Readonly<Record<string, (state: State) => Step>> = {
  home: toTop,
  end: toEnd,
};

const OVER_COMPOSER: Readonly<Record<string, (state: State) => Step>> = {
  "ctrl+k": (state) => switcher(state),
  "ctrl+f": (state) => search(state),
  f1: (state) => step(help(state)),
  tab: (state) => neighbouring(state, 1),
  "alt+down": (state) => neighbouring(state, 1),
  "ctrl+n": (state) => neighbouring(state, 1),
  "shift+tab": (state) => neighbouring(state, -1),
  "alt+up": (state) => neighbouring(state, -1),
  "ctrl+p": (state) => neighbouring(state, -1),
  "alt+a": nextUnread,
  "alt+r": showRequests,
  pageup: (state) => scroll(state, page(state)),
  pagedown: (state) => scroll(state, -page(state)),
  "ctrl+up": (state) => choose(state, -1),
  "alt+home": toTop,
  "alt+end": toEnd,
  escape: leaveStepwise,
};

/** Takes back one thing after the other: the target, then the place in the past. */
function leaveStepwise(state: State): Step {
  const talk = openTalk(state);
  if (talk === undefined) return step(state);
  if (talk.target !== undefined) {
    const isEdit = talk.target.kind === "edit";
    return step(
      withTalk(state, talk.contact, (one) => ({
        ...one,
        target: undefined,
        composer: isEdit ? clear(one.composer) : one.composer,
      })),
    );
  }
  if (talk.composer.text.startsWith("/")) return step(withComposer(unchosen(state), clear(talk.composer)));
  return toEnd(state);
}

const NUMBERED = /^alt\+([1-9])$/;

/** Whether a chord with Alt means something, to whatever is on the screen. */
export function isKnown(chord: string): boolean {
  return Object.hasOwn(OVER_COMPOSER, chord) || NUMBERED.test(chord) || isComposerKey(chord);
}

function switchByNumber(state: State, chord: string): Step {
  const nth = NUMBERED.exec(chord)?.[1];
  const contact = nth === undefined ? undefined : people(state)[Number(nth) - 1];
  return contact === undefined ? step(state) : openContact(state, contact.id);
}

/** The first Ctrl+C takes back what was begun, the second ends. */
function onInterrupt(state: State): Step {
  if (state.isLeaving) return step(state, { do: "quit" });
  if (state.overlay !== undefined) return overlayKey(state, state.overlay, "escape");
  const talk = openTalk(state);
  const cleared =
    talk === undefined || talk.composer.text === "" ? state : withComposer(state, clear(talk.composer));
  return step({ ...remark(cleared, "Ctrl+C once more ends; the agent goes on"), isLeaving: true });
}

function onText(state: State, text: string): Step {
  if (state.overlay !== undefined) return overlayText(state, state.overlay, text, false);
  const talk = openTalk(state);
  if (talk === undefined) return text === "?" ? step(help(state)) : step(state);
  if (talk.chosen !== undefined && !talk.composer.text.startsWith("/")) return chosenText(state, text);
  if (text === "?" && talk.composer.text === "") return step(help(state));
  return typed(state, text);
}

/** Letters are keys while a message is chosen. One that is none of them is the first of a text. */
function chosenText(state: State, text: string): Step {
  const [letter = ""] = text;
  const done = choosingKey(state, letter);
  if (done === undefined) return onText(unchosen(state), text);
  const rest = text.slice(letter.length);
  if (rest === "") return done;
  const { state: last, effects } = onText(done.state, rest);
  return step(last, ...done.effects, ...effects);
}

function onPaste(state: State, text: string, isCut: boolean): Step {
  const room = MAX_COMPOSED - (openTalk(state)?.composer.text.length ?? 0);
  const isLong = isCut || (state.overlay === undefined && text.length > room);
  const told = isLong ? remark(state, "what was pasted is too long: the rest is left out", true) : state;
  if (told.overlay !== undefined) return overlayText(told, told.overlay, text, true);
  return openTalk(told) === undefined ? step(told) : typed(told, text);
}

function onMouse(state: State, { what, column, row }: Extract<Input, { type: "mouse" }>): Step {
  const by = what === "wheel-up" ? WHEEL_ROWS : what === "wheel-down" ? -WHEEL_ROWS : 0;
  const { overlay } = state;
  if (by !== 0) {
    if (overlay?.kind === "text") return step(scrolledOverlay(state, overlay, -by));
    if (overlay?.kind === "list") return step(movedList(state, overlay, -Math.sign(by)));
    return overlay === undefined ? scroll(state, by) : step(state);
  }
  const { listWidth } = screenOf(state);
  if (what !== "press" || overlay !== undefined || column >= listWidth) return step(state);
  const entry = listWindow(state)[row - 1];
  if (entry === undefined) return step(state);
  return entry.kind === "requests" ? showRequests(state) : openContact(state, entry.contact.id);
}
