/** Methods about what is said. */
import type { MessageView } from "@asfaleia/client/messenger";
import * as v from "valibot";
import { usage } from "../../exit.ts";
import { firstUnread } from "../../profile/unread.ts";
import { DEVICE, MESSAGE_ID, SAID } from "../examples.ts";
import { method } from "../method.ts";
import { ContactId, DeliveryState, list, Message, MessageId, Millis } from "../views.ts";

/** Longer than the messenger takes; it says by how much. */
const Text = v.pipe(v.string(), v.maxLength(262_144));
const Emoji = v.pipe(v.string(), v.maxLength(256));
const Words = v.pipe(v.string(), v.maxLength(4096));
const Nothing = v.strictObject({});
const optional = v.exactOptional;
/** Messages of one answer: a page, and no history of a life. */
export const MAX_PAGE = 500;
/** Characters of the texts of one answer, at least one message: each of them may take six in JSON. */
const MAX_PAGE_CHARACTERS = 4 * 1024 * 1024;
const Limit = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_PAGE));
const ofMessage = { contact: ContactId, id: MessageId };

const OF = { contact: 2, id: MESSAGE_ID };

export const messageMethods = {
  "messages.send": method({
    summary:
      "Keeps a text, and sends it. With `timerMs` it disappears on both sides that long after it is sent.",
    params: v.strictObject({ contact: ContactId, text: Text, timerMs: optional(Millis) }),
    result: Message,
    example: { params: { contact: 2, text: "See you at eight" }, result: SAID },
    run: async (session, { contact, text, timerMs }) =>
      session.said(
        await session.opened.messenger.send(contact, text, timerMs === undefined ? {} : { timerMs }),
      ),
  }),

  "messages.reply": method({
    summary: "Answers a message.",
    params: v.strictObject({ contact: ContactId, to: MessageId, text: Text }),
    result: Message,
    example: {
      params: { contact: 2, to: MESSAGE_ID, text: "At nine, please" },
      result: { ...SAID, kind: "reply", replyTo: MESSAGE_ID, text: "At nine, please" },
    },
    run: async (session, { contact, to, text }) =>
      session.said(await session.opened.messenger.reply(contact, to, text)),
  }),

  "messages.react": method({
    summary: "Reacts to a message; an empty emoji takes the reaction back.",
    params: v.strictObject({ ...ofMessage, emoji: Emoji }),
    result: Nothing,
    example: { params: { ...OF, emoji: "👍" }, result: {} },
    run: async ({ opened }, { contact, id, emoji }) => {
      await opened.messenger.react(contact, id, emoji);
      return {};
    },
  }),

  "messages.edit": method({
    summary: "Gives an own message another text.",
    params: v.strictObject({ ...ofMessage, text: Text }),
    result: Nothing,
    example: { params: { ...OF, text: "See you at nine" }, result: {} },
    run: async ({ opened }, { contact, id, text }) => {
      await opened.messenger.edit(contact, id, text);
      return {};
    },
  }),

  "messages.delete": method({
    summary: "Deletes an own message, here and for everybody who has it.",
    params: v.strictObject(ofMessage),
    result: Nothing,
    example: { params: OF, result: {} },
    run: async ({ opened }, { contact, id }) => {
      await opened.messenger.delete(contact, id);
      return {};
    },
  }),

  "messages.history": method({
    summary:
      "The last messages of a conversation, or those right `before` one, or right `after` one (not both), oldest first. Of long texts fewer come than `limit` says: none means that there are no more.",
    params: v.strictObject({
      contact: ContactId,
      limit: optional(Limit),
      before: optional(MessageId),
      after: optional(MessageId),
    }),
    result: list(Message),
    example: { params: { contact: 2, limit: 1 }, result: [SAID] },
    run: ({ opened }, { contact, ...page }) => {
      if (page.before !== undefined && page.after !== undefined)
        throw usage("a page is before one message, or after one");
      const found = opened.messenger.history(contact, page);
      // Of a page that is too long the end is left out that is farther from where it begins.
      return page.after === undefined ? firstOf(found.toReversed()).toReversed() : firstOf(found);
    },
  }),

  "messages.search": method({
    summary: "Messages with all of these words, the last as a word or a beginning; newest first.",
    params: v.strictObject({ words: Words, limit: optional(Limit) }),
    result: list(Message),
    example: { params: { words: "eight" }, result: [SAID] },
    run: ({ opened }, { words, limit }) => firstOf(opened.messenger.search(words, limit)),
  }),

  "messages.find": method({
    summary: "The one message whose id begins so (at least 4 hex digits).",
    params: v.strictObject({ id: v.pipe(v.string(), v.regex(/^[0-9a-f]{4,32}$/)) }),
    result: Message,
    example: { params: { id: "3f2a9c1e" }, result: SAID },
    run: ({ opened }, { id }) => {
      // The store looks for whole bytes.
      const found = opened.messenger.find(id.slice(0, id.length - (id.length % 2)));
      if (!found.id.startsWith(id)) throw usage("there is no such message");
      return found;
    },
  }),

  "messages.unread": method({
    summary: "What nobody has seen so far, oldest first: of one contact, or of all.",
    params: v.strictObject({ contact: optional(ContactId) }),
    result: list(Message),
    example: { params: {}, result: [] },
    run: ({ opened }, { contact }) => {
      const { messenger } = opened;
      if (contact === undefined) return firstUnread(opened, MAX_PAGE, firstOf);
      return firstOf(messenger.unread(contact, MAX_PAGE));
    },
  }),

  "messages.markRead": method({
    summary: "The user has seen one message, or with no `id` all of the conversation.",
    params: v.strictObject({ contact: ContactId, id: optional(MessageId) }),
    result: Nothing,
    example: { params: OF, result: {} },
    run: async (session, { contact, id }) => {
      await session.opened.messenger.markRead(contact, id);
      session.tell({ type: "read", contact, ...(id === undefined ? {} : { id }) });
      return {};
    },
  }),

  "messages.deliveries": method({
    summary: "How far an own message is with each device of the receiver.",
    params: v.strictObject(ofMessage),
    result: list(v.strictObject({ device: v.string(), state: DeliveryState })),
    example: { params: OF, result: [{ device: DEVICE, state: "delivered" }] },
    run: ({ opened }, { contact, id }) => opened.messenger.deliveries(contact, id),
  }),
};

/** As many as one answer holds. */
function firstOf(views: readonly MessageView[]): MessageView[] {
  const page: MessageView[] = [];
  let characters = 0;
  for (const view of views.slice(0, MAX_PAGE)) {
    characters += view.text.length;
    if (characters > MAX_PAGE_CHARACTERS && page.length > 0) break;
    page.push(view);
  }
  return page;
}
