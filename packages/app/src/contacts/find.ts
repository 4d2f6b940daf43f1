/** Finds the contact, the request or the message that a word on the command line means. */
import type { ContactView, MessageView, Messenger } from "@asfaleia/client/messenger";
import { cleanLine } from "../display.ts";
import { type Failure, usage } from "../exit.ts";
import type { Opened } from "../profile/open.ts";
import { closest } from "../suggest.ts";

/**
 * @param word a name, or a fingerprint
 * @throws Failure `usage`
 */
export function needContact(opened: Opened, word: string | undefined): ContactView {
  if (word === undefined) throw usage("whom? Name a contact (asfaleia contacts lists them)");
  const contact = opened.messenger.contact(word);
  if (contact !== undefined) return contact;
  throw noContact(opened, word);
}

export function noContact({ messenger }: Opened, word: string): Failure {
  const names = messenger
    .contacts()
    .filter(({ state }) => state !== "request")
    .map(({ name }) => name);
  const meant = closest(word, names);
  const hint =
    meant === undefined
      ? "asfaleia contacts lists them, asfaleia add makes one"
      : `did you mean "${cleanLine(meant)}"?`;
  return usage(`there is no contact "${cleanLine(word)}"; ${hint}`);
}

/**
 * @param word the number that `requests` shows, a name, a fingerprint, or the beginning of a message's id
 * @throws Failure `usage`, MessengerError
 */
export function needRequest({ messenger }: Opened, word: string | undefined): ContactView {
  const requests = messenger.contacts().filter(({ state }) => state === "request");
  if (word === undefined) throw usage("which request? Say its number (asfaleia requests lists them)");
  const found =
    requests.find(({ id }) => String(id) === word) ??
    requests.find(({ name, identities }) => name === word || identities.includes(word)) ??
    requests.find(({ id }) => isHex(word) && id === findMessage(messenger, word).contact);
  if (found === undefined)
    throw usage(`there is no request "${cleanLine(word)}"; asfaleia requests lists them`);
  return found;
}

/** @throws Failure `usage`, MessengerError `no-such-message` */
export function needMessage({ messenger }: Opened, word: string | undefined): MessageView {
  if (word === undefined)
    throw usage("which message? Say the beginning of its id (asfaleia history shows it)");
  if (!isHex(word)) {
    throw usage("a message is named by the first digits of its id, at least 4 (asfaleia history shows it)");
  }
  return findMessage(messenger, word);
}

/** The store looks for whole bytes. */
function findMessage(messenger: Messenger, word: string): MessageView {
  const digits = word.toLowerCase();
  const found = messenger.find(digits.slice(0, digits.length - (digits.length % 2)));
  if (found.id.startsWith(digits)) return found;
  throw usage("there is no such message");
}

function isHex(word: string): boolean {
  return /^[0-9a-f]{4,32}$/i.test(word);
}
