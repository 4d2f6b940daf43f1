/** The way from nothing to a profile: a key, a relay, a name, a passphrase. */
import { userInfo } from "node:os";
import { join } from "node:path";
import { cleanLine } from "../../display.ts";
import { failureOf } from "../../exit.ts";
import { userHome } from "../../home.ts";
import { findOwnKey } from "../../keys.ts";
import { type InitialiseValues, initialise } from "../../profile/initialise.ts";
import { type ProfileValues, whereIs } from "../../profile/where.ts";
import { ask, type Choice, choose, type Screen, tell } from "../runtime/questions.ts";
import { type FoundKey, keysIn, makeKey, shownKey } from "./keys.ts";
import { chooseRelay } from "./relay.ts";

const WELCOME =
  "asfaleia is a chat whose account is your SSH key. Messages go sealed from device to device; a relay passes them on and " +
  "keeps them in memory only. Four questions, and you are there. Which key are you?";
const NAME = "What are you called? Whoever gets your card sees this name; it can be empty.";
const MAX_NAME = 64;

/** What is to be done first with a new profile. */
export interface Beginning {
  /** An invite that the relay was taken from. */
  readonly invite?: string;
}

/**
 * Leads through it; at the end there is a word on the screen that things go on.
 * @returns null where the user leaves before there is a profile
 */
export async function firstRun(
  screen: Screen,
  values: ProfileValues,
  signal: AbortSignal,
): Promise<Beginning | null> {
  const identity = await chooseKey(screen, values.identity, signal);
  if (identity === null) return null;
  const trusting = { home: whereIs(values).home, acceptNew: values["accept-new"] === true };
  for (;;) {
    const chosen = await chooseRelay(screen, trusting, signal);
    if (chosen === null) return null;
    const { relay, invite } = chosen;
    const asking = { title: "Your name", text: NAME, begun: userName(), takesNothing: true };
    const name = await ask(screen, asking, signal);
    if (name === null) return null;
    tell(screen, "One moment", "This machine becomes a device of your key.");
    const made: InitialiseValues = {
      ...values,
      ...(identity === undefined ? {} : { identity }),
      ...(relay === undefined ? {} : { relay: [relay] }),
      ...(name.trim() === "" ? {} : { name: name.trim().slice(0, MAX_NAME) }),
    };
    const problem = await tried(made, signal);
    if (problem === undefined) {
      tell(screen, "One moment", "Your profile is there, and is opened.");
      return invite === undefined ? {} : { invite };
    }
    if (!(await goesOn(screen, problem, signal))) return null;
  }
}

async function tried(values: InitialiseValues, signal: AbortSignal): Promise<string | undefined> {
  try {
    await initialise(values, signal);
    return undefined;
  } catch (error) {
    return cleanLine(failureOf(error).message);
  }
}

async function goesOn(screen: Screen, problem: string, signal: AbortSignal): Promise<boolean> {
  const choices = [
    { value: true, label: "Try again", detail: "" },
    { value: false, label: "End", detail: "" },
  ];
  const text = `That did not work: ${problem}.`;
  return (await choose(screen, "No profile so far", text, choices, signal)) ?? false;
}

/** @returns a path for `-i`, undefined for the default key, null where the user leaves */
async function chooseKey(
  screen: Screen,
  named: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined | null> {
  if (named !== undefined) return named;
  const folder = join(userHome(), ".ssh");
  const keys = await offered(folder, signal);
  const choices: Choice<FoundKey | "new">[] = keys.map((key) => ({
    value: key,
    label: key.fingerprint,
    detail: `${key.type.replace(/^ssh-/, "")} ${key.comment}`,
  }));
  // One that is there is never written over.
  if (!keys.some(({ path }) => path?.endsWith("/id_ed25519"))) {
    choices.push({ value: "new", label: "Make a new key", detail: "ssh-keygen -t ed25519" });
  }
  const chosen = await choose(screen, "Welcome", WELCOME, choices, signal);
  if (chosen === null) return null;
  if (chosen !== "new") return chosen.path;
  try {
    return await makeKey(folder, signal);
  } catch (error) {
    const isWanted = await goesOn(screen, cleanLine(failureOf(error).message), signal);
    return isWanted ? chooseKey(screen, named, signal) : null;
  }
}

/** The key that ssh would take first, then those beside it. */
async function offered(folder: string, signal: AbortSignal): Promise<FoundKey[]> {
  const files = await keysIn(folder);
  const first = await findOwnKey(undefined, signal).catch(() => undefined);
  if (first === undefined) return files;
  const shown = shownKey(first.file, first.publicKey, first.comment);
  return [shown, ...files.filter((key) => key.fingerprint !== shown.fingerprint)];
}

function userName(): string {
  try {
    return cleanLine(userInfo().username);
  } catch {
    return "";
  }
}
