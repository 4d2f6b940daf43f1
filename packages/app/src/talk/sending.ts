/** Sends messages in sessions, and tells how far they came. */
import { receiverOf } from "../contacts/receiver.ts";
import { fitted, shortId } from "../conversation.ts";
import { cleanName } from "../display.ts";
import { usage } from "../exit.ts";
import { type EphemeralValues, withEither } from "../face/ephemeral.ts";
import type { ContactView, Face, MessageView } from "../face/face.ts";
import { sendFile } from "../face/files.ts";
import type { Seen } from "../face/open.ts";
import { awaitMessages, exitAfter, explain, type Waiting } from "../face/outcome.ts";
import { complain, note, print } from "../io.ts";
import { type Content, readMessages } from "../letters/contents.ts";
import { stateJson } from "../lines.ts";
import { noMakingOptions } from "../profile/makeoptions.ts";
import { needProfile, whereIs } from "../profile/where.ts";

export interface Sending {
  readonly recipient: string;
  readonly text: string | undefined;
  readonly file: string | undefined;
  /** What the receiver sees as the name of the file. */
  readonly name: string | undefined;
  readonly waiting: Waiting;
  readonly json: boolean;
}

const OTHERWISE = ", or say --letter to send a letter, which needs none";

/** @returns the exit code. @throws Failure, KeyError, the signal's reason */
export async function sendMessages(
  given: EphemeralValues,
  sending: Sending,
  signal: AbortSignal,
): Promise<number> {
  // Of a file, where there is one, else of whoever is made for the run.
  const { name, ...others } = given;
  const isOfFile = sending.file !== undefined || !given.ephemeral;
  const values = isOfFile || name === undefined ? others : { ...others, name };
  noMakingOptions(values);
  if (!values.ephemeral) needProfile(whereIs(values), OTHERWISE);
  // Before the profile is opened: others may need it while somebody types.
  const contents = await readMessages(sending.text, sending.file, isOfFile ? sending.name : undefined);
  return withEither(
    values,
    signal,
    async (seen) => {
      const { face } = seen;
      const contact = await receiverOf(face, sending.recipient);
      if (contact.state === "request")
        throw usage("this is a request: accept it first (asfaleia requests accept)");
      if (contact.state === "blocked") throw usage("this contact is blocked (asfaleia unblock)");
      const sent: MessageView[] = [];
      for (const content of contents) sent.push(await say(face, contact, content));
      return follow(seen, contact, sent, sending, async () => {
        const { letterInstead } = await import("./letterinstead.ts");
        return letterInstead(seen, values, contact, sent, contents);
      });
    },
    { otherwise: OTHERWISE },
  );
}

function say(face: Face, { id }: ContactView, { isFile, type, name, body }: Content): Promise<MessageView> {
  if (!isFile) return face.call("messages.send", { contact: id, text: Buffer.from(body).toString("utf8") });
  return sendFile(face, id, { name: name ?? UNNAMED_FILE, type, bytes: body });
}

/** What came through standard input. */
const UNNAMED_FILE = "file";

/**
 * Waits as long as was asked, and tells each state that messages come to.
 * @param otherwise asked where nothing could leave, since no device of the contact is known: an exit code, where that settled it
 */
export async function follow(
  { face, signal }: Seen,
  contact: ContactView,
  sent: readonly MessageView[],
  { waiting, json }: Pick<Sending, "waiting" | "json">,
  otherwise: () => Promise<number | undefined> = () => Promise.resolve(undefined),
): Promise<number> {
  await face.call("outbox.start", {});
  const told: Promise<void>[] = [];
  const states = await awaitMessages(
    face,
    signal,
    sent.map(({ id }) => id),
    waiting,
    (id, state) => {
      if (json) told.push(print(stateJson(id, contact.name, state)));
    },
    async () => !waiting.isAsked && hasNoCard(await fresh(face, contact)),
  );
  await Promise.all(told);
  if (!json)
    for (const [id, state] of states)
      await print(fitted(`${shortId(id)} ${state} (to ${cleanName(contact.name)})\n`));
  const exits = [...states.values()].map((state) => exitAfter(state, waiting));
  const exit = Math.max(...exits);
  if (![...states.values()].includes("queued")) return exit;
  await explain(face, complain);
  if (!(await fresh(face, contact)).hasCard) return (await otherwise()) ?? exit;
  note(QUEUED);
  return exit;
}

const QUEUED = "What is queued is kept, and sent as soon as the relay can be reached.";

async function fresh(face: Face, contact: ContactView): Promise<ContactView> {
  return (await face.call("contacts.get", { name: contact.name })) ?? contact;
}

/** The relays have been asked for a card, in vain. */
function hasNoCard({ hasCard, lookups, state }: ContactView): boolean {
  return state !== "me" && !hasCard && lookups > 0;
}
