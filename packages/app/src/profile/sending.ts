/** Sends messages in sessions, and tells how far they came. */
import type { ContactView, MessageView } from "@asfaleia/client/messenger";
import { receiverOf } from "../contacts/receiver.ts";
import { shortId } from "../conversation.ts";
import { cleanLine } from "../display.ts";
import { usage } from "../exit.ts";
import { note, print } from "../io.ts";
import { type Content, readMessages } from "../letters/contents.ts";
import { stateJson } from "../lines.ts";
import { noMakingOptions } from "../verbs/listen.ts";
import { type EphemeralValues, withEither } from "./ephemeral.ts";
import { letterInstead } from "./letterinstead.ts";
import type { Opened } from "./open.ts";
import { awaitCopies, awaitMessages, exitAfter, type Waiting } from "./outcome.ts";
import { needProfile, whereIs } from "./where.ts";

export interface Sending {
  readonly recipient: string;
  readonly text: string | undefined;
  readonly file: string | undefined;
  readonly waiting: Waiting;
  readonly json: boolean;
}

const OTHERWISE = ", or say --letter to send a letter, which needs none";

/** @returns the exit code. @throws Failure, ProfileError, MessengerError, KeyError, the signal's reason */
export async function sendMessages(
  values: EphemeralValues,
  sending: Sending,
  signal: AbortSignal,
): Promise<number> {
  noMakingOptions(values);
  if (!values.ephemeral) needProfile(whereIs(values), OTHERWISE);
  // Before the profile is opened: others may need it while somebody types.
  const contents = await readMessages(sending.text, sending.file);
  return withEither(
    values,
    signal,
    async (opened) => {
      const contact = await receiverOf(opened, sending.recipient);
      if (contact.state === "request")
        throw usage("this is a request: accept it first (asfaleia requests accept)");
      if (contact.state === "blocked") throw usage("this contact is blocked (asfaleia unblock)");
      const sent: MessageView[] = [];
      for (const content of contents) sent.push(await say(opened, contact, content));
      return follow(opened, contact, sent, sending, () => letterInstead(opened, contact, sent, contents));
    },
    { otherwise: OTHERWISE },
  );
}

function say(
  { messenger }: Opened,
  contact: ContactView,
  { isFile, type, name, body }: Content,
): Promise<MessageView> {
  if (!isFile) return messenger.send(contact.id, Buffer.from(body).toString("utf8"));
  return messenger.sendFile(contact.id, { name: name ?? UNNAMED_FILE, type, bytes: body });
}

/** What came through standard input. */
const UNNAMED_FILE = "file";

/**
 * Waits as long as was asked, and tells each state that messages come to.
 * @param otherwise asked where nothing could leave, since no device of the contact is known: an exit code, where that settled it
 */
export async function follow(
  opened: Opened,
  contact: ContactView,
  sent: readonly MessageView[],
  { waiting, json }: Pick<Sending, "waiting" | "json">,
  otherwise: () => Promise<number | undefined> = () => Promise.resolve(undefined),
): Promise<number> {
  const { messenger } = opened;
  messenger.start();
  const ids = sent.map(({ id }) => id);
  const told: Promise<void>[] = [];
  const states = await awaitMessages(
    opened,
    ids,
    waiting,
    (id, state) => {
      if (json) told.push(print(stateJson(id, contact.name, state)));
    },
    () => !waiting.isAsked && hasNoCard(opened, contact),
  );
  await Promise.all(told);
  if (!json)
    for (const [id, state] of states)
      await print(`${shortId(id)} ${state} (to ${cleanLine(contact.name)})\n`);
  await awaitCopies(opened);
  const exits = [...states.values()].map((state) => exitAfter(state, waiting));
  const exit = Math.max(...exits);
  if (![...states.values()].includes("queued")) return exit;
  opened.dialling.explain();
  if (hasNoDevice(opened, contact)) return (await otherwise()) ?? exit;
  note(QUEUED);
  return exit;
}

const QUEUED = "What is queued is kept, and sent by the next asfaleia send or listen.";

/** The relays have been asked for a card, in vain. */
function hasNoCard(opened: Opened, contact: ContactView): boolean {
  const identities = opened.profile.identities.ofContact(contact.id);
  return hasNoDevice(opened, contact) && identities.every(({ lookups }) => lookups > 0);
}

function hasNoDevice({ profile }: Opened, contact: ContactView): boolean {
  return contact.state !== "me" && profile.devices.ofContact(contact.id).length === 0;
}
