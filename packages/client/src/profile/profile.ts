/**
 * The store of one profile: everything an installation keeps. All of it is synchronous, so that one transaction holds
 * the ratchet step together with the message it belongs to. Times are milliseconds since 1970.
 */
import type { SessionStore } from "../session/store.ts";

export interface Profile {
  /** Everything in `work` is kept, or nothing where it throws. Not to be nested. */
  transaction<T>(work: () => T): T;
  readonly settings: SettingsTable;
  readonly own: OwnTable;
  readonly sessions: SessionTable;
  readonly contacts: ContactTable;
  readonly identities: IdentityTable;
  readonly devices: DeviceTable;
  readonly mailboxes: MailboxTable;
  readonly invites: InviteTable;
  readonly answers: AnswerTable;
  readonly sources: SourceTable;
  readonly messages: MessageTable;
  readonly deliveries: DeliveryTable;
  readonly receipts: ReceiptTable;
  readonly seen: SeenTable;
  readonly gaps: GapTable;
  readonly files: FileTable;
  readonly changes: ChangeTable;
  readonly room: RoomTable;
  close(): void;
}

/** Small things by name; what they mean is the engine's affair. */
export interface SettingsTable {
  get(name: string): string | undefined;
  set(name: string, value: string | undefined): void;
  all(): Map<string, string>;
}

/** This installation as a device. Written once at `init`, and anew by `device renew`. */
export interface OwnDevice {
  /** OpenSSH blob of the SSH key. */
  readonly identity: Uint8Array;
  /** UUID. */
  readonly id: string;
  /** 32 bytes, private. */
  readonly deviceKey: Uint8Array;
  readonly registration: number;
  /** 32 bytes, private: from it the X-Wing key is derived. */
  readonly xwingSeed: Uint8Array;
  readonly certificate: Uint8Array;
  readonly createdAt: number;
}

export interface OwnTable {
  get(): OwnDevice | undefined;
  put(device: OwnDevice): void;
  /** The newest device list of the own identity. */
  list(): Uint8Array | undefined;
  putList(list: Uint8Array): void;
}

export type PrekeyKind = "signed" | "kyber" | "once" | "kyber-once";

export interface Prekey {
  readonly id: number;
  readonly record: Uint8Array;
  readonly createdAt: number;
}

export interface SessionTable extends SessionStore {
  removeSession(device: string): void;
  putPrekey(kind: PrekeyKind, prekey: Prekey): void;
  /** The newest of a kind. */
  newestPrekey(kind: PrekeyKind): Prekey | undefined;
  /** Of all kinds together, and 0 before the first. Ids are never used again. */
  highestPrekeyId(): number;
  /** Destroys prekeys made before, but never the newest of a kind, and marks of use that belong to them. */
  removePrekeysBefore(createdAt: number): void;
}

/** `me` is the contact that holds the own devices. */
export type ContactState = "contact" | "request" | "blocked" | "me";

export interface Contact {
  readonly id: number;
  /** The user's own name for them. Unique but for letter case; a request's is made up. */
  readonly name: string;
  readonly state: ContactState;
  readonly verified: boolean;
  /** How long messages are kept: undefined for ever, 0 not at all. */
  readonly retentionMs: number | undefined;
  /** How long new messages live on both sides; 0 for ever. */
  readonly timerMs: number;
  /** The counter of the last content that this device sent to them. */
  readonly sent: number;
  readonly createdAt: number;
}

export interface ContactTable {
  /** @returns its id */
  add(contact: Omit<Contact, "id">): number;
  get(id: number): Contact | undefined;
  /** Whatever the letter case. */
  byName(name: string): Contact | undefined;
  all(): Contact[];
  update(id: number, changes: Partial<Omit<Contact, "id">>): void;
  /** With everything that hangs on it: identities, devices, messages, deliveries, mailboxes. */
  remove(id: number): void;
}

/** A pinned SSH key. */
export interface Identity {
  readonly fingerprint: string;
  /** OpenSSH blob. */
  readonly blob: Uint8Array;
  readonly contact: number;
  /** The newest device list, and its counter; none and 0 before the first card. */
  readonly list: Uint8Array | undefined;
  readonly counter: number;
  readonly pinnedAt: number;
  /** When its card is looked up next; undefined: not at all. */
  readonly lookupAt: number | undefined;
  readonly lookups: number;
}

export interface IdentityTable {
  add(identity: Identity): void;
  get(fingerprint: string): Identity | undefined;
  ofContact(contact: number): Identity[];
  update(fingerprint: string, changes: Partial<Omit<Identity, "fingerprint" | "blob">>): void;
  remove(fingerprint: string): void;
  /** Those to look up by now, the longest overdue first. */
  toLookUp(now: number, limit: number): Identity[];
  nextLookupAt(): number | undefined;
  /** What would wait until after `latest` waits until then: the clock was ahead when it was put off. */
  hasten(latest: number): void;
}

/** `unconfirmed`: gets nothing until a device they know, or the user, confirms it. */
export type DeviceState = "unconfirmed" | "confirmed" | "withdrawn";

/** `opened`: by us, without an answer so far. `answered`: what they sent under it arrived. */
export type SessionState = "none" | "opened" | "answered";

/** A mailbox of somebody, at a relay. */
export interface Route {
  /** An address, as written on a card. */
  readonly relay: string;
  /** Fingerprint of the mailbox key. */
  readonly mailbox: string;
}

/** A device of somebody else, or another one of our own. */
export interface Device {
  /** UUID. */
  readonly id: string;
  /** Fingerprint of the SSH key that certified it. */
  readonly identity: string;
  /** 33 bytes. */
  readonly key: Uint8Array;
  readonly state: DeviceState;
  /** The newest card. */
  readonly card: Uint8Array;
  readonly route: Route;
  /** The time of the content that told the route, by their clock; 0: any that comes is newer. */
  readonly routedAt: number;
  /** The short id under which they know us, 16 bytes; none before they told it. */
  readonly sayAs: Uint8Array | undefined;
  readonly session: SessionState;
  /** How often the ratchet has turned, at least. */
  readonly turn: number;
  /** Highest counter of a content received from it. */
  readonly received: number;
  readonly resetAt: number | undefined;
  readonly resets: number;
}

export interface DeviceTable {
  add(device: Device): void;
  get(id: string): Device | undefined;
  ofIdentity(fingerprint: string): Device[];
  ofContact(contact: number): Device[];
  update(id: string, changes: Partial<Omit<Device, "id">>): void;
  remove(id: string): void;
  /** Names a device by a short id that it was told, 16 bytes. The last two of a device count. */
  addShortId(shortId: Uint8Array, device: string, at: number): void;
  byShortId(shortId: Uint8Array): Device | undefined;
  newestShortId(device: string): Uint8Array | undefined;
}

/**
 * `front`: named on the published card, or given to people by hand. `contact`: made for one contact. `invite`: for those
 * who answer an invite.
 * `next`: told, and not yet confirmed by all. `old`: read until it ends.
 */
export interface OwnMailbox {
  readonly id: number;
  readonly kind: "front" | "contact" | "invite";
  readonly contact: number | undefined;
  readonly state: "next" | "current" | "old";
  readonly relay: string;
  readonly fingerprint: string;
  /** Ed25519, 32 bytes, private. */
  readonly seed: Uint8Array;
  readonly createdAt: number;
  /** When a new one is made. */
  readonly changeAt: number;
  /** When an old one is read no more. */
  readonly endsAt: number | undefined;
}

export interface MailboxTable {
  /** Another number whenever one was added or removed: so that nobody reads all of them to see whether that is so. */
  version(): number;
  add(mailbox: Omit<OwnMailbox, "id">): number;
  get(id: number): OwnMailbox | undefined;
  all(): OwnMailbox[];
  ofContact(contact: number): OwnMailbox[];
  update(
    id: number,
    changes: Partial<Pick<OwnMailbox, "state" | "changeAt" | "endsAt" | "contact" | "kind">>,
  ): void;
  remove(id: number): void;
}

/** An invite of the user's own. Its relay, with the pin, and the fingerprint of its mailbox stand with the mailbox. */
export interface Invite {
  readonly id: number;
  /** The number of its own mailbox, of the kind `invite`; it goes with it. */
  readonly mailbox: number;
  /** 16 bytes. */
  readonly secret: Uint8Array;
  readonly uses: number;
  readonly used: number;
  /** The name for who answers. */
  readonly as: string | undefined;
  /** The id of the one-time prekey on its card; that of the Kyber one is one higher. Both go with the invite. */
  readonly once: number | undefined;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly spentAt: number | undefined;
  readonly revokedAt: number | undefined;
  /** Which document the relay is thought to have, and at which run of it. */
  readonly published: string | undefined;
  /** When it is published next. */
  readonly publishAt: number | undefined;
}

export interface InviteTable {
  /** @returns its id */
  add(invite: Omit<Invite, "id">): number;
  get(id: number): Invite | undefined;
  ofMailbox(mailbox: number): Invite | undefined;
  all(): Invite[];
  update(
    id: number,
    changes: Partial<Pick<Invite, "used" | "spentAt" | "revokedAt" | "published" | "publishAt">>,
  ): void;
  /** Those to publish by now, the longest overdue first. */
  toPublish(now: number): Invite[];
  nextPublishAt(): number | undefined;
  /** What would be published after `latest` is published then: the clock was ahead when it was put off. */
  hasten(latest: number): void;
  /** @param identity fingerprint */
  wasUsedBy(invite: number, identity: string): boolean;
  /** The same once more changes nothing. */
  addUse(invite: number, identity: string): void;
}

/** `waiting`: nobody has answered so far. `used`, `ended`: the invite was closed before we came. */
export type AnswerState = "waiting" | "used" | "ended";

/** Somebody else's invite that the user has answered, until they answer. */
export interface Answer {
  readonly contact: number;
  /** An address with the full pin. */
  readonly relay: string;
  /** Fingerprint. */
  readonly mailbox: string;
  /** 16 bytes; zeros where the invite was closed before we came, and there is nothing to prove any more. */
  readonly secret: Uint8Array;
  readonly expiresAt: number;
  readonly state: AnswerState;
  /** When its document is looked at next; undefined: not at all. */
  readonly lookAt: number | undefined;
  readonly looks: number;
}

export interface AnswerTable {
  /** One for each contact: it takes the place of an older one. */
  put(answer: Answer): void;
  get(contact: number): Answer | undefined;
  update(contact: number, changes: Partial<Pick<Answer, "state" | "secret" | "lookAt" | "looks">>): void;
  remove(contact: number): void;
  /** The longest overdue. */
  toLookAt(now: number): Answer | undefined;
  nextLookAt(): number | undefined;
  /** What would wait until after `latest` waits until then: the clock was ahead when it was put off. */
  hasten(latest: number): void;
}

/** Characters of the name of a source. */
export const MAX_SOURCE_CHARACTERS = 512;

/** A place outside that says which keys somebody has. */
export interface Source {
  readonly contact: number;
  /** Such as `github:alice`; 1 to 512 characters. */
  readonly source: string;
  readonly checkedAt: number;
  /** What was there at the last look, in that order. */
  readonly fingerprints: readonly string[];
}

export interface SourceTable {
  /** Takes the place of what is known of this source. */
  put(source: Source): void;
  /** By name. */
  ofContact(contact: number): Source[];
  remove(contact: number, source: string): void;
}

/** One line of a conversation. */
export interface Message {
  /** Grows as messages come in. */
  readonly row: number;
  readonly contact: number;
  /** 16 bytes, drawn by the sender. */
  readonly id: Uint8Array;
  /** The device that sent it; the own one's or another's. */
  readonly sender: string;
  /** Said by the user, on this device or another own one. */
  readonly isOwn: boolean;
  /** The sender's counter. */
  readonly n: number;
  /** By the sender's clock. */
  readonly at: number;
  readonly arrivedAt: number;
  /** When it disappears. */
  readonly until: number | undefined;
  readonly readAt: number | undefined;
  /** A content kind (format/content.ts), or `notice` for a line of the program's own. */
  readonly kind: string;
  /** Deterministic CBOR of the body as it is after edits; empty once deleted. */
  readonly body: Uint8Array;
  /** What search finds. */
  readonly text: string | undefined;
  readonly editedAt: number | undefined;
  readonly isDeleted: boolean;
}

export interface Reaction {
  /** The message reacted to. */
  readonly target: Uint8Array;
  /** Fingerprint of the identity that reacted. */
  readonly by: string;
  readonly emoji: string;
}

/** An edit, reaction or deletion that came before what it is about. */
export interface EarlyChange {
  readonly contact: number;
  readonly target: Uint8Array;
  readonly sender: string;
  /** The content as it came. */
  readonly content: Uint8Array;
  readonly arrivedAt: number;
}

export interface MessageTable {
  /**
   * Puts it at the end; or, where the same sender's later ones of this conversation are there already, right before the
   * first of them, so that a sender's messages stand in the order of their counters.
   * @returns undefined where a message of this contact, sender and id is there already
   */
  add(message: Omit<Message, "row">): Message | undefined;
  get(contact: number, id: Uint8Array): Message | undefined;
  /** Those whose id begins with these bytes (at least 2), over all contacts; at most 3. */
  byPrefix(prefix: Uint8Array): Message[];
  update(
    row: number,
    changes: Partial<Pick<Message, "body" | "text" | "editedAt" | "isDeleted" | "readAt" | "until" | "kind">>,
  ): void;
  remove(row: number): void;
  /** The last ones in the order of the conversation, oldest first. @param before a row of this conversation */
  last(contact: number, limit: number, before?: number): Message[];
  /** The first ones behind a row of this conversation, oldest first. */
  following(contact: number, limit: number, after: number): Message[];
  /** Newest first. Every word must be in it, the last one may be a beginning. */
  search(words: string, limit: number): Message[];
  /** The oldest of others that were not read, in the order of the conversation. */
  unread(contact: number, limit: number): Message[];
  countUnread(contact: number): number;
  /** All of others have been read. @returns those that had not been */
  readAll(contact: number, at: number): Pick<Message, "id" | "sender">[];
  /** Removes some of what has outlived its `until`, the longest overdue first. @returns what was removed */
  removeExpired(now: number, limit: number): Message[];
  /** Removes some of what arrived before, the oldest first. @returns how many */
  removeArrivedBefore(contact: number, time: number, limit: number): number;
  nextExpiry(): number | undefined;
  putReaction(contact: number, reaction: Reaction): void;
  removeReaction(contact: number, target: Uint8Array, by: string): void;
  reactions(contact: number, target: Uint8Array): Reaction[];
  /** At most 64 a contact: the oldest go. */
  addEarly(change: EarlyChange): void;
  /** Hands out what waited for a message, and forgets it. */
  takeEarly(contact: number, target: Uint8Array): EarlyChange[];
}

export type DeliveryState = "queued" | "at-relay" | "delivered" | "read" | "expired" | "refused";

/** One content on its way to one device. */
export interface Delivery {
  readonly row: number;
  /** Id of the content. */
  readonly id: Uint8Array;
  readonly contact: number;
  /** Empty while no device of the contact is known that may get it. */
  readonly device: string;
  /** What the user said, a copy of it for an own device, or something of the engine's own. */
  readonly role: "message" | "copy" | "control";
  /** The encoded content; empty once the delivery is settled. */
  readonly content: Uint8Array;
  /** What the session made of it. */
  readonly ciphertext: Uint8Array | undefined;
  /** Whether the ciphertext is one that opens a session. */
  readonly isOpening: boolean;
  /** The session's turn when it was encrypted. */
  readonly turn: number;
  readonly state: DeliveryState;
  /** How often a relay has taken it. */
  readonly attempts: number;
  /** When it is sent, or sent again; undefined once settled. */
  readonly nextAt: number | undefined;
  /** The boot id of the relay that took it last. */
  readonly bootId: Uint8Array | undefined;
  readonly acceptedAt: number;
  readonly expiresAt: number;
}

export interface DeliveryTable {
  add(delivery: Omit<Delivery, "row">): number;
  get(row: number): Delivery | undefined;
  /** The deliveries of one content. */
  ofContent(contact: number, id: Uint8Array): Delivery[];
  find(device: string, id: Uint8Array): Delivery | undefined;
  /** Not settled, to one device, in the order they were accepted. */
  openTo(device: string): Delivery[];
  /** Not settled, and to no device so far, in the order they were accepted. */
  withoutDevice(contact: number): Delivery[];
  /** The engine's own that are not settled, to one device; counted up to `limit`. */
  countControls(device: string, limit: number): number;
  remove(row: number): void;
  /** Not settled, to a device, and due by now, in the order they were accepted. */
  due(now: number, limit: number): Delivery[];
  nextAt(): number | undefined;
  /** What would wait until after `latest` waits until then: the clock was ahead when it was put off. */
  hasten(latest: number): void;
  /** What the user said that is not settled, the newest 1,000. */
  openMessages(): Pick<Delivery, "id" | "contact" | "device" | "state">[];
  /** Not settled, and taken by a relay. */
  atRelay(): Pick<Delivery, "row" | "device" | "bootId" | "nextAt">[];
  /** Not settled and over their time, in the order they were accepted. */
  expired(now: number, limit: number): Pick<Delivery, "row" | "id" | "contact">[];
  nextExpiry(): number | undefined;
  update(row: number, changes: Partial<Omit<Delivery, "row" | "id" | "contact" | "device" | "role">>): void;
  countOpen(): number;
  /** Settled ones that were accepted before; their messages stay. */
  removeSettledBefore(time: number): void;
}

/** A receipt that is owed. */
export interface ReceiptDue {
  readonly device: string;
  readonly id: Uint8Array;
  readonly kind: "delivered" | "read";
  readonly dueAt: number;
}

export interface ReceiptTable {
  /** Owing the same once more changes nothing. */
  add(receipt: ReceiptDue): void;
  /** The owed ones of the device whose oldest is due by now; at most `limit`, of one kind. */
  takeDue(now: number, limit: number): ReceiptDue[];
  nextAt(): number | undefined;
  /** What would wait until after `latest` waits until then: the clock was ahead when it was put off. */
  hasten(latest: number): void;
  removeOf(device: string): void;
}

/** A ciphertext or content that was taken in. */
export interface Seen {
  /** SHA-256 of a ciphertext, or what a content is found by. */
  readonly hash: Uint8Array;
  readonly device: string;
  /** The contact that it is charged to. */
  readonly contact: number | undefined;
  readonly id: Uint8Array;
  readonly until: number;
}

export interface SeenTable {
  get(hash: Uint8Array): { readonly device: string; readonly id: Uint8Array } | undefined;
  /** Keeps one that is there already for longer. */
  add(seen: Seen): void;
  removeEnded(now: number): void;
}

/**
 * How much of the disk what each contact has said takes: its lines with what search needs for them, and what is remembered
 * of its ciphertexts. Counted by the store itself, as rows come and go.
 */
export interface RoomTable {
  /** Bytes. */
  taken(contact: number): number;
  /** What a contact that is full had taken when it became so; undefined for any other. */
  fullAt(contact: number): number | undefined;
  setFull(contact: number, isFull: boolean): void;
  /** Contacts that are full. */
  full(): number[];
  /** Bytes inside of the database's file that hold nothing any more. */
  spare(): number;
}

/** Contents that a device counted and that have not arrived. */
export interface Gap {
  readonly device: string;
  readonly n: number;
  readonly since: number;
}

export interface GapTable {
  add(gap: Gap): void;
  remove(device: string, n: number): boolean;
  /** Takes out those open since before, to be told once. */
  takeOpenBefore(time: number): Gap[];
  nextSince(): number | undefined;
}

export type FileState = "offered" | "accepted" | "complete" | "cancelled" | "failed";

/** A file on its way in or out. Its bytes stay here, in parts, until it is whole and written where the user wants it. */
export interface FileTransfer {
  /** 16 bytes, drawn by the sender. */
  readonly id: Uint8Array;
  readonly contact: number;
  /** The content id of the offer. */
  readonly message: Uint8Array;
  readonly direction: "in" | "out";
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly sha256: Uint8Array;
  /** Bytes of every part but the last. */
  readonly partBytes: number;
  readonly state: FileState;
  readonly createdAt: number;
}

export interface FileTable {
  add(file: FileTransfer): void;
  get(contact: number, id: Uint8Array): FileTransfer | undefined;
  update(contact: number, id: Uint8Array, state: FileState): void;
  open(): FileTransfer[];
  putPart(contact: number, id: Uint8Array, index: number, bytes: Uint8Array): void;
  part(contact: number, id: Uint8Array, index: number): Uint8Array | undefined;
  /** Indices of the parts that are here, in order. */
  parts(contact: number, id: Uint8Array): number[];
  removeParts(contact: number, id: Uint8Array): void;
  /** Of all parts kept. */
  bytesKept(): number;
}

export type ChangeKind =
  | "identity-pinned"
  | "paired-by-code"
  | "device-added"
  | "device-confirmed"
  | "device-withdrawn"
  /** By the user, who did not accept it. */
  | "device-refused"
  | "lists-conflict"
  | "session-reset"
  | "verified"
  | "verification-fell"
  | "blocked"
  | "unblocked"
  /** The invite of theirs that was answered had been used by others, or had ended. */
  | "invite-used"
  | "invite-ended"
  /** What they say takes as much of the disk as it may: nothing more is taken in; and it is again. */
  | "room-used-up"
  | "room-again";

/** A line of the log of what happened to a contact's keys. */
export interface Change {
  readonly at: number;
  readonly contact: number;
  readonly kind: ChangeKind;
  /** Fingerprint of an identity or UUID of a device; empty where it is about neither. */
  readonly about: string;
}

export interface ChangeTable {
  add(change: Change): void;
  /** Oldest first; the last 1,000. */
  of(contact: number): Change[];
}
