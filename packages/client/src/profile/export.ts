/** A profile's contacts and messages as JSON lines, for other programs. */
import { type ContactLine, contactLine, LINES_VERSION, messageLine, writeLine } from "./lines.ts";
import type { Contact, Message, Profile } from "./profile.ts";

const PAGE = 200;

/**
 * Each contact with the own names and pinned keys, and after it the conversation, oldest line first. Lines have no line
 * feed. Nothing may be changed in the profile until all are read.
 */
export function* exportLines(profile: Profile): Iterable<string> {
  yield writeLine({ type: "asfaleia", version: LINES_VERSION, what: "export" });
  let messages = 0;
  for (const contact of profile.contacts.all()) {
    yield writeLine(lineOf(profile, contact));
    for (const message of conversation(profile, contact.id)) {
      yield writeLine(messageLine(message, profile.messages.reactions(contact.id, message.id)));
      messages++;
    }
  }
  yield writeLine({ type: "end", messages, unreadable: 0 });
}

export function lineOf(profile: Profile, contact: Contact): ContactLine {
  return contactLine(
    contact,
    profile.identities.ofContact(contact.id),
    profile.sources.ofContact(contact.id),
  );
}

/** All of a conversation, oldest first, no more than a page at a time in memory. */
export function* conversation({ messages }: Profile, contact: number): Iterable<Message> {
  // Pages are cut from the end, and handed out from the beginning.
  const ends: (number | undefined)[] = [];
  let end: number | undefined;
  for (;;) {
    const [first] = messages.last(contact, PAGE, end);
    if (first === undefined) break;
    ends.push(end);
    end = first.row;
  }
  while (ends.length > 0) yield* messages.last(contact, PAGE, ends.pop());
}
