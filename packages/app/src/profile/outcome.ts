/** How far messages have come, and which exit code that is. */
import type { DeliveryState, FileState, Profile } from "@asfaleia/client/messenger";
import { wholeNumber } from "../arguments.ts";
import { EXIT, type Exit, usage } from "../exit.ts";
import type { Opened } from "./open.ts";
import { watch } from "./watch.ts";

/** The options of every verb that says something, for parseArgs. */
export const WAIT_OPTIONS = { wait: { type: "string" }, timeout: { type: "string" } } as const;

export const WAIT_HELP = `  --wait STATE     wait for at-relay or delivered; where that does not happen in time, end with 14
                   (without --wait: wait for at-relay, and end with 10 where the message is still queued)
  --timeout S      how long to wait, in seconds (default: 15, with --wait delivered 60; 0 does not wait)`;

type Delivery = ReturnType<Profile["deliveries"]["openTo"]>[number];

const DEFAULT_SECONDS = 15;
const DELIVERED_SECONDS = 60;
const MAX_SECONDS = 1_000_000;

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
export const STATE_EXITS: Readonly<Record<DeliveryState, Exit>> = {
  queued: EXIT.queued,
  "at-relay": EXIT.atRelay,
  delivered: EXIT.done,
  read: EXIT.done,
  expired: EXIT.expired,
  refused: EXIT.turnedDown,
};

/** What a verb that has waited ends with. */
export function exitAfter(state: DeliveryState, { target, isAsked }: Waiting): Exit {
  if (isFar(state, target)) return EXIT.done;
  if (state === "expired" || state === "refused") return STATE_EXITS[state];
  return isAsked ? EXIT.timeout : EXIT.queued;
}

function isFar(state: DeliveryState, target: Waiting["target"]): boolean {
  return state === "delivered" || state === "read" || (target === "at-relay" && state === "at-relay");
}

/** How far one message is; of a file, `delivered` says that the other side has all of it. */
export function stateOf(
  { messenger }: Opened,
  id: string,
): { state: DeliveryState; file: FileState | undefined } {
  const view = messenger.find(id);
  const file = view.file?.state;
  const state = view.state ?? "delivered";
  const isWhole = file === undefined || file === "complete";
  if (file === "cancelled" || file === "failed") return { state: "refused", file };
  return { state: isWhole || !isFar(state, "delivered") ? state : "at-relay", file };
}

/**
 * Waits until all these messages are as far as was asked, or can go no further.
 * @param onState told of the first state of each, and of every other one
 * @param givesUp asked each time whether waiting longer makes no sense
 */
export async function awaitMessages(
  opened: Opened,
  ids: readonly string[],
  waiting: Waiting,
  onState: (id: string, state: DeliveryState) => void,
  givesUp: () => boolean = () => false,
): Promise<Map<string, DeliveryState>> {
  const states = new Map<string, DeliveryState>();
  const look = (): true | undefined => {
    for (const id of ids) {
      const { state } = stateOf(opened, id);
      if (states.get(id) !== state) onState(id, state);
      states.set(id, state);
    }
    const isOver = (state: DeliveryState): boolean =>
      isFar(state, waiting.target) || state === "expired" || state === "refused";
    return [...states.values()].every(isOver) || givesUp() ? true : undefined;
  };
  await watch(opened, waiting.ms, look);
  return states;
}

/**
 * Waits until whatever can leave has left, to one contact or to everybody: what waits for a card, for an answer or for
 * its time is not waited for.
 * @returns whether that is so
 */
export async function awaitQuiet(opened: Opened, contact: number | undefined, ms: number): Promise<boolean> {
  const { contacts, devices, deliveries } = opened.profile;
  const isQuiet = (): true | undefined => {
    const now = Date.now();
    const leaves = ({ state, nextAt, ciphertext }: Delivery): boolean =>
      state === "queued" && (ciphertext !== undefined || (nextAt !== undefined && nextAt <= now));
    const ids = contact === undefined ? contacts.all().map(({ id }) => id) : [contact];
    const receivers = ids.flatMap((id) => devices.ofContact(id));
    return receivers.some(({ id }) => deliveries.openTo(id).some(leaves)) ? undefined : true;
  };
  return (await watch(opened, ms, isQuiet)) === true;
}

/** What is due may leave before the messenger is closed. */
const LAST_MS = 2000;

/** Lets copies for the other own devices leave, if it is their time. */
export async function awaitCopies(opened: Opened): Promise<void> {
  const me = opened.profile.contacts.all().find(({ state }) => state === "me");
  if (me !== undefined) await awaitQuiet(opened, me.id, LAST_MS);
}

/** Lets receipts that are due by now leave, as far as the relays are there. */
export async function awaitReceipts(opened: Opened): Promise<void> {
  const { profile, dialling, messenger } = opened;
  await messenger.idle();
  const isQuiet = (): true | undefined => {
    const next = profile.receipts.nextAt();
    return (next === undefined || next > Date.now()) && !dialling.isSending ? true : undefined;
  };
  await watch(opened, LAST_MS, isQuiet);
}
