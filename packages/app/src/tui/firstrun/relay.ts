/** The question which relay: whatever is wrong with an answer is told before the next question. */
import { networkInterfaces } from "node:os";
import { cleanLine } from "../../display.ts";
import { failureOf, usage } from "../../exit.ts";
import { startOwnRelay, whereOwnRelay } from "../../ownrelay/ownrelay.ts";
import { dialTrusted, relayAddress, type Trusting } from "../../relays.ts";
import { ask, type Choice, choose, type Screen, tell } from "../runtime/questions.ts";

const TITLE = "Relay";
const WHICH =
  "A relay passes sealed messages on, and cannot read them. Whoever invited you has told you theirs; or start one here, " +
  "if others can reach this machine.";
const GIVEN = "Its address, as you were given it:";
const HERE =
  "A name or an address that others reach this machine by, with :PORT behind it where that is not 3308:";

/** Which relay it is the link tells by half, and whom it comes from not at all. */
const INVITE = /^asfaleia(:|\+unix:).*\/i#/;
const FOR_LATER =
  "this is an invite, to be used once you are in; ask whoever sent it for their relay's address too";

/** @returns what `--relay` takes, undefined for the one of the environment, null where the user leaves */
export async function chooseRelay(
  screen: Screen,
  trusting: Trusting,
  signal: AbortSignal,
): Promise<string | undefined | null> {
  const set = process.env.ASFALEIA_RELAY;
  const choices: Choice<"set" | "given" | "here">[] = [
    ...(set ? [{ value: "set" as const, label: cleanLine(set), detail: "ASFALEIA_RELAY" }] : []),
    { value: "given", label: "One whose address I have", detail: "asfaleia://…" },
    { value: "here", label: "Start one here", detail: "it runs while your agent does" },
  ];
  for (;;) {
    const chosen = await choose(screen, TITLE, WHICH, choices, signal);
    if (chosen === null) return null;
    if (chosen === "set") return undefined;
    const answer =
      chosen === "given"
        ? await askForGiven(screen, trusting, signal)
        : await askForOwn(screen, trusting.home, signal);
    if (answer !== null) return answer;
  }
}

async function askForGiven(screen: Screen, trusting: Trusting, signal: AbortSignal): Promise<string | null> {
  return answered(screen, GIVEN, "", signal, async (answer) => {
    if (INVITE.test(answer)) throw usage(FOR_LATER);
    const address = relayAddress(answer);
    tell(screen, TITLE, "Looking whether it is there.");
    try {
      (await dialTrusted(address, trusting, signal)).close();
    } catch (error) {
      // One whose key is told by its address can be trusted unseen: it may be away now and there later.
      if (address.fingerprint === undefined || !(await isTakenUnseen(screen, error, signal))) throw error;
    }
    return answer;
  });
}

async function isTakenUnseen(screen: Screen, error: unknown, signal: AbortSignal): Promise<boolean> {
  const choices = [
    { value: false, label: "Look at the address again", detail: "" },
    { value: true, label: "Take it all the same", detail: "it may be there later" },
  ];
  return (await choose(screen, TITLE, complaint(error), choices, signal)) ?? false;
}

async function askForOwn(screen: Screen, home: string, signal: AbortSignal): Promise<string | null> {
  return answered(screen, HERE, ownAddress(), signal, async (answer) => {
    const option = `here=${answer}`;
    const place = placeOf(option);
    tell(screen, TITLE, "Starting it.");
    // It is started for good with the profile; here it shows whether it can be.
    if (place !== undefined) await (await startOwnRelay(home, place, signal)).stop();
    return option;
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
  take: (answer: string) => Promise<string>,
): Promise<string | null> {
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
