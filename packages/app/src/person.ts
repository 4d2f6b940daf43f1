/**
 * Whoever asked for what is being done: at the terminal, or at the other end of the agent's socket. Questions and remarks
 * that come up deep inside go to them, and to nobody else.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { foldedLines } from "./display.ts";
import { askpassOrTerminal, canAskForPassphrase } from "./passphrase.ts";
import { askLineAtTerminal, hasTerminal } from "./terminal.ts";

export interface Person {
  /** Whether a question can be put at all. */
  canAsk(): boolean;
  /** Whether one for a secret can: an askpass program needs no terminal. */
  canAskSecret(): boolean;
  /**
   * Asks for a secret and shows nothing of it. The bytes are the caller's to wipe.
   * @returns null where nobody answers
   */
  secret(question: string, signal: AbortSignal): Promise<Uint8Array | null>;
  /** @returns the answer, or null where nobody answers */
  line(question: string, signal: AbortSignal): Promise<string | null>;
  /** Says something beside the result. */
  note(text: string): void;
  /** Where their ssh-agent listens; undefined where they have none. */
  readonly sshAgent: string | undefined;
}

/** Nobody is there: every question stays without an answer, so whatever depends on one fails closed. */
export const NOBODY: Person = {
  canAsk: () => false,
  canAskSecret: () => false,
  secret: () => Promise.resolve(null),
  line: () => Promise.resolve(null),
  note: () => {},
  sshAgent: undefined,
};

/** Whoever has started this process: at its terminal, or behind an askpass program. */
const HERE: Person = {
  canAsk: hasTerminal,
  canAskSecret: canAskForPassphrase,
  secret: askpassOrTerminal,
  line: askLineAtTerminal,
  note: (text) => process.stderr.write(`${foldedLines(text, terminalColumns())}\n`),
  get sshAgent() {
    return process.env.SSH_AUTH_SOCK;
  },
};

const USUAL_COLUMNS = 80;

function terminalColumns(): number | undefined {
  return process.stderr.isTTY ? process.stderr.columns || USUAL_COLUMNS : undefined;
}

const calls = new AsyncLocalStorage<Person>();

/** The person that the running call is for. */
export function currentPerson(): Person {
  return calls.getStore() ?? HERE;
}

/** Runs `work`, and all that it starts, for a person. */
export function onBehalfOf<T>(person: Person, work: () => T): T {
  return calls.run(person, work);
}

/** Whether there is somebody to ask. */
export function canAsk(): boolean {
  return currentPerson().canAsk();
}

/**
 * Asks a question and shows what is typed.
 * @returns the answer, or null where nobody answers
 * @throws Interrupted on Ctrl-C; the signal's reason when it aborts
 */
export function askLine(question: string, signal: AbortSignal): Promise<string | null> {
  return currentPerson().line(question, signal);
}

/** Asks a question whose answer is yes; anything else is no, and so is nobody. @throws as `askLine` */
export async function agrees(question: string, signal: AbortSignal): Promise<boolean> {
  return (await askLine(question, signal))?.trim().toLowerCase() === "yes";
}

/**
 * Asks for a passphrase. The bytes are the caller's to wipe.
 * @returns null where nobody can be asked, or nobody answered
 * @throws as `askLine`
 */
export function askPassphrase(question: string, signal: AbortSignal): Promise<Uint8Array | null> {
  return currentPerson().secret(question, signal);
}
