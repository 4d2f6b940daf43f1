/** Messages and files by their ids, as faces name them. */
import { MessengerError } from "../messenger.ts";
import type { FileTransfer, Message } from "../profile/profile.ts";
import type { Context } from "./context.ts";

const HEX_ID = /^[0-9a-f]{32}$/;
const HEX_PREFIX = /^(?:[0-9a-f]{2}){2,16}$/;

/** The one message whose id begins so. @throws MessengerError `no-such-message`: none, or more than one */
export function findMessage({ profile }: Pick<Context, "profile">, idPrefix: string): Message {
  const found = HEX_PREFIX.test(idPrefix) ? profile.messages.byPrefix(Buffer.from(idPrefix, "hex")) : [];
  const [message, another] = found;
  if (message === undefined) throw new MessengerError("no-such-message", "there is no such message");
  if (another !== undefined)
    throw new MessengerError("no-such-message", "more than one message begins so: give more of the id");
  return message;
}

/** @throws MessengerError `no-such-message` */
export function messageOf({ profile }: Pick<Context, "profile">, contact: number, id: string): Message {
  const message = HEX_ID.test(id) ? profile.messages.get(contact, Buffer.from(id, "hex")) : undefined;
  if (message === undefined) throw new MessengerError("no-such-message", "there is no such message");
  return message;
}

/** @throws MessengerError `no-such-message` */
export function fileOf({ profile }: Pick<Context, "profile">, contact: number, id: string): FileTransfer {
  const file = HEX_ID.test(id) ? profile.files.get(contact, Buffer.from(id, "hex")) : undefined;
  if (file === undefined) throw new MessengerError("no-such-message", "there is no such file");
  return file;
}
