/** How far messages have come, and which exit code that is. */
import { wholeNumber } from "../arguments.ts";
import { EXIT, type Exit, usage } from "../exit.ts";
import type { Face, MessageView } from "./face.ts";
import { watch } from "./watch.ts";

/** The options of every verb that says something, for parseArgs. */
export const WAIT_OPTIONS = { wait: { type: "string" }, timeout: { type: "string" } } as const;

export const WAIT_HELP = `  --wait STATE     wait for at-relay or delivered; where that does not happen in time, end with 14
                   (without --wait: wait for at-relay, and end with 10 where the message is still queued)
  --timeout S      how long to wait, in seconds (default: 15, with --wait delivered 60; 0 does not wait)`;

const DEFAULT_SECONDS = 15;
const DELIVERED_SECONDS = 60;
const MAX_SECONDS = 1_000_000;

export type State = NonNullable<MessageView["state"]>;

export interface Waiting {
  readonly target: "at-relay" | "delivered";
  /** Somebody said `--wait`. */
  readonly isAsked: boolean;
  readonly ms: number;
}

/** @throws Failure `usage` */
export function waitingOf(values: { readonly wait?: string; readonly timeout?: string }): Waiting {
  const { wait, timeout } = values;
  if (wait !== undefined && wait !== "at-relay" && wait !== "delivered") {
    throw usage("--wait takes at-relay or delivered");
  }
  const otherwise = wait === "delivered" ? DELIVERED_SECONDS : DEFAULT_SECONDS;
  const seconds = timeout === undefined ? otherwise : wholeNumber("timeout", timeout, 0, MAX_SECONDS);
  return { target: wait ?? "at-relay", isAsked: wait !== undefined, ms: seconds * 1000 };
}

/** The exit code of a state by itself: what `status MSGID` ends with. */
export const STATE_EXITS: Readonly<Record<State, Exit>> = {
  queued: EXIT.queued,
  "at-relay": EXIT.atRelay,
  delivered: EXIT.done,
  read: EXIT.done,
  expired: EXIT.expired,
  refused: EXIT.turnedDown,
};

/** What a verb that has waited ends with. */
export function exitAfter(state: State, { target, isAsked }: Waiting): Exit {
  if (isFar(state, target)) return EXIT.done;
  if (state === "expired" || state === "refused") return STATE_EXITS[state];
  return isAsked ? EXIT.timeout : EXIT.queued;
}

function isFar(state: State, target: Waiting["target"]): boolean {
  return state === "delivered" || state === "read" || (target === "at-relay" && state === "at-relay");
}

/** How far one message is; of a file, `delivered` says that the other side has all of it. */
export function stateOf({ file, state = "delivered" }: Pick<MessageView, "file" | "state">): State {
  if (file?.state === "cancelled" || file?.state === "failed") return "refused";
  const isWhole = file === undefined || file.state === "complete";
  return isWhole || !isFar(state, "delivered") ? state : "at-relay";
}

/**
 * Waits until all these messages are as far as was asked, or can go no further.
 * @param onState told of the first state of each, and of every other one
 * @param givesUp asked each time whether waiting longer makes no sense
 */
export async function awaitMessages(
  face: Face,
  signal: AbortSignal,
  ids: readonly string[],
  waiting: Waiting,
  onState: (id: string, state: State) => void,
  givesUp: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<Map<string, State>> {
  const states = new Map<string, State>();
  const look = async (): Promise<true | undefined> => {
    const views = await Promise.all(ids.map((id) => face.call("messages.find", { id })));
    for (const view of views) {
      const state = stateOf(view);
      if (states.get(view.id) !== state) onState(view.id, state);
      states.set(view.id, state);
    }
    const isOver = (state: State): boolean =>
      isFar(state, waiting.target) || state === "expired" || state === "refused";
    return [...states.values()].every(isOver) || (await givesUp()) ? true : undefined;
  };
  await watch(face, signal, waiting.ms, look);
  return states;
}

/** Says why relays could not be reached, if they could not. */
export async function explain(face: Face, say: (text: string) => void): Promise<void> {
  const { troubles } = await face.call("status.get", {});
  for (const text of troubles) say(text);
}
