/**
 * Keys that are pressed before the contacts are here: kept, and pressed again when there is a conversation. Which one that is
 * nobody knew who pressed them, so none of them sends anything, answers a question, or does something to a conversation.
 */
import { chordOf, type Input, key } from "../keys/input.ts";
import { isCommand } from "./composing.ts";
import { onInput } from "./input.ts";
import { openTalk, type State } from "./state.ts";
import { andThen, remark, type Step, step } from "./step.ts";

/** Keys, and texts between them. */
const MAX_KEPT = 500;
/** Characters of all texts. */
const MAX_KEPT_CHARACTERS = 16_384;

/** What is kept; once something was left out, all that follows is. */
export interface Early {
  readonly inputs: readonly Input[];
  readonly isFull: boolean;
}

/** Whether there is nothing that keys could mean. */
export function isEarly({ contacts, overlay }: State): boolean {
  return contacts === undefined && overlay === undefined;
}

/** Whether keys were kept, and can be pressed now. */
export function hasWaited({ contacts, overlay, early }: State): boolean {
  return early.inputs.length > 0 && contacts !== undefined && overlay === undefined;
}

const AT_ONCE: ReadonlySet<string> = new Set(["ctrl+c", "ctrl+l", "ctrl+z"]);

/** Takes what comes while there is no conversation. */
export function onEarly(state: State, input: Input): Step {
  if (input.type === "focus" || (input.type === "key" && AT_ONCE.has(chordOf(input)))) {
    return onInput(state, input);
  }
  if (input.type === "mouse" || input.type === "report" || state.early.isFull) return step(state);
  return step({ ...state, early: kept(state.early, input) });
}

function kept({ inputs }: Early, input: Input): Early {
  const last = inputs.at(-1);
  const all: readonly Input[] =
    input.type === "text" && last?.type === "text"
      ? [...inputs.slice(0, -1), { type: "text", text: last.text + input.text }]
      : [...inputs, input];
  const characters = all.reduce((sum, one) => sum + ("text" in one ? one.text.length : 0), 0);
  const isFull = all.length > MAX_KEPT || characters > MAX_KEPT_CHARACTERS;
  return isFull ? { inputs, isFull } : { inputs: all, isFull };
}

const NOT_SENT = "not sent: it was typed before the chat was there";
const NOT_ALL = "not done: it was typed before the chat was there";

/** Presses what was kept, as far as it is safe. */
export function pressEarly(state: State): Step {
  const { inputs, isFull } = state.early;
  let done = step({ ...state, early: { inputs: [], isFull: false } });
  let said = isFull ? NOT_ALL : undefined;
  for (const [index, input] of inputs.entries()) {
    const chord = input.type === "key" ? chordOf(input) : "";
    if (isUnsafe(done.state, chord)) {
      said = NOT_ALL;
      break;
    }
    if (chord === "enter" && sends(done.state)) {
      said = NOT_SENT;
      if (index < inputs.length - 1) done = andThen(done, (now) => onInput(now, key("enter", { alt: true })));
    } else done = andThen(done, (now) => onInput(now, input));
  }
  const told = said;
  return told === undefined ? done : andThen(done, (now) => step(remark(now, told, true)));
}

/** Commands that need no conversation. */
export const FREE_COMMANDS: readonly string[] = [
  "add",
  "card",
  "code",
  "help",
  "invite",
  "join",
  "open",
  "quit",
  "requests",
  "search",
  "status",
];
const FREE = new RegExp(`^/(?:${FREE_COMMANDS.join("|")})(?:\\s|$)`);

function isUnsafe(state: State, chord: string): boolean {
  const { overlay } = state;
  if (overlay !== undefined)
    return overlay.kind === "confirm" || (overlay.kind === "text" && overlay.keys !== undefined);
  const text = openTalk(state)?.composer.text ?? "";
  return chord === "ctrl+up" || (chord === "enter" && isCommand(text) && !FREE.test(text));
}

function sends(state: State): boolean {
  const text = openTalk(state)?.composer.text ?? "";
  return state.overlay === undefined && text.trim() !== "" && !isCommand(text);
}
