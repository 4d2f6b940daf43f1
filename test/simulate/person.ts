/** Where the world meets the engine: nothing else here knows how a messenger is made, or what a profile holds. */
import {
  devicePublicKey,
  type InitOptions,
  initProfile,
  type Messenger,
  type MessengerOptions,
  type OwnDevice,
  openMemoryProfile,
  openMessenger,
  type Profile,
} from "../../packages/client/test/internals.ts";
import type { Secret } from "./witness.ts";

/** What the people of a world do with a messenger. */
export type Played = Pick<
  Messenger,
  | "start"
  | "close"
  | "idle"
  | "status"
  | "card"
  | "publish"
  | "addCard"
  | "addKeys"
  | "contacts"
  | "accept"
  | "send"
  | "reply"
  | "react"
  | "edit"
  | "delete"
  | "history"
  | "markRead"
  | "deliveries"
  | "devices"
  | "confirmDevice"
  | "withdrawDevice"
>;

/** Entries of a table, and how many there may be once everything is settled. */
export interface Count {
  readonly name: string;
  readonly count: number;
  readonly most: number;
}

export interface Engine {
  /** A store that outlives the messengers that use it, as a disk outlives processes. */
  newProfile(): Profile;
  init(options: InitOptions): Promise<void>;
  open(options: MessengerOptions): Played;
  /** @param peers devices in the world, this one among them */
  counts(profile: Profile, peers: number): Count[];
  /** What of this installation no relay may hold in an envelope. */
  secrets(profile: Profile): Secret[];
  /** Which profile a device of the world is: its UUID. */
  deviceOf(profile: Profile): string;
}

/** Chance that `init` and `open` draw from a world's seed is not all: libsignal draws its own, which changes no sizes. */
export const clientEngine: Engine = {
  newProfile: openMemoryProfile,
  init: initProfile,
  open: openMessenger,
  counts: (profile, peers) => {
    const contacts = profile.contacts.all();
    const devices = contacts.flatMap(({ id }) => profile.devices.ofContact(id));
    return [
      { name: "open deliveries", count: profile.deliveries.countOpen(), most: 4 * peers },
      { name: "contacts", count: contacts.length, most: peers + 1 },
      { name: "devices", count: devices.length, most: peers },
      { name: "mailboxes", count: profile.mailboxes.all().length, most: 2 * (contacts.length + 1) },
      { name: "parts of files", count: profile.files.bytesKept(), most: 0 },
    ];
  },
  secrets: (profile) => {
    const { id, deviceKey, xwingSeed } = ownOf(profile);
    return [
      { name: "device key", bytes: devicePublicKey(deviceKey) },
      { name: "private device key", bytes: deviceKey },
      { name: "X-Wing seed", bytes: xwingSeed },
      { name: "UUID", bytes: Buffer.from(id) },
    ];
  },
  deviceOf: (profile) => ownOf(profile).id,
};

function ownOf(profile: Profile): OwnDevice {
  const own = profile.own.get();
  if (own === undefined) throw new Error("a profile that is nobody's");
  return own;
}
