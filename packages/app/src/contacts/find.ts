/** Finds the contact, the request or the message that a word on the command line means. */
import { cleanLine, cleanName } from "../display.ts";
import { type Failure, usage } from "../exit.ts";
import type { ContactView, Face, MessageView } from "../face/face.ts";
import { closest } from "../suggest.ts";

/**
 * @param word a name, or a fingerprint
 * @throws Failure `usage`
 */
export async function needContact(face: Face, word: string | undefined): Promise<ContactView> {
  if (word === undefined) throw usage("whom? Name a contact (asfaleia contacts lists them)");
  const contact = await face.call("contacts.get", { name: word });
  if (contact !== null) return contact;
  throw await noContact(face, word);
}

export async function noContact(face: Face, word: string): Promise<Failure> {
  const contacts = await face.call("contacts.list", {});
  const names = contacts.filter(({ state }) => state !== "request").map(({ name }) => name);
  const meant = closest(word, names);
  const hint =
    meant === undefined
      ? "asfaleia contacts lists them, asfaleia add makes one"
      : `did you mean "${cleanName(meant)}"?`;
  return usage(`there is no contact "${cleanLine(word)}"; ${hint}`);
}

/**
 * @param word the number that `requests` shows, a name, a fingerprint, or the beginning of a message's id
 * @throws Failure `usage`
 */
export async function needRequest(face: Face, word: string | undefined): Promise<ContactView> {
  if (word === undefined) throw usage("which request? Say its number (asfaleia requests lists them)");
  const contacts = await face.call("contacts.list", {});
  const requests = contacts.filter(({ state }) => state === "request");
  const named =
    requests.find(({ id }) => String(id) === word) ??
    requests.find(({ name, identities }) => name === word || identities.includes(word));
  if (named !== undefined) return named;
  const { contact } = isHex(word) ? await findMessage(face, word) : {};
  const found = requests.find(({ id }) => id === contact);
  if (found === undefined)
    throw usage(`there is no request "${cleanLine(word)}"; asfaleia requests lists them`);
  return found;
}

/** @throws Failure `usage` */
export function needMessage(face: Face, word: string | undefined): Promise<MessageView> {
  if (word === undefined)
    throw usage("which message? Say the beginning of its id (asfaleia history shows it)");
  if (!isHex(word)) {
    throw usage("a message is named by the first digits of its id, at least 4 (asfaleia history shows it)");
  }
  return findMessage(face, word);
}

function findMessage(face: Face, word: string): Promise<MessageView> {
  return face.call("messages.find", { id: word.toLowerCase() });
}

function isHex(word: string): boolean {
  return /^[0-9a-f]{4,32}$/i.test(word);
}
