/** `asfaleia completion`: prints what a shell needs to complete command lines. */
import { runningAgentContacts } from "../agentcontacts.ts";
import { parseArguments } from "../arguments.ts";
import { EXIT, usage } from "../exit.ts";
import { print } from "../io.ts";
import { completableNames } from "../manual/completion/names.ts";

export const help = `Usage: asfaleia completion bash|zsh|fish

Prints a script with which the shell completes verbs, options, their values and files; names of contacts too while
asfaleia agent runs.

Examples:
  asfaleia completion bash > ~/.local/share/bash-completion/completions/asfaleia
  asfaleia completion zsh > ~/.zfunc/_asfaleia
  asfaleia completion fish > ~/.config/fish/completions/asfaleia.fish
`;

/** Asked by the scripts, not by people. */
const NAMES = "names";

export async function run(args: string[]): Promise<number> {
  const { positionals } = parseArguments({ args, options: {}, allowPositionals: true });
  const [shell = "", more] = positionals;
  if (more !== undefined) throw usage(`"${more}" is one word too many`);
  if (shell === NAMES) return names();
  const { SCRIPTS } = await import("../manual/completion/scripts.ts");
  const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (script === undefined) throw usage(`for which shell? Say ${Object.keys(SCRIPTS).join(", ")}`);
  const [{ loadManual }, { completionModel }] = await Promise.all([
    import("../manual/source.ts"),
    import("../manual/completion/model.ts"),
  ]);
  await print(script(completionModel(await loadManual())));
  return EXIT.done;
}

/** Whatever goes wrong: a person who types must not be told in the middle of a line. */
async function names(): Promise<number> {
  try {
    await print(
      completableNames(await runningAgentContacts())
        .map((name) => `${name}\n`)
        .join(""),
    );
  } catch {}
  return EXIT.done;
}
