/** Rows of every kind, whole but for what a test says. */
import { createHash } from "node:crypto";
import type {
  Answer,
  Contact,
  Delivery,
  Device,
  EarlyChange,
  FileTransfer,
  Identity,
  Invite,
  Message,
  OwnDevice,
  OwnMailbox,
  Profile,
} from "./internals.ts";

let drawn = 0;

/** Bytes that no other call gives. */
export function fresh(length = 16): Uint8Array {
  const bytes = new Uint8Array(length).fill(0xa5);
  new DataView(bytes.buffer).setUint32(0, ++drawn * 0x9e3779b1);
  return bytes;
}

export function contact(changes: Partial<Contact> = {}): Omit<Contact, "id"> {
  return {
    name: `somebody ${++drawn}`,
    state: "contact",
    verified: false,
    retentionMs: undefined,
    timerMs: 0,
    sent: 0,
    createdAt: 1,
    ...changes,
  };
}

const ED25519 = Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20", "latin1");

export function identity(of: number, changes: Partial<Identity> = {}): Identity {
  const blob = Uint8Array.from(Buffer.concat([ED25519, fresh(32)]));
  const hash = createHash("sha256").update(blob).digest("base64");
  return {
    fingerprint: `SHA256:${hash.replace("=", "")}`,
    blob,
    contact: of,
    list: undefined,
    counter: 0,
    pinnedAt: 1,
    lookupAt: undefined,
    lookups: 0,
    ...changes,
  };
}

export function device(of: string, changes: Partial<Device> = {}): Device {
  return {
    id: `device ${++drawn}`,
    identity: of,
    key: fresh(33),
    state: "unconfirmed",
    card: fresh(100),
    route: { relay: "asfaleia://relay.example", mailbox: "SHA256:mailbox" },
    routedAt: 0,
    sayAs: undefined,
    session: "none",
    turn: 0,
    received: 0,
    resetAt: undefined,
    resets: 0,
    ...changes,
  };
}

export function message(of: number, changes: Partial<Message> = {}): Omit<Message, "row"> {
  return {
    contact: of,
    id: fresh(),
    sender: "a device",
    isOwn: false,
    n: 1,
    at: 1,
    arrivedAt: 1,
    until: undefined,
    readAt: undefined,
    kind: "text",
    body: fresh(10),
    text: "hello",
    editedAt: undefined,
    isDeleted: false,
    ...changes,
  };
}

export function delivery(of: number, changes: Partial<Delivery> = {}): Omit<Delivery, "row"> {
  return {
    id: fresh(),
    contact: of,
    device: "a device",
    role: "message",
    content: fresh(20),
    ciphertext: undefined,
    isOpening: false,
    turn: 0,
    state: "queued",
    attempts: 0,
    nextAt: 10,
    bootId: undefined,
    acceptedAt: 1,
    expiresAt: 1000,
    ...changes,
  };
}

export function mailbox(changes: Partial<OwnMailbox> = {}): Omit<OwnMailbox, "id"> {
  return {
    kind: "front",
    contact: undefined,
    state: "current",
    relay: "asfaleia://relay.example",
    fingerprint: `SHA256:${++drawn}`,
    seed: fresh(32),
    createdAt: 1,
    changeAt: 2,
    endsAt: undefined,
    ...changes,
  };
}

export function invite(of: number, changes: Partial<Invite> = {}): Omit<Invite, "id"> {
  return {
    mailbox: of,
    secret: fresh(),
    uses: 1,
    used: 0,
    as: undefined,
    once: undefined,
    createdAt: 1,
    expiresAt: 60_000,
    spentAt: undefined,
    revokedAt: undefined,
    published: undefined,
    publishAt: undefined,
    ...changes,
  };
}

export function answer(of: number, changes: Partial<Answer> = {}): Answer {
  return {
    contact: of,
    relay: "asfaleia://relay.example",
    mailbox: "SHA256:mailbox",
    secret: fresh(),
    expiresAt: 60_000,
    state: "waiting",
    lookAt: undefined,
    looks: 0,
    ...changes,
  };
}

export function early(of: number, changes: Partial<EarlyChange> = {}): EarlyChange {
  return { contact: of, target: fresh(), sender: "a device", content: fresh(30), arrivedAt: 1, ...changes };
}

export function file(of: number, changes: Partial<FileTransfer> = {}): FileTransfer {
  return {
    id: fresh(),
    contact: of,
    message: fresh(),
    direction: "in",
    name: "cat.png",
    type: "image/png",
    size: 1000,
    sha256: fresh(32),
    partBytes: 100,
    state: "offered",
    createdAt: 1,
    ...changes,
  };
}

export function ownDevice(changes: Partial<OwnDevice> = {}): OwnDevice {
  return {
    identity: fresh(51),
    id: "own device",
    deviceKey: fresh(32),
    registration: 77,
    xwingSeed: fresh(32),
    certificate: fresh(200),
    createdAt: 1,
    ...changes,
  };
}

/** A contact with an identity and a device of it. */
export function person(
  profile: Profile,
  changes: Partial<Contact> = {},
): { id: number; identity: Identity; device: Device } {
  const id = profile.contacts.add(contact(changes));
  const pinned = identity(id);
  profile.identities.add(pinned);
  const theirs = device(pinned.fingerprint);
  profile.devices.add(theirs);
  return { id, identity: pinned, device: theirs };
}
