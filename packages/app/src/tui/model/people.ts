/** Which conversations there are, in which order, and going from one to another. */

import { type Contact, contactOf, newTalk, openTalk, type State, type Talk, withTalk } from "./state.ts";
import { call, calls, type Effect, type Step, step } from "./step.ts";
import { PAGE, withNewer, withNewest, withOlder } from "./talks.ts";
import { tellingOfNew } from "./waiting.ts";

/** Conversations that are held, besides those with a draft. */
const MAX_TALKS = 20;

/** Contacts by name, then the user's own notes. The order does not change by itself, so that Alt+1 stays whom it was. */
export function people(state: State): readonly Contact[] {
  const { contacts } = state;
  if (contacts === undefined) return [];
  const known = ordered.get(contacts);
  if (known !== undefined) return known;
  const sorted = contacts
    .filter(({ state: kind }) => kind === "contact" || kind === "me")
    .sort((a, b) => Number(a.state === "me") - Number(b.state === "me") || compare(a.name, b.name));
  ordered.set(contacts, sorted);
  return sorted;
}

const ordered = new WeakMap<readonly Contact[], readonly Contact[]>();

function compare(a: string, b: string): number {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  return one < other ? -1 : one > other ? 1 : 0;
}

export function requestsOf(state: State): readonly Contact[] {
  return (state.contacts ?? []).filter(({ state: kind }) => kind === "request");
}

/** Opens a conversation; what is not loaded is asked for. */
export function openContact(state: State, id: number): Step {
  const left = state.open === id ? state : withTalk(state, state.open ?? -1, closed);
  const known = left.talks.get(id);
  const talks = new Map(left.talks);
  // The last one opened is the last one to be let go.
  talks.delete(id);
  talks.set(id, known ?? newTalk(id));
  for (const talk of left.talks.values()) {
    if (talks.size <= MAX_TALKS) break;
    if (talk.contact !== id && talk.composer.text === "") talks.delete(talk.contact);
  }
  const opened: State = {
    ...left,
    open: id,
    talks,
    overlay: undefined,
    completion: undefined,
    remark: undefined,
  };
  const effects = known === undefined ? [newestPage(id)] : [];
  const { state: seenState, effects: seenEffects } = seen(opened);
  return step(seenState, ...effects, ...seenEffects);
}

/** What is new stops being so when the user goes elsewhere. */
function closed(talk: Talk): Talk {
  return { ...talk, firstNew: undefined, chosen: undefined };
}

/** Asks for the newest page. */
export function newestPage(contact: number, limit = PAGE): Effect {
  return call("messages.history", { contact, limit }, (state, messages) =>
    step(withTalk(state, contact, (talk) => withNewest(talk, messages))),
  );
}

/** Asks for what is older than all that is loaded, where there is any. */
export function olderPage(state: State, contact: number): Step {
  const talk = state.talks.get(contact);
  const first = talk?.messages[0];
  if (talk === undefined || first === undefined || !talk.hasOlder || talk.isLoading) return step(state);
  return step(
    withTalk(state, contact, (one) => ({ ...one, isLoading: true })),
    call("messages.history", { contact, limit: PAGE, before: first.id }, (later, messages) =>
      step(withTalk(later, contact, (one) => withOlder(one, first.id, messages))),
    ),
  );
}

/** Asks for what is newer than all that is loaded, where there is any. */
export function newerPage(state: State, contact: number): Step {
  const talk = state.talks.get(contact);
  const last = talk?.messages.at(-1);
  if (talk === undefined || last === undefined || !talk.hasNewer || talk.isLoading) return step(state);
  return step(
    withTalk(state, contact, (one) => ({ ...one, isLoading: true })),
    calls("messages.history", async (face, signal) => {
      const params = { contact, limit: PAGE, after: last.id };
      try {
        const page = await face.call("messages.history", params, { signal });
        return (later) =>
          atEnd(
            withTalk(later, contact, (one) => withNewer(one, last.id, page)),
            contact,
          );
      } catch {
        // The last one that is loaded may have disappeared: the end is still there.
        return (later) => step(later, newestPage(contact));
      }
    }),
  );
}

/** Where the newest is the lowest on the screen, and nothing comes behind it, the end is shown. */
function atEnd(state: State, contact: number): Step {
  const talk = state.talks.get(contact);
  const isAtEnd = talk?.anchor?.id === talk?.messages.at(-1)?.id && talk?.anchor?.below === 0;
  if (talk === undefined || talk.hasNewer || !isAtEnd) return step(state);
  return seen(withTalk(state, contact, (one) => ({ ...one, anchor: undefined })));
}

/** Tells that the user has seen the open conversation, where that is so. */
export function seen(state: State): Step {
  const contact = contactOf(state, state.open);
  if (contact === undefined || contact.unread === 0 || !state.isFocused) return step(state);
  if (openTalk(state)?.anchor !== undefined) return step(state);
  return step(
    withUnread(state, contact.id, () => 0),
    call("messages.markRead", { contact: contact.id }),
  );
}

export function withUnread(state: State, id: number, change: (unread: number) => number): State {
  const { contacts } = state;
  if (contacts === undefined) return state;
  return {
    ...state,
    contacts: contacts.map((contact) =>
      contact.id === id ? { ...contact, unread: Math.max(0, change(contact.unread)) } : contact,
    ),
  };
}

/** The next conversation of the list, or the one before; around the ends. */
export function neighbouring(state: State, by: -1 | 1): Step {
  const all = people(state);
  if (all.length === 0) return step(state);
  const at = all.findIndex(({ id }) => id === state.open);
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length];
  return next === undefined ? step(state) : openContact(state, next.id);
}

/** The next conversation with something new. */
export function nextUnread(state: State): Step {
  const all = people(state);
  const at = all.findIndex(({ id }) => id === state.open);
  const rest = [...all.slice(at + 1), ...all.slice(0, Math.max(0, at))];
  const next = rest.find(({ unread }) => unread > 0);
  return next === undefined ? step(state) : openContact(state, next.id);
}

export function loadContacts(): Effect {
  return call("contacts.list", {}, withContacts);
}

export function withContacts(state: State, contacts: readonly Contact[]): Step {
  const next = tellingOfNew(state, { ...state, contacts });
  if (state.open !== undefined && contacts.some(({ id }) => id === state.open)) return seen(next);
  const first = people(next).find(({ unread }) => unread > 0) ?? people(next)[0];
  return first === undefined ? step({ ...next, open: undefined }) : openKeeping(next, first.id);
}

/** Opens without closing what the user may be in. */
function openKeeping(state: State, id: number): Step {
  const { overlay } = state;
  const opened = openContact(state, id);
  return overlay === undefined ? opened : step({ ...opened.state, overlay }, ...opened.effects);
}

export function loadStatus(): Effect {
  return call("status.get", {}, (state, status) =>
    step({
      ...state,
      status,
      isDiskShort: status.isDiskShort,
      // What was told meanwhile is newer than the answer.
      relays: new Map([...status.relays.map(({ relay, isUp }) => [relay, isUp] as const), ...state.relays]),
    }),
  );
}
