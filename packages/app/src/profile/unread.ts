/** What came while nobody looked. */
import type { ContactView, MessageView } from "@asfaleia/client/messenger";
import type { Opened } from "./open.ts";

const PAGE = 100;

/** Unread messages of a contact, oldest first. */
export function unreadOf({ messenger }: Opened, contact: ContactView): MessageView[] {
  const unread: MessageView[] = [];
  let before: string | undefined;
  while (unread.length < contact.unread) {
    const page = messenger.history(contact.id, { limit: PAGE, ...(before === undefined ? {} : { before }) });
    unread.unshift(...page.filter((view) => !view.read && !view.isOwn));
    before = page[0]?.id;
    if (page.length < PAGE) break;
  }
  return unread;
}

/** Of all contacts, in the order they came. */
export function allUnread(opened: Opened): MessageView[] {
  return opened.messenger
    .contacts()
    .filter(({ state, unread }) => unread > 0 && (state === "contact" || state === "me"))
    .flatMap((contact) => unreadOf(opened, contact))
    .sort((a, b) => a.arrivedAt - b.arrivedAt);
}
