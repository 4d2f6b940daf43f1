/** What a world leaves behind, as plain data: all that the invariants look at. */
import {
  type ContactView,
  type DeliveryState,
  type InviteView,
  readInviteLink,
} from "../../packages/client/test/internals.ts";
import { BEGINNING } from "./clock.ts";
import type { Installation } from "./installation.ts";
import type { Said } from "./ledger.ts";
import { learnInvites } from "./meetingacts.ts";
import type { Meetings } from "./meetings.ts";
import type { Count } from "./person.ts";
import type { Secret, Seen } from "./witness.ts";
import type { World } from "./world.ts";

/** More lines than any world has. */
const ALL_LINES = 10_000;

/** A line of a conversation as an installation shows it. */
export interface Line {
  /** The contact of that installation. */
  readonly contact: number;
  readonly id: string;
  readonly text: string;
  readonly isOwn: boolean;
  readonly isDeleted: boolean;
  /** Fingerprint of who said it. */
  readonly from: string;
}

export interface Fate {
  readonly device: string;
  readonly state: DeliveryState;
}

/** What is found at an installation that is not lost. */
export interface Found {
  readonly name: string;
  readonly person: number;
  /** UUID. */
  readonly device: string;
  /** On the list of its own identity. */
  readonly isConfirmed: boolean;
  /** In the order of each conversation. */
  readonly lines: readonly Line[];
  /** By the id of what was said here. */
  readonly fates: ReadonlyMap<string, readonly Fate[]>;
  /** Devices of others and other own ones that it takes for confirmed. */
  readonly confirmed: ReadonlySet<string>;
  readonly counts: readonly Count[];
  readonly contacts: readonly FoundContact[];
  readonly invites: readonly Pick<InviteView, "state" | "isPublished">[];
  /** What of invites and codes stands in the profile, and must not any more. */
  readonly holds: readonly string[];
}

export interface FoundContact extends Pick<ContactView, "state" | "invite"> {
  /** The number of the person. */
  readonly person: number;
}

export interface Aftermath {
  /** What was accepted from users whose installation is not lost, and what lost ones said. */
  readonly said: readonly Said[];
  readonly found: readonly Found[];
  /** Fingerprints, by the number of the person. */
  readonly identities: readonly string[];
  readonly meetings: Meetings;
  readonly connections: readonly Seen[];
  /** What stood in envelopes that must not. */
  readonly leaks: readonly string[];
  readonly unexpected: readonly string[];
  readonly isSettled: boolean;
  /** Milliseconds since the world began. */
  readonly at: number;
  /** Nothing could expire, and whoever was asked said yes: what was changed must be seen everywhere. */
  readonly isSwift: boolean;
}

/** A week after its end an invite is given up: at the next look, by a clock that may have been set. */
const INVITE_KEPT_MS = 9 * 86_400_000;

/** Of the time that the first delivery takes to expire. */
const SWIFT = 0.8;

export function aftermathOf(world: World, isSettled: boolean): Aftermath {
  learnInvites(world);
  const found = world.installations.map((installation) => find(world, installation));
  for (const { lines } of found) for (const line of lines) world.ledger.find(line);
  const furthest = Math.max(...world.installations.map(({ clock }) => clock.furthest));
  return {
    said: world.ledger.said.filter(({ id }) => id !== undefined),
    found,
    identities: world.people.map(({ fingerprint }) => fingerprint),
    meetings: world.meetings,
    connections: world.witness.connections.filter(({ from }) => from !== "stranger"),
    leaks: world.witness.leaks(),
    unexpected: world.unexpected,
    isSettled,
    at: world.scheduler.now,
    isSwift: world.plan.endsWell && world.scheduler.now + furthest < SWIFT * world.plan.expireMs,
  };
}

function find(world: World, installation: Installation): Found {
  const { messenger, name, person, profile } = installation;
  if (messenger === undefined) throw new Error("an installation that does not run in the end");
  const peers = world.people.flatMap(({ installations }) => installations).length;
  const contacts = messenger.contacts();
  const lines = contacts.flatMap(({ id: contact }) =>
    messenger
      .history(contact, { limit: ALL_LINES })
      .filter(({ kind }) => kind !== "notice")
      .map(({ id, text, isOwn, deleted, from }) => ({ contact, id, text, isOwn, isDeleted: deleted, from })),
  );
  const invites = messenger.invites();
  const devices = [...contacts.flatMap((contact) => contact.devices), ...messenger.devices().slice(1)];
  return {
    name,
    person,
    device: installation.device,
    isConfirmed: messenger.status().isConfirmed,
    lines,
    fates: new Map(
      lines.filter(({ isOwn }) => isOwn).map(({ contact, id }) => [id, messenger.deliveries(contact, id)]),
    ),
    confirmed: new Set(devices.filter(({ state }) => state === "confirmed").map(({ id }) => id)),
    counts: [
      ...world.engine.counts(profile, peers),
      { name: "connections", count: world.network.countOf(name), most: 4 * (peers + 1) + invites.length },
      { name: "timers", count: world.scheduler.count(`${name} timer`), most: 16 * (peers + 1) },
    ],
    contacts: contacts.flatMap(({ identities, state, invite }) => {
      const whose = world.people.filter(({ fingerprint }) => identities.includes(fingerprint));
      return whose.map(({ number }) => ({
        person: number,
        state,
        ...(invite === undefined ? {} : { invite }),
      }));
    }),
    invites: invites.map(({ state, isPublished }) => ({ state, isPublished })),
    holds: world.engine.holds(profile, overFor(world, installation, contacts)).map((secret) => secret.name),
  };
}

/** Secrets that an installation has no use for any more, or never had any. */
function overFor(world: World, { name }: Installation, contacts: readonly ContactView[]): Secret[] {
  const { meetings, people } = world;
  const now = BEGINNING + world.scheduler.now;
  const invites = meetings.invites.filter(({ by, person, link }) => {
    if (by === name) return now > readInviteLink(link)!.ends + INVITE_KEPT_MS;
    const host = contacts.find(({ identities }) => identities.includes(people[person]!.fingerprint));
    return host?.invite !== "waiting";
  });
  return [
    ...invites.map(({ by, secret }) => ({
      name: `the secret of an invite of ${by}`,
      bytes: Buffer.from(secret, "hex"),
    })),
    ...meetings.codes.map(({ code, inviter }) => ({
      name: `a code of ${inviter.by}`,
      bytes: Buffer.from(code),
    })),
  ];
}
