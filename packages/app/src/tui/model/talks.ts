/** Pages of a conversation: what is loaded, and what is let go. */
import type { DeliveryState, FileView, MessageView } from "@asfaleia/client/messenger";
import type { Talk } from "./state.ts";

/** Messages that are asked for at a time. */
export const PAGE = 100;
/** Messages of one conversation that are held. */
export const MAX_LOADED = 1_000;

/** The newest page. */
export function withNewest(talk: Talk, messages: readonly MessageView[]): Talk {
  const firstNew = messages.find(({ isOwn, read, kind }) => !isOwn && !read && kind !== "notice")?.id;
  const anchor = messages.some(({ id }) => id === talk.anchor?.id) ? talk.anchor : undefined;
  return {
    ...talk,
    messages,
    // A page may be short of the limit; only an empty one is the last.
    hasOlder: messages.length > 0,
    hasNewer: false,
    isBehind: false,
    isLoading: false,
    anchor,
    firstNew: talk.firstNew ?? firstNew,
  };
}

/** Puts an older page before what is there; too much of the newest is let go. */
export function withOlder(talk: Talk, before: string, page: readonly MessageView[]): Talk {
  // What was asked for may have been let go meanwhile.
  if (talk.messages[0]?.id !== before) return { ...talk, isLoading: false };
  const all = [...page, ...talk.messages];
  const messages = all.slice(0, MAX_LOADED);
  return {
    ...talk,
    messages,
    hasOlder: page.length > 0,
    hasNewer: talk.hasNewer || messages.length < all.length,
    isLoading: false,
  };
}

/** Puts a newer page behind what is there; too much of the oldest is let go. */
export function withNewer(talk: Talk, after: string, page: readonly MessageView[]): Talk {
  // What was asked for may have been let go meanwhile.
  if (talk.messages.at(-1)?.id !== after) return { ...talk, isLoading: false };
  const all = [...talk.messages, ...page];
  const messages = all.slice(-MAX_LOADED);
  return {
    ...talk,
    messages,
    hasOlder: talk.hasOlder || messages.length < all.length,
    // A page may be short of the limit; only an empty one is the last, if nothing came while it was on its way.
    hasNewer: page.length > 0 || talk.isBehind,
    isBehind: false,
    isLoading: false,
  };
}

/** A part of the past, around a message. What is newer is asked for where it is wanted. */
export function withAround(
  talk: Talk,
  message: MessageView,
  older: readonly MessageView[],
  newer: readonly MessageView[],
): Talk {
  return {
    ...talk,
    messages: [...older, message, ...newer],
    hasOlder: older.length > 0,
    hasNewer: true,
    isBehind: false,
    isLoading: false,
    anchor: { id: message.id, below: 0 },
  };
}

/** A message that is new here: from somebody, or said by the user through any face. A known one is replaced. */
export function withMessage(talk: Talk, message: MessageView): Talk {
  if (talk.messages.some(({ id }) => id === message.id)) return withChanged(talk, message);
  if (talk.hasNewer) return talk.isLoading ? { ...talk, isBehind: true } : talk;
  if (talk.isLoading && talk.messages.length === 0) return talk;
  const all = [...talk.messages, message];
  // What is looked at stays; what comes behind it is had again at the end.
  if (talk.anchor !== undefined && all.length > MAX_LOADED) return { ...talk, hasNewer: true };
  const messages = all.slice(-MAX_LOADED);
  return { ...talk, messages, hasOlder: talk.hasOlder || messages.length < all.length };
}

export function withChanged(talk: Talk, message: MessageView): Talk {
  return mapOne(
    talk,
    ({ id }) => id === message.id,
    () => message,
  );
}

export function withState(talk: Talk, id: string, state: DeliveryState): Talk {
  return mapOne(
    talk,
    (message) => message.id === id && message.state !== state,
    (message) => ({ ...message, state }),
  );
}

export function withFile(talk: Talk, file: FileView): Talk {
  return mapOne(
    talk,
    (message) => message.file?.id === file.id,
    (message) => ({ ...message, file }),
  );
}

function mapOne(
  talk: Talk,
  isIt: (message: MessageView) => boolean,
  change: (message: MessageView) => MessageView,
): Talk {
  // What changes is mostly near the end.
  const index = talk.messages.findLastIndex(isIt);
  if (index < 0) return talk;
  return { ...talk, messages: talk.messages.with(index, change(talk.messages[index] as MessageView)) };
}

/** The message that was chosen, or the last one for which something can be done. */
export function chosenOrLast(talk: Talk, isFit: (message: MessageView) => boolean): MessageView | undefined {
  if (talk.chosen === undefined) return talk.messages.findLast(isFit);
  const chosen = talk.messages.find(({ id }) => id === talk.chosen);
  return chosen !== undefined && isFit(chosen) ? chosen : undefined;
}

/** The message above or below the chosen one; from the end where none was chosen; undefined below the last. */
export function neighbour({ messages, chosen }: Talk, by: -1 | 1): string | undefined {
  if (chosen === undefined) return by < 0 ? messages.findLast(isChoosable)?.id : undefined;
  const start = messages.findIndex(({ id }) => id === chosen);
  for (let at = start + by; at >= 0 && at < messages.length; at += by) {
    const message = messages[at];
    if (message !== undefined && isChoosable(message)) return message.id;
  }
  return by < 0 && start >= 0 ? chosen : undefined;
}

function isChoosable({ kind }: MessageView): boolean {
  return kind !== "notice";
}
