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
  | { readonly type: "file"; readonly contact: number; readonly file: FileView }
  | { readonly type: "connection"; readonly relay: string; readonly isUp: boolean };

export interface SendOptions {
  /** Makes it disappear on both sides this long after it is sent. Otherwise the conversation's timer counts. */
  readonly timerMs?: number;
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
  /** Pins SSH keys; their cards are looked up at the own relays from now on. */
  addKeys(keys: readonly PublicKey[], name: string): Promise<ContactView>;
  contacts(): ContactView[];
  /** By name (letter case aside) or by fingerprint of one of the identities. */
  contact(nameOrFingerprint: string): ContactView | undefined;
  rename(contact: number, name: string): Promise<void>;
  removeContact(contact: number): Promise<void>;
  block(contact: number): Promise<void>;
  unblock(contact: number): Promise<void>;
  /** 60 digits that both sides see alike. */
  safetyNumber(contact: number): string;
  setVerified(contact: number, verified: boolean): Promise<void>;
  changes(contact: number): { readonly at: number; readonly kind: ChangeKind; readonly about: string }[];
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
  /** The bytes of a complete file, or those from one offset to another. */
  fileBytes(contact: number, id: string, from?: number, to?: number): Uint8Array;

  /** The last lines of a conversation, oldest first. */
  history(contact: number, options?: { readonly limit?: number; readonly before?: string }): MessageView[];
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
}
