/** Where the world meets the engine: nothing else here knows how a messenger is made, or what a profile holds. */
import {
  type Database,
  devicePublicKey,
  type InitOptions,
  initProfile,
  type Messenger,
  type MessengerOptions,
  migrate,
  type OwnDevice,
  openMemoryDatabase,
  openMessenger,
  type Profile,
  profileOver,
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
  | "makeInvite"
  | "invites"
  | "revokeInvite"
  | "acceptInvite"
  | "makeCode"
  | "joinCode"
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
  /** Which of these stand anywhere in a profile. */
  holds(profile: Profile, secrets: readonly Secret[]): Secret[];
  /** Which profile a device of the world is: its UUID. */
  deviceOf(profile: Profile): string;
}

/** Chance that `init` and `open` draw from a world's seed is not all: libsignal draws its own, which changes no sizes. */
export const clientEngine: Engine = {
  newProfile: () => {
    const database = openMemoryDatabase();
    migrate(database);
    const profile = profileOver(database);
    DATABASES.set(profile, database);
    return profile;
  },
  init: initProfile,
  open: openMessenger,
  counts: (profile, peers) => {
    const contacts = profile.contacts.all();
    const devices = contacts.flatMap(({ id }) => profile.devices.ofContact(id));
    return [
      { name: "open deliveries", count: profile.deliveries.countOpen(), most: 4 * peers },
      { name: "contacts", count: contacts.length, most: peers + 1 },
      { name: "devices", count: devices.length, most: peers },
      {
        name: "mailboxes",
        count: profile.mailboxes.all().length,
        most: 2 * (contacts.length + 1) + profile.invites.all().length,
      },
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
  holds: (profile, secrets) => {
    if (secrets.length === 0) return [];
    const all = Buffer.concat(cellsOf(DATABASES.get(profile)));
    return secrets.filter(({ bytes }) => all.includes(Buffer.from(bytes)));
  },
  deviceOf: (profile) => ownOf(profile).id,
};

const DATABASES = new WeakMap<Profile, Database>();

/** Everything in it. */
function cellsOf(database: Database | undefined): Buffer[] {
  if (database === undefined) throw new Error("a profile that was not made here");
  const tables = database.all("SELECT name FROM sqlite_master WHERE type = 'table'");
  return tables
    .flatMap(({ name }) => database.all(`SELECT * FROM "${name}"`))
    .flatMap((row) => Object.values(row))
    .map((cell) => Buffer.from(cell instanceof Uint8Array ? cell : String(cell)));
}

function ownOf(profile: Profile): OwnDevice {
  const own = profile.own.get();
  if (own === undefined) throw new Error("a profile that is nobody's");
  return own;
}
