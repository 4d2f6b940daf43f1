/** What the user says and changes, held against the rules before anything is kept. To be called in transactions. */
import { MAX_TEXT_BYTES } from "../format/content.ts";
import { FormatError } from "../format/errors.ts";
import { MessengerError, type SendOptions } from "../messenger.ts";
import type { Contact, FileTransfer, Message } from "../profile/profile.ts";
import { mayDelete, mayEdit, mayReact, type Refusal } from "../rules/changes.ts";
import { untilFor } from "../rules/retention.ts";
import { type Amendment, amend } from "./amend.ts";
import { type Context, now, type Tell } from "./context.ts";
import { isConfirmed } from "./owndevices.ts";
import { type Saying, say } from "./say.ts";
import {
  askForParts,
  cancelTransfer,
  type OfferedFile,
  offerFile,
  partCount,
  tellFile,
} from "./transfers.ts";
import { messageView } from "./views.ts";

/** A text or reply. @throws MessengerError `too-long`, `not-allowed`, `not-confirmed` */
export function saySomething(
  context: Context,
  contact: Contact,
  saying: Saying & { kind: "text" | "reply" },
  options: SendOptions,
): Message {
  checkText(saying.body.text);
  return kept(
    sayTo(context, contact, () => say(context, contact, saying, untilOf(context, contact, options)).message),
  );
}

/** @throws MessengerError `too-large`, `bad-name`, `not-allowed`, `not-confirmed` */
export function sayFile(context: Context, contact: Contact, file: OfferedFile): Message {
  try {
    return kept(
      sayTo(context, contact, () => offerFile(context, contact, file, untilOf(context, contact, {}))),
    );
  } catch (error) {
    if (error instanceof FormatError)
      throw new MessengerError("bad-name", "a file's name or type cannot be sent like this");
    throw error;
  }
}

/** An edit, deletion or reaction of the user's. @throws MessengerError `no-such-message`, `not-allowed`, `too-long` */
export function change(
  context: Context,
  tell: Tell,
  contact: Contact,
  saying: Saying & { kind: Amendment["kind"] },
): void {
  const target = context.profile.messages.get(contact.id, saying.body.to);
  if (target === undefined) throw new MessengerError("no-such-message", "there is no such message");
  if (saying.kind === "edit") checkText(saying.body.text);
  const verdict = judge(context, target, saying);
  if (verdict !== true) throw new MessengerError("not-allowed", REFUSALS[verdict]);
  const { content } = sayTo(context, contact, () => say(context, contact, saying, undefined));
  amend(context, target, content as Amendment, { isOwn: true, by: context.fingerprint });
  const fresh = context.profile.messages.get(contact.id, target.id);
  if (fresh !== undefined) tell({ type: "changed", message: messageView(context, fresh) });
}

/** The conversation's timer, here and on the other side. */
export function setTimer(context: Context, contact: Contact, ms: number): void {
  sayTo(context, contact, () => say(context, contact, { kind: "timer", body: { ms } }, undefined));
  context.profile.contacts.update(contact.id, { timerMs: ms });
}

/** Asks for a file that was offered, from where it stands. @throws MessengerError `not-allowed` */
export function acceptFile(context: Context, tell: Tell, contact: Contact, file: FileTransfer): void {
  if (file.direction !== "in" || file.state === "complete")
    throw new MessengerError("not-allowed", "there is nothing to fetch");
  context.profile.files.update(contact.id, file.id, "accepted");
  if (partCount(file) > 0) askForParts(context, contact, file);
  tellFile(context, tell, file);
}

export function cancelFile(context: Context, tell: Tell, contact: Contact, file: FileTransfer): void {
  if (file.state === "complete") throw new MessengerError("not-allowed", "the file is complete");
  cancelTransfer(context, tell, contact, file);
}

const REFUSALS: Record<Refusal, string> = {
  "not-theirs": "only who said it can change it",
  "too-late": "it is too old to be changed",
  "too-early": "it is said to be from a later time than now; is the clock right?",
  "wrong-kind": "this cannot be changed",
  deleted: "it has been deleted",
  stale: "there is a newer edit",
  "not-an-emoji": "a reaction is one emoji",
};

function judge(
  context: Context,
  target: Message,
  saying: Saying & { kind: Amendment["kind"] },
): true | Refusal {
  const change = { contact: target.contact, isOwn: true, at: now(context), n: Number.MAX_SAFE_INTEGER };
  if (saying.kind === "edit") return mayEdit(target, change);
  if (saying.kind === "deletion") return mayDelete(target, change);
  return mayReact(target, { contact: target.contact, emoji: saying.body.emoji });
}

/** Only to whom one talks, and only as a device that others take messages from. */
function sayTo<T>(context: Context, contact: Contact, work: () => T): T {
  if (contact.state === "request") throw new MessengerError("not-allowed", "accept the request first");
  if (contact.state === "blocked") throw new MessengerError("not-allowed", "this contact is blocked");
  if (contact.state !== "me" && !isConfirmed(context)) {
    throw new MessengerError("not-confirmed", "another device of this SSH key must confirm this one first");
  }
  return work();
}

function untilOf(context: Context, contact: Contact, { timerMs }: SendOptions): number | undefined {
  return untilFor(now(context), timerMs ?? contact.timerMs);
}

function checkText(text: string): void {
  if (text === "") throw new MessengerError("too-long", "a message has at least one character");
  if (!text.isWellFormed()) throw new MessengerError("not-allowed", "the text is not well-formed Unicode");
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES)
    throw new MessengerError("too-long", "a text may have 64 KiB; send it as a file");
}

function kept(message: Message | undefined): Message {
  if (message === undefined) throw new Error("a message that was not kept");
  return message;
}
