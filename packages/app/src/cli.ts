/** The verb table: finds the verb, runs it, and turns how it ended into an exit code. */
import { constants } from "node:os";
import { cleanLine } from "./display.ts";
import { EXIT, EXIT_HELP, failureOf, Interrupted, usage } from "./exit.ts";
import { complain, note, print } from "./io.ts";
import { closest } from "./suggest.ts";

/** What a file under verbs/ exports. */
export interface Verb {
  /** The text of `--help`. */
  readonly help: string;
  /**
   * @param args behind the verb
   * @param signal aborts when the person or the system wants us to end
   * @returns the exit code
   */
  run(args: string[], signal: AbortSignal): Promise<number>;
}

interface Entry {
  readonly summary: string;
  /** Loaded when it is used: `--help` must not wait for the cryptography. */
  load(): Promise<Verb>;
}

const VERBS: Record<string, Entry> = {
  whoami: { summary: "show your key", load: () => import("./verbs/whoami.ts") },
  init: {
    summary: "make a profile: this installation becomes a device of your key",
    load: () => import("./verbs/init.ts"),
  },
  card: {
    summary: "print your card: with it others can write to you",
    load: () => import("./verbs/card.ts"),
  },
  add: { summary: "make a contact of a card or an SSH key", load: () => import("./verbs/add.ts") },
  contacts: { summary: "list, rename and remove contacts", load: () => import("./verbs/contacts.ts") },
  verify: { summary: "compare the safety number with somebody", load: () => import("./verbs/verify.ts") },
  send: {
    summary: "send a message, or a letter to the holder of an SSH key",
    load: () => import("./verbs/send.ts"),
  },
  reply: { summary: "answer a message", load: () => import("./verbs/reply.ts") },
  react: { summary: "react to a message", load: () => import("./verbs/react.ts") },
  edit: { summary: "give a message another text", load: () => import("./verbs/edit.ts") },
  delete: { summary: "delete a message everywhere", load: () => import("./verbs/delete.ts") },
  listen: { summary: "show messages as they come", load: () => import("./verbs/listen.ts") },
  save: { summary: "fetch and save the file of a message", load: () => import("./verbs/save.ts") },
  history: { summary: "show what was said", load: () => import("./verbs/history.ts") },
  search: { summary: "find messages", load: () => import("./verbs/search.ts") },
  requests: {
    summary: "first messages of people you do not know",
    load: () => import("./verbs/requests.ts"),
  },
  block: { summary: "take nothing from a contact any more", load: () => import("./verbs/block.ts") },
  unblock: { summary: "take messages of a blocked contact again", load: () => import("./verbs/unblock.ts") },
  status: { summary: "show this device, or how far a message is", load: () => import("./verbs/status.ts") },
  device: { summary: "your devices: confirm, withdraw, renew", load: () => import("./verbs/device.ts") },
  config: { summary: "show and change settings", load: () => import("./verbs/config.ts") },
  export: { summary: "write contacts and history in the clear", load: () => import("./verbs/export.ts") },
  backup: {
    summary: "write contacts and history into a sealed file",
    load: () => import("./verbs/backup.ts"),
  },
  restore: { summary: "make a profile out of a backup", load: () => import("./verbs/restore.ts") },
  wipe: { summary: "remove a profile", load: () => import("./verbs/wipe.ts") },
  "letters get": { summary: "fetch your letters", load: () => import("./verbs/letters-get.ts") },
  "letters listen": { summary: "show letters as they come", load: () => import("./verbs/letters-listen.ts") },
  "letters open": {
    summary: "open letters that were kept sealed",
    load: () => import("./verbs/letters-open.ts"),
  },
  agent: {
    summary: "hold a profile open for the other verbs",
    load: () => import("./verbs/agent.ts"),
  },
  "agent stop": { summary: "end the agent of a profile", load: () => import("./verbs/agent-stop.ts") },
  rpc: { summary: "call a method of the agent, for programs", load: () => import("./verbs/rpc.ts") },
  relay: { summary: "run a relay", load: () => import("./verbs/relay.ts") },
};

/** Runs a command line. @returns the exit code */
export async function run(args: string[]): Promise<number> {
  const interruption = new Interruption();
  try {
    return await dispatch(args, interruption.signal);
  } catch (error) {
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    if (error instanceof Interrupted) return EXIT.interrupted;
    const failure = failureOf(error);
    complain(failure.message);
    return failure.exit;
  }
}

async function dispatch(args: string[], signal: AbortSignal): Promise<number> {
  const [first, second] = args;
  if (first === undefined) {
    note(overview().trimEnd());
    return EXIT.usage;
  }
  if (first === "help") return dispatch([...args.slice(1), "--help"], signal);
  if (first === "--help" || first === "-h") {
    await print(overview());
    return EXIT.done;
  }
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

/** A word that is no verb by itself: the first of several, or a slip. */
async function group(first: string, second: string | undefined): Promise<number> {
  const members = Object.keys(VERBS).filter((name) => name.startsWith(`${first} `));
  if (members.length > 0 && (second === "--help" || second === "-h")) {
    await print(overview(members));
    return EXIT.done;
  }
  const names = members.length > 0 ? members : Object.keys(VERBS);
  const meant = closest(`${first} ${second ?? ""}`.trim(), names) ?? closest(first, names);
  const hint = meant === undefined ? `say one of: ${names.join(", ")}` : `did you mean "${meant}"?`;
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

Usage: asfaleia VERB …

${lines.join("\n")}

asfaleia VERB --help tells more, asfaleia --version the version.

ASFALEIA_RELAY  the relay, as asfaleia://host:port#SHA256:…
ASFALEIA_HOME   the folder of what asfaleia keeps (default: XDG_DATA_HOME/asfaleia or ~/.local/share/asfaleia)

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
