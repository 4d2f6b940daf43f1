/** What came while nobody looked. */
import type { MessageView } from "@asfaleia/client/messenger";
import type { Opened } from "./open.ts";

/**
 * The first unread messages of all contacts, in the order they came: no more than twice as many as there is room for are
 * in memory, however many wait.
 * @param page as many of those it is given as there is room for, from the first on
 */
export function firstUnread(
  { messenger }: Pick<Opened, "messenger">,
  limit: number,
  page: (views: readonly MessageView[]) => MessageView[],
): MessageView[] {
  let first: MessageView[] = [];
  for (const { id, state, unread } of messenger.contacts()) {
    if (unread === 0 || (state !== "contact" && state !== "me")) continue;
    const both = [...first, ...messenger.unread(id, limit)];
    first = page(both.sort((a, b) => a.arrivedAt - b.arrivedAt));
  }
  return first;
}
