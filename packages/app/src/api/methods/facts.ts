/** What the API tells of a contact beyond what the messenger does. */
import type { ContactView } from "@asfaleia/client/messenger";
import type * as v from "valibot";
import type { Opened } from "../../profile/open.ts";
import type { Contact } from "../views.ts";

export function contactViews(opened: Opened): v.InferOutput<typeof Contact>[] {
  return opened.messenger.contacts().map((view) => contactView(opened, view));
}

export function contactView({ profile }: Opened, view: ContactView): v.InferOutput<typeof Contact> {
  const contact = profile.contacts.get(view.id);
  const lookups = profile.identities.ofContact(view.id).map((identity) => identity.lookups);
  return {
    ...view,
    timerMs: contact?.timerMs ?? 0,
    ...(contact?.retentionMs === undefined ? {} : { retentionMs: contact.retentionMs }),
    hasCard: view.state === "me" || view.devices.length > 0,
    lookups: lookups.length === 0 ? 0 : Math.min(...lookups),
  };
}
