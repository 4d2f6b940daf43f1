/** Looking for a conversation, as fzf does, and for messages. */
import type { MessageView } from "@asfaleia/client/messenger";
import { beside, cleanName } from "../../display.ts";
import type { Face } from "../../face/face.ts";
import { composing, EMPTY_COMPOSER } from "../composer/composer.ts";
import { moment } from "../format.ts";
import { excerpt } from "../layout/conversation.ts";
import type { Item, ListOverlay } from "./overlay.ts";
import { openContact, people } from "./people.ts";
import { centreMessage } from "./scrolling.ts";
import { type Contact, type State, withTalk } from "./state.ts";
import { andThen, call, calls, type Effect, type Step, step } from "./step.ts";
import { PAGE, withAround } from "./talks.ts";

/** The list of conversations, to be chosen from by a few letters. */
export function switcher(state: State, query = ""): Step {
  const blocked = (state.contacts ?? []).filter(({ state: kind }) => kind === "blocked");
  const overlay: ListOverlay = {
    kind: "list",
    title: "Go to",
    query: composing(query),
    items: [...people(state), ...blocked].map(conversationItem),
    index: 0,
    empty: "nobody is called so",
  };
  return step({ ...state, overlay });
}

function conversationItem({ id, name, unread, verified, state: kind }: Contact): Item {
  const remarks = [
    unread > 0 ? `${unread} new` : "",
    kind === "blocked" ? "blocked" : kind === "me" ? "notes to yourself" : verified ? "verified" : "",
  ];
  return {
    label: cleanName(name),
    detail: remarks.filter((text) => text !== "").join(", "),
    take: (state) => openContact(state, id),
  };
}

/** Messages that one answer holds. */
const MAX_FOUND = 100;

/** The search in all that is kept. */
export function search(state: State, query = ""): Step {
  const overlay: ListOverlay = {
    kind: "list",
    title: "Search",
    query: query === "" ? EMPTY_COMPOSER : composing(query),
    items: [],
    ask: findMessages,
    index: 0,
    empty: query === "" ? "words of a message" : "searching",
    hint: "Enter goes to it · Esc closes",
  };
  return step({ ...state, overlay }, ...findMessages(query));
}

function findMessages(query: string): readonly Effect[] {
  const words = query.trim();
  if (words === "") return [];
  return [
    call("messages.search", { words, limit: MAX_FOUND }, (state, found) => {
      const { overlay } = state;
      // An answer to what was typed before is late.
      if (overlay?.kind !== "list" || overlay.ask === undefined || overlay.query.text !== query)
        return step(state);
      return step({
        ...state,
        overlay: {
          ...overlay,
          items: found.map(foundItem),
          index: 0,
          empty: "no message has all of these words",
        },
      });
    }),
  ];
}

function foundItem(message: MessageView): Item {
  return {
    label: excerpt(message),
    detail: beside(cleanName(message.with), moment(message.at)),
    take: (state) => goTo(state, message),
  };
}

/** Opens the conversation at a message, wherever in the past it is. */
export function goTo(state: State, message: MessageView): Step {
  return andThen(openContact(state, message.contact), (opened) => {
    const talk = opened.talks.get(message.contact);
    if (talk?.messages.some(({ id }) => id === message.id)) return step(centreMessage(opened, message.id));
    return step(
      withTalk(opened, message.contact, (one) => ({ ...one, isLoading: true })),
      calls("messages.history", (face, signal) => around(face, message, signal)),
    );
  });
}

async function around(
  face: Face,
  message: MessageView,
  signal: AbortSignal,
): Promise<(state: State) => Step> {
  const { id, contact } = message;
  const page = { contact, limit: PAGE };
  const [older, newer] = await Promise.all([
    face.call("messages.history", { ...page, before: id }, { signal }),
    face.call("messages.history", { ...page, after: id }, { signal }),
  ]);
  return (state) =>
    step(
      centreMessage(
        withTalk(state, contact, (talk) => withAround(talk, message, older, newer)),
        id,
      ),
    );
}
