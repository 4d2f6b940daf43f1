/** What the messenger tells -> what is shown. */
import type { MessageView } from "@asfaleia/client/messenger";
import { lookalikeText } from "../../contacts/alike.ts";
import { cleanName } from "../../display.ts";
import type { EventView } from "../../face/face.ts";
import { DISK_FREE, DISK_SHORT, noticeText } from "../../notices.ts";
import { lookalikes } from "./lookalikes.ts";
import { loadContacts, newestPage, seen, withContacts, withUnread } from "./people.ts";
import { contactOf, type State, withTalk } from "./state.ts";
import { andThen, call, type Effect, remark, type Step, step } from "./step.ts";
import { withChanged, withFile, withMessage, withState } from "./talks.ts";

export function onEvent(state: State, event: EventView): Step {
  switch (event.type) {
    case "message":
      return onMessage(state, event.message);
    case "said":
      return step(withTalk(state, event.message.contact, (talk) => withMessage(talk, event.message)));
    case "request":
      return step(state, loadContacts(), { do: "notify", name: undefined });
    case "changed":
      return step(withTalk(state, event.message.contact, (talk) => withChanged(talk, event.message)));
    case "state":
      return step(withTalk(state, event.contact, (talk) => withState(talk, event.id, event.state)));
    case "file":
      return step(withTalk(state, event.contact, (talk) => withFile(talk, event.file)));
    case "read":
      return step(withUnread(state, event.contact, (unread) => (event.id === undefined ? 0 : unread - 1)));
    case "connection":
      return step({ ...state, relays: new Map(state.relays).set(event.relay, event.isUp) });
    case "disk":
      return step(onDisk(state, event.isShort));
    case "notice":
      return onNotice(event.what === "room-used-up" ? tellFull(state, event.contact) : state, event.contact);
    case "invite":
      return step(state, guestCame(event.contact));
    case "contacts":
      return step(state, loadContacts());
    default:
      return step(state);
  }
}

function onMessage(state: State, message: MessageView): Step {
  const contact = contactOf(state, message.contact);
  const isAtEnd = state.talks.get(message.contact)?.anchor === undefined;
  const isSeen = state.open === message.contact && state.isFocused && isAtEnd;
  const shown = withTalk(state, message.contact, (talk) => {
    const next = withMessage(talk, message);
    const isNew = next !== talk && !isSeen && !message.isOwn && message.kind !== "notice";
    return isNew && talk.firstNew === undefined ? { ...next, firstNew: message.id } : next;
  });
  // Somebody who was not there a moment ago: accepted elsewhere, or added.
  if (contact === undefined) return step(shown, loadContacts());
  if (message.isOwn || message.kind === "notice" || message.read) return step(shown);
  const counted = withUnread(shown, message.contact, (unread) => unread + 1);
  // They have set the timer: what the messenger tells of it is their next message.
  const isTimerOther = (message.until !== undefined) !== contact.timerMs > 0;
  const effects = isTimerOther ? [loadContacts()] : [];
  if (isSeen) return andThen(seen(counted), (now) => step(now, ...effects));
  return step(counted, { do: "notify", name: contact.name }, ...effects);
}

function onDisk(state: State, isShort: boolean): State {
  return remark({ ...state, isDiskShort: isShort }, isShort ? DISK_SHORT : DISK_FREE, isShort);
}

/** Nothing more of somebody is taken in: whatever conversation is open, that is said. */
function tellFull(state: State, contact: number): State {
  const name = cleanName(contactOf(state, contact)?.name ?? "");
  return remark(state, `${name}: ${noticeText("room-used-up")}`, true);
}

/** Somebody has used an invite, under a name that they have chosen. */
function guestCame(id: number): Effect {
  return call("contacts.list", {}, (state, contacts) =>
    andThen(withContacts(state, contacts), (now) => {
      const guest = contactOf(now, id);
      if (guest === undefined) return step(now);
      const [other] = lookalikes(now, guest);
      return step(
        other === undefined
          ? remark(now, `${cleanName(guest.name)} has answered your invite`)
          : remark(now, lookalikeText(guest.name, other), true),
      );
    }),
  );
}

/** Keys of somebody have changed: the list and the conversation say so. */
function onNotice(state: State, contact: number): Step {
  const talk = state.talks.get(contact);
  const reload = talk !== undefined && !talk.hasNewer && talk.anchor === undefined;
  return step(state, loadContacts(), ...(reload ? [newestPage(contact)] : []));
}

/** The agent was away: nothing that is loaded can be relied on. */
export function onLink(state: State, isUp: boolean): Step {
  if (!isUp) return step({ ...state, isAway: true });
  const talks = new Map(state.talks);
  for (const talk of state.talks.values()) {
    if (talk.contact === state.open || talk.composer.text !== "") continue;
    talks.delete(talk.contact);
  }
  const next: State = { ...state, isAway: false, talks };
  const reload = [...talks.keys()].map((contact) => newestPage(contact));
  return andThen(step(next, loadContacts(), ...reload), (now) => step(now));
}
