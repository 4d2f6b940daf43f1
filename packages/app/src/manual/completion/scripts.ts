/** The shells that asfaleia completes in. */
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import type { CompletionModel } from "./model.ts";
import { zshCompletion } from "./zsh.ts";

/** By what the shell is called. */
export const SCRIPTS: Readonly<Record<string, (model: CompletionModel) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};
