/** The messenger as a library: its public face. docs/library.md shows it in use. */
import type { PublicKey, Signer } from "@asfaleia/identity";
import type { Address } from "@asfaleia/protocol";
import type { Environment } from "./environment.ts";
import type {
  ChangeKind,
  ContactState,
  DeliveryState,
  DeviceState,
  FileState,
  Profile,
} from "./profile/profile.ts";
import type { Delays } from "./rules/resend.ts";

export interface MessengerOptions {
  /** One that `initProfile` has made. The messenger uses it until it is closed, and does not close it. */
  readonly profile: Profile;
  readonly environment: Environment;
  /** Waits of the engine; DEFAULT_DELAYS where they are left out. What the user has set goes before. */
  readonly delays?: Delays;
  /** The SSH key: with it, a published card is published again when a relay has lost it. */
  readonly publisher?: Signer;
}

export interface InitOptions {
  readonly profile: Profile;
  readonly environment: Pick<Environment, "clock" | "random">;
  /** The SSH key. It is asked to sign twice: the certificate of this device, and the list of its devices. */
  readonly signer: Signer;
  /** Where the own mailboxes are. */
  readonly relays: readonly Address[];
  /** Shown to people who get the card. */
  readonly name?: string;
  /**
   * A card of another device of the same SSH key, which has a device list: this device writes none, and waits until that
   * one confirms it.
   */
  readonly link?: Uint8Array;
  /**
   * The device of `link` is lost, with all others: this one takes their place on the list. Contacts are shown it as a new
   * device, and take it when their user does.
   */
  readonly replaces?: boolean;
}

/** Why something cannot be done; `message` says it to the user, and names nobody. */
export type MessengerErrorCode =
  | "no-such-contact"
  | "no-such-message"
  | "name-taken"
  | "bad-name"
  | "bad-card"
  | "too-long"
  | "too-large"
  | "not-allowed"
  | "not-confirmed"
  | "signer-needed"
  | "bad-address"
  /** A text that is no spoken code: nothing was used up. */
  | "bad-code"
  | "no-such-code"
  /** Wrong words or interference, which cannot be told apart. It is used up, and so it is after all of the following. */
  | "code-wrong"
  /** Too late, or the relay was lost. */
  | "code-ended"
  /** Somebody else uses or disturbs its number. */
  | "code-taken"
  | "bad-invite"
  | "no-such-invite"
  | "invite-used"
  | "invite-ended"
  | "closed";

export class MessengerError extends Error {
  readonly code: MessengerErrorCode;

  constructor(code: MessengerErrorCode, message: string) {
    super(message);
    this.name = "MessengerError";
    this.code = code;
  }
}

export interface ContactView {
  readonly id: number;
  readonly name: string;
  readonly state: ContactState;
  readonly verified: boolean;
  /** Fingerprints of the SSH keys. */
  readonly identities: readonly string[];
  readonly devices: readonly DeviceView[];
  readonly unread: number;
  /** How long new messages live on both sides; 0 for ever. */
  readonly timerMs: number;
  /** How long messages are kept here after they arrived; left out for ever, 0 not at all. */
  readonly retentionMs?: number;
  /** Whether something can be sent: a device of theirs is known, or it is `me`. */
  readonly hasCard: boolean;
  /** Of the identities, the least number of times that a card was looked up: above 0 without a card, in vain. */
  readonly lookups: number;
  /** An invite of theirs was answered, and they have not: `waiting`, or it had been used by others, or had ended. */
  readonly invite?: "waiting" | "used" | "ended";
}

export interface InviteOptions {
  /** 1 to 100; 1 where it is left out. */
  readonly uses?: number;
  /** A minute to 30 days; 7 days where it is left out. */
  readonly expiresMs?: number;
  /** The name for who answers; where it is left out or taken, the card's, with a number behind it if need be. */
  readonly as?: string;
}

/** `spent`: used as often as it may be. */
export type InviteState = "open" | "spent" | "expired";

export interface InviteView {
  readonly id: number;
  /** To be given to somebody over a way that is trusted: whoever has it first can use it. */
  readonly link: string;
  readonly uses: number;
  readonly used: number;
  readonly expiresAt: number;
  readonly as?: string;
  readonly state: InviteState;
  /** Whether the relay has had it; until then nobody can answer, and it is tried again. */
  readonly isPublished: boolean;
}

/** A place outside that says which keys a contact has. */
export interface SourceView {
  /** Such as `github:alice`; 1 to 512 characters. */
  readonly source: string;
  readonly checkedAt: number;
  /** Fingerprints that were there at the last look. */
  readonly fingerprints: readonly string[];
}

export interface DeviceView {
  /** UUID. */
  readonly id: string;
  readonly identity: string;
  readonly state: DeviceState;
  readonly isOwn: boolean;
}

/** A line of a conversation, ready to be shown but for cleaning: text is as it came. */
export interface MessageView {
  /** 32 hex digits. */
  readonly id: string;
  readonly contact: number;
  /** The contact's name; for own messages too, whom they went to. */
  readonly with: string;
  /** Fingerprint of the identity it is from. */
  readonly from: string;
  readonly isOwn: boolean;
  /** `text`, `reply`, `file`, `notice`, or `unknown`: needs a newer version. */
  readonly kind: "text" | "reply" | "file" | "notice" | "unknown";
  readonly text: string;
  /** What it answers. */
  readonly replyTo?: string;
  readonly file?: FileView;
  /** By the sender's clock, and by this one. */
  readonly at: number;
  readonly arrivedAt: number;
  readonly until?: number;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly read: boolean;
  /** Fingerprint of who reacted, and with what. */
  readonly reactions: readonly { readonly by: string; readonly emoji: string }[];
  /** Of own messages: how far it came with the device that is furthest. */
  readonly state?: DeliveryState;
}

export interface FileView {
  /** 32 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly state: FileState;
  /** Bytes that are here, or that the other side is known to have. */
  readonly done: number;
}

export type MessengerEvent =
  /** A message is kept: from somebody else, or from another own device. */
  | { readonly type: "message"; readonly message: MessageView }
  /** Somebody unknown has written. */
  | { readonly type: "request"; readonly message: MessageView }
  /** Edited, deleted, reacted to, disappeared. */
  | { readonly type: "changed"; readonly message: MessageView }
  | { readonly type: "state"; readonly id: string; readonly contact: number; readonly state: DeliveryState }
  /** Something about keys that the user must know. */
  | {
      readonly type: "notice";
      readonly contact: number;
      readonly what: ChangeKind | "gap";
      readonly about: string;
      readonly count?: number;
    }
  /** Somebody has used an invite of ours. */
  | { readonly type: "invite"; readonly id: number; readonly contact: number; readonly state: InviteState }
  | { readonly type: "file"; readonly contact: number; readonly file: FileView }
  | { readonly type: "connection"; readonly relay: string; readonly isUp: boolean }
  /** While the disk is short nothing is taken in: what comes stays at the relays. */
  | { readonly type: "disk"; readonly isShort: boolean };

export interface SendOptions {
  /** Makes it disappear on both sides this long after it is sent. Otherwise the conversation's timer counts. */
  readonly timerMs?: number;
}

export interface MakeCodeOptions {
  /** What to call whoever comes; with ` 2` behind it where somebody else has the name by then. Otherwise the name on their card. */
  readonly as?: string;
  /** Takes the code back. */
  readonly signal?: AbortSignal;
}

export interface JoinOptions extends MakeCodeOptions {
  /** Address of the relay at which the code was made. Without it, the first of the own relays. */
  readonly relay?: string;
}

export interface CodeOffer {
  /** `48213-crossover-clockwork`: to be said to one person. */
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
  /**
   * Who has used it, a contact by now. Rejects with MessengerError `code-wrong`, `code-ended`, `code-taken`, `bad-card`,
   * `closed`, or the signal's reason: then the code is used up.
   */
  readonly result: Promise<ContactView>;
}

export interface RelayStatus {
  /** As its address is written. */
  readonly relay: string;
  readonly isUp: boolean;
  /** Whether it is thought to have the published card, as it is now. */
  readonly hasCard: boolean;
}

export interface Status {
  /** Fingerprint of the SSH key. */
  readonly identity: string;
  /** UUID. */
  readonly device: string;
  /** False where an own device list exists that does not name this device. */
  readonly isConfirmed: boolean;
  /** When the own device list ends. */
  readonly listEnds: number | undefined;
  readonly relays: readonly RelayStatus[];
  /** Own messages that are not settled, and how far each came with each device. */
  readonly open: readonly {
    readonly id: string;
    readonly contact: number;
    readonly device: string;
    readonly state: DeliveryState;
  }[];
  readonly requests: number;
  /** Less of the disk is free than is to be left free: what comes stays at the relays. */
  readonly isDiskShort: boolean;
  /** Contacts whose messages take as much of the disk as they may: what they say stays with them. */
  readonly full: readonly number[];
}

export interface HistoryOptions {
  /** 50 without it. */
  readonly limit?: number;
  /** Ids of messages of the conversation, one of the two at most. */
  readonly before?: string;
  readonly after?: string;
}

/**
 * One messenger over one profile. Methods that change something resolve when it is kept; sending goes on in the background
 * from `start` to `close`. Every method throws or rejects with MessengerError where it says so, and `closed` after `close`.
 */
export interface Messenger {
  /** Begins to read the mailboxes and to send what waits. Without it everything is only kept. */
  start(): void;
  /** Hangs up. Resolves when nothing of it runs any more; what was begun is kept whole or not at all. */
  close(): Promise<void>;
  /** Resolves when nothing is to be done before a timer, a relay or the user comes: for tests and simulators. */
  idle(): Promise<void>;

  /** Events from now on, until `close` or until the signal. A reader that falls 10,000 behind ends with an error. */
  events(options?: { readonly signal?: AbortSignal }): AsyncIterable<MessengerEvent>;

  status(): Status;
  /** The own card in its file form, made anew: it lets somebody write to this device. */
  card(): Uint8Array;
  /**
   * Publishes the card under the SSH key at every own relay, signed in by `signer`.
   * Rejects with LinkError, RefusedError, KeyError.
   */
  publish(signer: Signer): Promise<void>;

  /** @throws MessengerError `bad-card`, `name-taken`, `bad-name` */
  addCard(card: Uint8Array, name?: string): Promise<ContactView>;
  /**
   * Pins SSH keys, and keeps with them where they were found just now; their cards are looked up at the own relays from
   * now on.
   * @throws MessengerError `name-taken`, `bad-name`, `not-allowed`; RangeError for what is no source
   */
  addKeys(
    keys: readonly PublicKey[],
    name: string,
    source?: Pick<SourceView, "source" | "fingerprints">,
  ): Promise<ContactView>;
  /**
   * Makes a spoken code, good for ten minutes and one person, at the first own relay. It is gone with the messenger. At most four
   * codes are made and used at a time.
   * Rejects with MessengerError `bad-name`, `not-allowed` (too many), `code-taken`; LinkError; RefusedError; the signal's reason.
   */
  makeCode(options?: MakeCodeOptions): Promise<CodeOffer>;
  /**
   * Uses a spoken code that somebody has told: each becomes a contact of the other.
   * Rejects with MessengerError `bad-code`, `bad-address`, `bad-name`, `not-allowed`, `no-such-code`, `code-wrong`, `code-ended`,
   * `code-taken`, `bad-card`; before anything was said, with LinkError or RefusedError; the signal's reason.
   */
  joinCode(code: string, options?: JoinOptions): Promise<ContactView>;
  /**
   * Makes an invite and publishes it at the own relay: whoever has the link can become a contact. Where the relay cannot be
   * had now, it is kept and published later (`isPublished`).
   * @throws MessengerError `not-allowed`, `not-confirmed`, `bad-name`, `too-long`; LinkError, RefusedError where the own
   *   relay has no pin in its address and cannot be asked
   */
  makeInvite(options?: InviteOptions): Promise<InviteView>;
  /** Oldest first, closed ones for a week longer. */
  invites(): InviteView[];
  /** Nobody can use it any more. @throws MessengerError `no-such-invite` */
  revokeInvite(id: number): Promise<void>;
  /**
   * Makes the owner of an invite a contact, and lets them know.
   * @throws MessengerError `bad-invite`, `invite-ended`, `invite-used`, `no-such-invite`, `bad-card`, `not-allowed`,
   *   `not-confirmed`, `name-taken`, `bad-name`; LinkError, RefusedError where the relay of the invite cannot be asked
   */
  acceptInvite(link: string, name?: string): Promise<ContactView>;
  contacts(): ContactView[];
  /** By name (letter case aside) or by fingerprint of one of the identities. */
  contact(nameOrFingerprint: string): ContactView | undefined;
  rename(contact: number, name: string): Promise<void>;
  removeContact(contact: number): Promise<void>;
  block(contact: number): Promise<void>;
  unblock(contact: number): Promise<void>;
  /** 60 digits that both sides see alike. Of several keys of a contact those count that have a confirmed device; where none has, all do. */
  safetyNumber(contact: number): string;
  /** @param number the one that was compared. @throws MessengerError `not-allowed` where it is another by now */
  setVerified(contact: number, verified: boolean, number?: string): Promise<void>;
  changes(contact: number): { readonly at: number; readonly kind: ChangeKind; readonly about: string }[];
  /** Where keys of a contact were found, by name. */
  sources(contact: number): SourceView[];
  /** Keeps what a source says now. @throws MessengerError `no-such-contact`; RangeError for what is no source */
  setSource(contact: number, source: SourceView): Promise<void>;
  removeSource(contact: number, source: string): Promise<void>;
  /** Takes a request as a contact, under a name. */
  accept(contact: number, name?: string): Promise<ContactView>;

  /** Keeps a text to be sent. @throws MessengerError `too-long`, `no-such-contact` */
  send(contact: number, text: string, options?: SendOptions): Promise<MessageView>;
  reply(contact: number, to: string, text: string, options?: SendOptions): Promise<MessageView>;
  /** An empty emoji takes the reaction back. */
  react(contact: number, id: string, emoji: string): Promise<void>;
  edit(contact: number, id: string, text: string): Promise<void>;
  /** For everybody who has it. */
  delete(contact: number, id: string): Promise<void>;
  sendFile(
    contact: number,
    file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
  ): Promise<MessageView>;
  /** Asks for the parts of an offered file. */
  acceptFile(contact: number, id: string): Promise<void>;
  cancelFile(contact: number, id: string): Promise<void>;
  /** The bytes of a complete file. */
  fileBytes(contact: number, id: string): Uint8Array;
  /** Up to `length` bytes of a complete file from `at` on, fewer at its end: only the parts they are in are read. */
  fileChunk(contact: number, id: string, at: number, length: number): Uint8Array;

  /**
   * The last lines of a conversation, oldest first: of all, or of those before a message; or the first ones after one.
   * @throws MessengerError `no-such-message`; RangeError for both
   */
  history(contact: number, options?: HistoryOptions): MessageView[];
  /** What others have said and nobody has seen, the oldest first. */
  unread(contact: number, limit: number): MessageView[];
  search(words: string, limit?: number): MessageView[];
  /** The one message whose id begins so. @throws MessengerError `no-such-message`: none, or more than one */
  find(idPrefix: string): MessageView;
  /** All of a conversation, or one message of it. @throws MessengerError `no-such-message` */
  markRead(contact: number, id?: string): Promise<void>;
  deliveries(contact: number, id: string): { readonly device: string; readonly state: DeliveryState }[];

  setRetention(contact: number, ms: number | undefined): Promise<void>;
  setTimer(contact: number, ms: number): Promise<void>;
  settings(): ReadonlyMap<string, string>;
  /** @throws RangeError for a setting that is not there, or a value it does not take */
  set(name: string, value: string): Promise<void>;

  /** Own devices, this one first. */
  devices(): DeviceView[];
  /** Takes a device onto the own list: its contacts hear of it from this one. @throws MessengerError `not-allowed` */
  confirmDevice(id: string, signer: Signer): Promise<void>;
  withdrawDevice(id: string, signer: Signer): Promise<void>;
  /** Replaces every key of this device; contacts hear of it. */
  renewDevice(signer: Signer): Promise<void>;
  /** The user accepts a device of a contact that no known device has confirmed. */
  acceptDevice(contact: number, id: string): Promise<void>;
  /** The user does not take it: it gets nothing, and waits no more. @throws MessengerError `not-allowed` */
  refuseDevice(contact: number, id: string): Promise<void>;
}
