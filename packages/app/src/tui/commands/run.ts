/** Runs the line of a `/` command. */

import { cleanLine } from "../../display.ts";
import { closest } from "../../suggest.ts";
import { composing } from "../composer/composer.ts";
import { remember } from "../composer/history.ts";
import { type State, withTalk } from "../model/state.ts";
import { remark, type Step, step } from "../model/step.ts";
import { COMMANDS, commandNamed } from "./table.ts";

export function runCommand(state: State, line: string): Step {
  const [, word = "", rest = ""] = /^\/(\S*)\s*([\s\S]*)$/.exec(line) ?? [];
  const command = commandNamed(word.toLowerCase());
  if (command === undefined) {
    const meant = closest(
      word,
      COMMANDS.map(({ name }) => name),
    );
    const hint = meant === undefined ? "/help lists all" : `did you mean /${meant}?`;
    return step(remark(state, `there is no command /${cleanLine(word)}; ${hint}`, true));
  }
  const cleared = withTalk(
    { ...state, completion: undefined, remark: undefined },
    state.open ?? -1,
    (talk) => ({
      ...talk,
      composer: composing("", talk.composer),
      history: remember(talk.history, line),
    }),
  );
  return command.run(cleared, rest.trim());
}
