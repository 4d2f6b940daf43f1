/** Finds the verb in the table, runs it, and turns how it ended into an exit code. */
import { constants } from "node:os";
import { cleanLine } from "./display.ts";
import { EXIT, EXIT_HELP, failureOf, Interrupted, usage } from "./exit.ts";
import { complain, isUnread, note, print } from "./io.ts";
import { closest } from "./suggest.ts";
import { ENVIRONMENT, VERBS } from "./verbtable.ts";

/** Runs a command line. @returns the exit code */
export async function run(args: string[]): Promise<number> {
  const interruption = new Interruption();
  try {
    return await dispatch(args, interruption.signal);
  } catch (error) {
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    if (error instanceof Interrupted) return EXIT.interrupted;
    const failure = failureOf(error);
    // Whoever reads no further, as head does, has all that they wanted.
    if (!isUnread(error)) complain(failure.message);
    return failure.exit;
  }
}

async function dispatch(args: string[], signal: AbortSignal): Promise<number> {
  const [first, second] = args;
  if (first === "help") return dispatch([...args.slice(1), "--help"], signal);
  if (first === "--help" || first === "-h") {
    await print(overview());
    return EXIT.done;
  }
  if (first === undefined || (first.startsWith("-") && first !== "--")) return chat(args, signal);
  const name = `${first} ${second}` in VERBS ? `${first} ${second}` : first;
  const entry = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (entry === undefined) return group(first, second);
  const rest = args.slice(name.split(" ").length);
  const verb = await entry.load();
  if (asksForHelp(rest)) {
    await print(`${verb.help}\n${EXIT_HELP}\n`);
    return EXIT.done;
  }
  return verb.run(rest, signal);
}

/** Without a verb it is the chat itself, where there is a terminal for it. */
async function chat(args: string[], signal: AbortSignal): Promise<number> {
  if (args.length === 0 && !(process.stdin.isTTY && process.stdout.isTTY)) {
    note(overview().trimEnd());
    return EXIT.usage;
  }
  const verb = await import("./verbs/chat.ts");
  if (asksForHelp(args)) {
    await print(`${verb.help}\n${EXIT_HELP}\n`);
    return EXIT.done;
  }
  return verb.run(args, signal);
}

/** A word that is no verb by itself: the first of several, or a slip. */
async function group(first: string, second: string | undefined): Promise<number> {
  const members = Object.keys(VERBS).filter((name) => name.startsWith(`${first} `));
  if (members.length > 0 && (second === "--help" || second === "-h")) {
    await print(overview(members));
    return EXIT.done;
  }
  const names = members.length > 0 ? members : [...Object.keys(VERBS), "--help", "--version"];
  const meant = closest(`${first} ${second ?? ""}`.trim(), names) ?? closest(first, names);
  const others = members.length > 0 ? `say one of: ${members.join(", ")}` : "asfaleia --help lists them";
  const hint = meant === undefined ? others : `did you mean "${meant}"?`;
  throw usage(
    `there is no verb "${cleanLine(members.length > 0 ? `${first} ${second ?? ""}`.trim() : first)}"; ${hint}`,
  );
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

function overview(names: readonly string[] = Object.keys(VERBS)): string {
  const lines = names.map((name) => `  ${name.padEnd(16)} ${VERBS[name]?.summary ?? ""}`);
  return `asfaleia: a chat whose account is your SSH key and whose relay forgets

Usage: asfaleia            opens the chat on this terminal; F1 there shows all keys
       asfaleia VERB …

${lines.join("\n")}

asfaleia VERB --help tells more, asfaleia --version the version.

${ENVIRONMENT.map(({ name, text }) => `${name.padEnd(15)} ${text}`).join("\n")}

${EXIT_HELP}
`;
}

/** A launcher passes on a signal that the terminal has sent us as well. */
const SAME_PRESS_MS = 200;

/** Turns signals into an AbortSignal. The second one does not wait for an orderly end. */
class Interruption {
  readonly #controller = new AbortController();
  #since = 0;
  exitCode: number | undefined;

  constructor() {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const)
      process.on(name, () => this.#on(name));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  #on(name: "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT"): void {
    const code = 128 + constants.signals[name];
    if (this.exitCode === undefined) {
      this.#since = Date.now();
      this.exitCode = code;
      this.#controller.abort(new Interrupted(name));
    } else if (Date.now() - this.#since > SAME_PRESS_MS) {
      process.exit(code);
    }
  }
}
