/** Writing: keys of the composer, sending, and what a line with `/` does. */
import type { MessageView } from "@asfaleia/client/messenger";
import { accept, completionsOf } from "../commands/completion.ts";
import { runCommand } from "../commands/run.ts";
import { type Composer, composing, insert, moveVertically } from "../composer/composer.ts";
import { remember, walk } from "../composer/history.ts";
import { composerKey } from "../composer/keys.ts";
import { PROMPT_CELLS, screenOf } from "../layout/screen.ts";
import { toEnd } from "./scrolling.ts";
import { contactOf, openTalk, type State, type Talk, type Target, withTalk } from "./state.ts";
import { andThen, call, remark, type Step, step } from "./step.ts";
import { withMessage } from "./talks.ts";

export function withComposer(state: State, composer: Composer): State {
  return {
    ...withTalk(state, state.open ?? -1, (talk) => ({ ...talk, composer })),
    completion: undefined,
  };
}

export function typed(state: State, text: string): Step {
  const talk = openTalk(state);
  return talk === undefined ? step(state) : step(withComposer(state, insert(talk.composer, text)));
}

const SEVERAL_LINES = "a command is one line; // begins a text with /";

/** Whether what is written is a command, and no text. */
export function isCommand(text: string): boolean {
  return /^\/(?!\/)/.test(text);
}

/** What a key does to the text. @returns undefined where it is none of the composer's */
export function composeKey(state: State, chord: string): Step | undefined {
  const talk = openTalk(state);
  if (talk === undefined) return undefined;
  const { items } = completionsOf(state, talk.composer);
  if (items.length > 0) {
    if (chord === "tab") return step(withComposer(state, accept(state, talk.composer)));
    if (chord === "down" || chord === "ctrl+n") return step(movedCompletion(state, 1, items.length));
    if (chord === "up" || chord === "ctrl+p" || chord === "shift+tab") {
      return step(movedCompletion(state, -1, items.length));
    }
  }
  if (chord === "enter") return enter(state, talk);
  if (chord === "up" || chord === "down") return vertically(state, talk, chord === "up" ? -1 : 1);
  const composer = composerKey(talk.composer, chord);
  return composer === undefined ? undefined : step(withComposer(state, composer));
}

function movedCompletion(state: State, by: -1 | 1, count: number): State {
  return { ...state, completion: ((state.completion ?? 0) + by + count) % count };
}

function vertically(state: State, talk: Talk, by: -1 | 1): Step {
  const moved = moveVertically(talk.composer, by, screenOf(state).mainWidth - PROMPT_CELLS);
  if (moved !== undefined) return step(withComposer(state, moved));
  const walked = walk(talk.history, by, talk.composer.text);
  if (walked === undefined) return step(state);
  const [history, text] = walked;
  return step(
    withTalk(state, talk.contact, (one) => ({ ...one, history, composer: composing(text, one.composer) })),
  );
}

function enter(state: State, talk: Talk): Step {
  const { text } = talk.composer;
  if (isCommand(text)) {
    // What was pasted may hide a command above what is seen of it.
    if (text.includes("\n")) return step(remark(state, SEVERAL_LINES, true));
    // A word that is no command yet is completed first, as Tab would.
    const { items, isWhole } = completionsOf(state, talk.composer);
    if (items.length > 0 && !isWhole && !text.includes(" ")) {
      return step(withComposer(state, accept(state, talk.composer)));
    }
    return runCommand(state, text);
  }
  if (text.trim() === "") return talk.target?.kind === "reply" ? step(state) : toEnd(state);
  return say(state, talk, text.replace(/^\/\//, "/"));
}

/** Sends what was written, as what it was written for. */
export function say(state: State, talk: Talk, text: string): Step {
  const { contact, target } = talk;
  const view = contactOf(state, contact);
  if (view?.state === "blocked") return step(remark(state, "blocked: /unblock first", true));
  const cleared = withTalk(state, contact, (one) => ({
    ...one,
    composer: composing("", one.composer),
    history: remember(one.history, one.composer.text),
    target: undefined,
    chosen: undefined,
    firstNew: undefined,
  }));
  const shown = toEnd({ ...cleared, completion: undefined, remark: undefined });
  return andThen(shown, (now) => step(now, saying(contact, target, text)));
}

function saying(contact: number, target: Target | undefined, text: string) {
  const added = (state: State, message: MessageView) =>
    step(withTalk(state, contact, (talk) => withMessage(talk, message)));
  if (target === undefined) return giveBack(contact, text, call("messages.send", { contact, text }, added));
  const { kind, message } = target;
  if (kind === "reply") {
    return giveBack(contact, text, call("messages.reply", { contact, to: message.id, text }, added));
  }
  return giveBack(contact, text, call("messages.edit", { contact, id: message.id, text }));
}

/** What could not be kept is put back into the composer, where nothing else was begun. */
function giveBack(contact: number, text: string, effect: ReturnType<typeof call>): ReturnType<typeof call> {
  if (effect.do !== "call") return effect;
  return {
    ...effect,
    run: async (face, signal) => {
      try {
        return await effect.run(face, signal);
      } catch (error) {
        const said = error instanceof Error ? error.message : "it was not sent";
        return {
          type: "then",
          step: (state) =>
            step(
              remark(
                withTalk(state, contact, (talk) =>
                  talk.composer.text === "" ? { ...talk, composer: composing(text, talk.composer) } : talk,
                ),
                said,
                true,
              ),
            ),
        };
      }
    },
  };
}

/** Sets what the composer is for. An edit begins with the text as it is. */
export function aim(state: State, target: Target): State {
  return withTalk({ ...state, completion: undefined }, target.message.contact, (talk) => ({
    ...talk,
    target,
    chosen: undefined,
    composer: target.kind === "edit" ? composing(target.message.text, talk.composer) : talk.composer,
  }));
}
