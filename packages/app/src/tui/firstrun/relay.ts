/** The question which relay: whatever is wrong with an answer is told before the next question. */
import { networkInterfaces } from "node:os";
import type { Invite } from "@asfaleia/client/messenger";
import { formatAddress } from "@asfaleia/protocol";
import { isCode } from "../../contacts/meeting.ts";
import { cleanLine } from "../../display.ts";
import { failureOf, usage } from "../../exit.ts";
import { startOwnRelay, whereOwnRelay } from "../../ownrelay/ownrelay.ts";
import { dialTrusted, relayAddress, type Trusting } from "../../relays.ts";
import { ask, type Choice, choose, type Screen, tell } from "../runtime/questions.ts";

const TITLE = "Relay";
const WHICH =
  "A relay passes sealed messages on, and cannot read them. Take the invite that somebody sent you, or the address of " +
  "theirs; or start one here, if others can reach this machine.";
const GIVEN = "The invite, or the address, as you were given it:";
const HERE =
  "A name or an address that others reach this machine by, with :PORT behind it where that is not 3308:";

const CODE_LATER =
  "a spoken code works at the relay of whoever has made it: ask for its address too, and use the code with /join once you are in";

/** Where somebody's mailboxes will be. */
export interface ChosenRelay {
  /** What `--relay` takes; undefined for the one of the environment. */
  readonly relay: string | undefined;
  /** The link that told it: to be used as soon as there is a profile. */
  readonly invite?: string;
}

/** @returns null where the user leaves */
export async function chooseRelay(
  screen: Screen,
  trusting: Trusting,
  signal: AbortSignal,
): Promise<ChosenRelay | null> {
  const set = process.env.ASFALEIA_RELAY;
  const choices: Choice<"set" | "given" | "here">[] = [
    ...(set ? [{ value: "set" as const, label: cleanLine(set), detail: "ASFALEIA_RELAY" }] : []),
    { value: "given", label: "I have an invite, or an address", detail: "asfaleia://…" },
    { value: "here", label: "Start one here", detail: "it runs while your agent does" },
  ];
  for (;;) {
    const chosen = await choose(screen, TITLE, WHICH, choices, signal);
    if (chosen === null) return null;
    if (chosen === "set") return { relay: undefined };
    const answer =
      chosen === "given"
        ? await askForGiven(screen, trusting, signal)
        : await askForOwn(screen, trusting.home, signal);
    if (answer !== null) return answer;
  }
}

function askForGiven(screen: Screen, trusting: Trusting, signal: AbortSignal): Promise<ChosenRelay | null> {
  return answered(screen, GIVEN, "", signal, async (answer) => {
    if (isCode(answer)) throw usage(CODE_LATER);
    const invited = await ofInvite(screen, answer, trusting, signal);
    if (invited !== undefined) return invited;
    const address = relayAddress(answer);
    tell(screen, TITLE, "Looking whether it is there.");
    try {
      (await dialTrusted(address, trusting, signal)).close();
    } catch (error) {
      // One whose key is told by its address can be trusted unseen: it may be away now and there later.
      if (address.fingerprint === undefined || !(await isTakenUnseen(screen, error, signal))) throw error;
    }
    return { relay: answer };
  });
}

/** The relay that an invite names by half of its pin: the other half is what the relay proves. */
async function ofInvite(
  screen: Screen,
  answer: string,
  trusting: Trusting,
  signal: AbortSignal,
): Promise<ChosenRelay | undefined> {
  const invite = await readInvite(answer);
  if (invite === undefined) return undefined;
  tell(screen, TITLE, "Looking whether the relay of the invite is there.");
  const link = await dialTrusted(invite.relay, trusting, signal, invite.pinPrefix);
  link.close();
  const { fingerprint } = link.relay;
  return { relay: formatAddress({ ...invite.relay, fingerprint }), invite: answer };
}

async function readInvite(answer: string): Promise<Invite | undefined> {
  const { readInviteLink } = await import("@asfaleia/client/messenger");
  try {
    return readInviteLink(answer);
  } catch {
    throw usage("this invite is damaged, or cut: copy all of it");
  }
}

async function isTakenUnseen(screen: Screen, error: unknown, signal: AbortSignal): Promise<boolean> {
  const choices = [
    { value: false, label: "Look at the address again", detail: "" },
    { value: true, label: "Take it all the same", detail: "it may be there later" },
  ];
  return (await choose(screen, TITLE, complaint(error), choices, signal)) ?? false;
}

function askForOwn(screen: Screen, home: string, signal: AbortSignal): Promise<ChosenRelay | null> {
  return answered(screen, HERE, ownAddress(), signal, async (answer) => {
    const option = `here=${answer}`;
    const place = placeOf(option);
    tell(screen, TITLE, "Starting it.");
    // It is started for good with the profile; here it shows whether it can be.
    if (place !== undefined) await (await startOwnRelay(home, place, signal)).stop();
    return { relay: option };
  });
}

/** What an option is told of its form, nobody understands who was asked a question. */
function placeOf(option: string): ReturnType<typeof whereOwnRelay> {
  try {
    return whereOwnRelay([option]);
  } catch {
    throw usage(
      "it takes a name or a numeric address, such as chat.example.org or 192.0.2.7, and perhaps :PORT",
    );
  }
}

/** Asks until an answer is right. What is wrong with one stands above the question, and the answer in it. */
async function answered(
  screen: Screen,
  question: string,
  begun: string,
  signal: AbortSignal,
  take: (answer: string) => Promise<ChosenRelay>,
): Promise<ChosenRelay | null> {
  let asking = { title: TITLE, text: question, begun };
  for (;;) {
    const answer = (await ask(screen, asking, signal))?.trim();
    if (answer === undefined) return null;
    try {
      return await take(answer);
    } catch (error) {
      signal.throwIfAborted();
      asking = { title: TITLE, text: `${complaint(error)} ${question}`, begun: answer };
    }
  }
}

function complaint(error: unknown): string {
  return `That does not work: ${cleanLine(failureOf(error).message)}.`;
}

/** An address of this machine in its network; the loopback where it has none. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return all.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.1";
}
