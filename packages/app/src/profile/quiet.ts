/** Waits for what is on its way, in the process that has the profile. */
import type { Profile } from "@asfaleia/client/messenger";
import type { Opened } from "./open.ts";
import { watch } from "./watch.ts";

type Delivery = ReturnType<Profile["deliveries"]["openTo"]>[number];

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
