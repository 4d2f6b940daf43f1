/** The own mailboxes: one on the card, one for every contact. */
import { fingerprint } from "@asfaleia/identity";
import type { Random } from "../environment.ts";
import type { OwnMailbox, Profile } from "../profile/profile.ts";
import { type Context, now } from "./context.ts";
import { MAILBOX_SEED_BYTES, mailboxSigner } from "./mailboxkey.ts";
import { homeRelay } from "./ownsettings.ts";

const DAY_MS = 86_400_000;
/** Mailboxes change at random times between these. */
const CHANGE_AFTER_DAYS = { least: 5, most: 9 } as const;

/** The longest that a mailbox stays the current one by itself. */
export const MOST_CHANGE_MS = CHANGE_AFTER_DAYS.most * DAY_MS;

type Wish = Pick<OwnMailbox, "kind" | "contact" | "state" | "relay"> & { readonly now: number };

/** A mailbox with a key of its own, not kept yet. */
export function newMailbox(random: Random, wish: Wish): Omit<OwnMailbox, "id"> {
  const { now: createdAt, ...rest } = wish;
  const seed = random.bytes(MAILBOX_SEED_BYTES);
  const { least, most } = CHANGE_AFTER_DAYS;
  return {
    ...rest,
    seed,
    fingerprint: fingerprint(mailboxSigner(seed).publicKey),
    createdAt,
    changeAt: createdAt + Math.round((least + random.fraction() * (most - least)) * DAY_MS),
    endsAt: undefined,
  };
}

/** Makes a mailbox and keeps its key. Those made for one contact are each of a later time, whatever the clock says. */
export function addMailbox(profile: Profile, random: Random, wish: Wish): OwnMailbox {
  const made = wish.contact === undefined ? [] : profile.mailboxes.ofContact(wish.contact);
  const createdAt = Math.max(wish.now, ...made.map((mailbox) => mailbox.createdAt + 1));
  const mailbox = { ...newMailbox(random, wish), createdAt };
  return { ...mailbox, id: profile.mailboxes.add(mailbox) };
}

/** The mailbox that a contact is to write to, made when it is first asked for. */
export function mailboxFor(context: Context, contact: number): OwnMailbox {
  const { profile, environment } = context;
  const known = profile.mailboxes.ofContact(contact).find(({ state }) => state === "current");
  return (
    known ??
    addMailbox(profile, environment.random, {
      kind: "contact",
      contact,
      state: "current",
      relay: homeRelay(profile),
      now: now(context),
    })
  );
}
