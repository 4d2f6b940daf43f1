/** What another own device has said: shown here as one's own. To be called in transactions. */
import { fingerprint, KeyError, type PublicKey, publicKeyFromBlob } from "@asfaleia/identity";
import { openCard } from "../format/card.ts";
import { type ContentOf, decodeContent } from "../format/content.ts";
import { ifWellFormed } from "../format/errors.ts";
import type { Contact, Device } from "../profile/profile.ts";
import { takeAmendment } from "./amend.ts";
import { forgetAnswer } from "./answerstate.ts";
import { type Context, now, type Tell } from "./context.ts";
import { takeLine } from "./lines.ts";
import { freeName, newContact } from "./newcontacts.ts";
import { learnCard, pinIdentity } from "./peers.ts";
import { welcome } from "./welcome.ts";

/** A copy of what was said to a contact, or, with a card, a contact that the other device has. */
export function takeCopy(context: Context, tell: Tell, device: Device, { body }: ContentOf<"sync">): void {
  const contact = contactOf(context, tell, body);
  if (contact === undefined) return;
  const content = ifWellFormed(() => decodeContent(body.content));
  if (content === undefined) return;
  const isOwn = body.arrived !== true;
  const from = { contact, sender: device.id, isOwn };
  if (content.kind === "text" || content.kind === "reply" || content.kind === "offer")
    takeLine(context, tell, { ...from, content });
  else if (content.kind === "reaction" || content.kind === "edit" || content.kind === "deletion") {
    takeAmendment(context, tell, { ...from, content });
  } else if (content.kind === "timer")
    context.profile.contacts.update(contact.id, { timerMs: content.body.ms });
}

/** The contact that a copy belongs to; an own device may introduce one that is not known here. */
function contactOf(
  context: Context,
  tell: Tell,
  { to, name, key, card: bytes }: ContentOf<"sync">["body"],
): Contact | undefined {
  const { profile } = context;
  const known = profile.identities.get(to);
  const card = bytes === undefined ? undefined : ifWellFormed(() => openCard(bytes, now(context)));
  if (known !== undefined) {
    if (profile.contacts.get(known.contact)?.state === "request") takeOver(context, known.contact, name);
    if (card?.fingerprint === to) {
      // They have answered another device of ours: there is another way than by the invite now, whatever became of it.
      const answer = profile.answers.get(known.contact);
      if (answer !== undefined && card.mailboxes[0]?.mailbox !== answer.mailbox)
        forgetAnswer(context, known.contact);
      learnCard(context, tell, card, "outside");
    }
    return profile.contacts.get(known.contact);
  }
  const identity = key === undefined ? undefined : readKey(key);
  if (identity === undefined || fingerprint(identity) !== to) return undefined;
  const contact = newContact(profile, { name: freeName(profile, name), state: "contact", at: now(context) });
  const lookupAt = card === undefined ? now(context) : undefined;
  pinIdentity(context, tell, { contact, fingerprint: to, blob: identity.blob, lookupAt });
  if (card?.fingerprint === to) learnCard(context, tell, card, "outside");
  return profile.contacts.get(contact);
}

/** Another own device knows who waits here among the requests. */
function takeOver(context: Context, id: number, name: string | undefined): void {
  const { contacts } = context.profile;
  contacts.update(id, {
    state: "contact",
    ...(name === undefined ? {} : { name: freeName(context.profile, name) }),
  });
  const contact = contacts.get(id);
  if (contact !== undefined) welcome(context, contact);
}

function readKey(blob: Uint8Array): PublicKey | undefined {
  try {
    return publicKeyFromBlob(blob);
  } catch (error) {
    if (error instanceof KeyError) return undefined;
    throw error;
  }
}
