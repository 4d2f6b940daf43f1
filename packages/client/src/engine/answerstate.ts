/** How it stands with somebody whose invite was answered, until they answer. */
import { INVITE_SECRET_BYTES } from "../format/invite.ts";
import type { AnswerState, Contact, Device } from "../profile/profile.ts";
import { sayAgain } from "./again.ts";
import type { Context, Tell } from "./context.ts";
import { introduce } from "./introductions.ts";
import { notice } from "./notices.ts";
import { TURNS_OF_A_RESET } from "./turnings.ts";

/** Marks an answer as one that came too late, forgets what it was proved with, and tells so. To be called in a transaction. */
export function closeAnswer(
  context: Context,
  tell: Tell,
  contact: number,
  state: Exclude<AnswerState, "waiting">,
): void {
  const { answers } = context.profile;
  const before = answers.get(contact)?.state;
  answers.update(contact, { state, secret: new Uint8Array(INVITE_SECRET_BYTES), lookAt: undefined });
  if (before === "waiting") notice(context, tell, contact, `invite-${state}`, "");
}

/**
 * They have answered: all is as with any contact. The own devices hear of them once more, now with a card that leads
 * elsewhere than to the invite. To be called in a transaction, when what they said is taken in.
 */
export function endAnswer(context: Context, contact: Contact): void {
  const { answers, devices } = context.profile;
  const answer = answers.get(contact.id);
  if (answer === undefined) return;
  answers.remove(contact.id);
  // Whichever of their devices it was: what goes to the others has waited too.
  if (answer.state !== "waiting") for (const { id } of devices.ofContact(contact.id)) sayAgain(context, id);
  introduce(context, contact);
}

/**
 * Another way to them is known: what was said by the invite that was answered before is said anew, in another session. The
 * one-time prekeys of that one may have served somebody else. To be called in a transaction.
 */
export function forgetAnswer(context: Context, contact: number): void {
  const { answers, devices } = context.profile;
  if (answers.get(contact) === undefined) return;
  answers.remove(contact);
  for (const device of devices.ofContact(contact)) {
    if (device.session === "opened") restart(context, device);
    // They have told us that it was closed, or the invite led to another device: what waited need not any longer.
    else if (device.session === "none") sayAgain(context, device.id);
  }
}

/** Nothing more is said in a session that nobody has answered. To be called in a transaction. */
export function restart(context: Context, device: Device): void {
  context.profile.sessions.removeSession(device.id);
  context.profile.devices.update(device.id, { session: "none", turn: device.turn + TURNS_OF_A_RESET });
  sayAgain(context, device.id);
}

/** Whether something may be said to a device that has not answered: not when its invite was closed before we came. */
export function mayStillAnswer({ profile }: Context, contact: number, device: Device): boolean {
  if (device.session === "answered") return true;
  return (profile.answers.get(contact)?.state ?? "waiting") === "waiting";
}
