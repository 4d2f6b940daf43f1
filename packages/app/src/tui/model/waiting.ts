/** Devices that nobody has confirmed: of contacts, who may not even know of them, and own ones. They wait for the user's word. */
import { cleanName } from "../../display.ts";
import type { Contact, State } from "./state.ts";
import { remark } from "./step.ts";

export type Device = Contact["devices"][number];

export interface Waiting {
  readonly contact: Contact;
  readonly device: Device;
}

/** Those of one contact. Requests and blocked ones are heard of no more anyway. */
export function waitingOf({ state, devices }: Contact): readonly Device[] {
  return state === "contact" || state === "me" ? devices.filter((one) => one.state === "unconfirmed") : [];
}

/** Of all contacts. */
export function waitingDevices({ contacts }: State): readonly Waiting[] {
  if (contacts === undefined) return [];
  const known = found.get(contacts);
  if (known !== undefined) return known;
  const all = contacts.flatMap((contact) => waitingOf(contact).map((device) => ({ contact, device })));
  found.set(contacts, all);
  return all;
}

const found = new WeakMap<readonly Contact[], readonly Waiting[]>();

/** The state with a remark on a device that was not there before. */
export function tellingOfNew(before: State, after: State): State {
  if (before.contacts === undefined) return after;
  const known = new Set(waitingDevices(before).map(({ device }) => device.id));
  const fresh = waitingDevices(after).find(({ device }) => !known.has(device.id));
  if (fresh === undefined) return after;
  const { state, name } = fresh.contact;
  const whose = state === "me" ? "your key" : cleanName(name);
  return remark(after, `a new device of ${whose} asks to be taken: /devices`, true);
}
