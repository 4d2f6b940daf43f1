/** The messenger over one profile: its public face, with each method one turn of the engine. */
import { type PublicKey, publicKeyFromBlob, type Signer } from "@asfaleia/identity";
import {
  type CodeOffer,
  type ContactView,
  type DeviceView,
  type HistoryOptions,
  type InviteOptions,
  type InviteView,
  type JoinOptions,
  type MakeCodeOptions,
  type MessageView,
  type Messenger,
  MessengerError,
  type MessengerEvent,
  type MessengerOptions,
  type SendOptions,
  type SourceView,
  type Status,
} from "../messenger.ts";
import type { ChangeKind, DeliveryState, FileTransfer, Message } from "../profile/profile.ts";
import { DEFAULT_DELAYS } from "../rules/resend.ts";
import { acceptInvite } from "./answers.ts";
import { Codes } from "./codes.ts";
import { keep, now, type Tell } from "./context.ts";
import { Engine } from "./engine.ts";
import { fileChunk } from "./filebytes.ts";
import { fileOf, findMessage, messageOf } from "./find.ts";
import { introduce } from "./introductions.ts";
import { inviteViews, makeInvite, revokeInvite } from "./invites.ts";
import { frontCard } from "./owncard.ts";
import { confirmOwnDevice, ownDeviceViews, refreshList, withdrawOwnDevice } from "./owndevices.ts";
import {
  accept,
  acceptDevice,
  addCard,
  addKeys,
  block,
  contactOf,
  findContact,
  refuseDevice,
  removeContact,
  removeSome,
  rename,
  safetyNumberOf,
  setVerified,
  unblock,
} from "./people.ts";
import { Publisher } from "./publish.ts";
import { readMessages } from "./receipts.ts";
import { renewOwnDevice } from "./renew.ts";
import { acceptFile, cancelFile, change, sayFile, saySomething, setTimer } from "./sayings.ts";
import { checkSetting, delaysOf } from "./settings.ts";
import { setSource } from "./sources.ts";
import { statusOf } from "./status.ts";
import { TurnsClosed } from "./turns.ts";
import { contactView, messageView } from "./views.ts";

/** Lines of a history, where nobody says how many. */
const HISTORY_LINES = 50;
const SEARCH_HITS = 50;

/**
 * Opens the messenger of a profile that `initProfile` has made.
 * @throws Error where it was not
 */
export function openMessenger(options: MessengerOptions): Messenger {
  return new OpenMessenger(options);
}

class OpenMessenger implements Messenger {
  readonly #engine: Engine;
  readonly #publisher: Publisher;
  readonly #codes: Codes;
  #isClosed = false;

  constructor({ profile, environment, delays, publisher }: MessengerOptions) {
    const own = profile.own.get();
    if (own === undefined) throw new Error("a profile that was not initialised");
    this.#engine = new Engine({
      profile,
      environment,
      delays: delaysOf(profile, delays ?? DEFAULT_DELAYS),
      identity: publicKeyFromBlob(own.identity),
      onBoot: (relay, bootId) => void this.#publisher.heardBoot(relay, bootId),
      duties: [{ run: () => this.#publisher.look(), isSlow: true }],
    });
    this.#publisher = new Publisher(this.#engine, publisher);
    this.#codes = new Codes(this.#engine);
  }

  start(): void {
    this.#expectOpen();
    this.#engine.start();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#publisher.close(), this.#codes.close(), this.#engine.close()]);
  }

  idle(): Promise<void> {
    return this.#engine.turns.quiet();
  }

  events({ signal }: { readonly signal?: AbortSignal } = {}): AsyncIterable<MessengerEvent> {
    return this.#engine.events.read(signal);
  }

  status(): Status {
    this.#expectOpen();
    return statusOf(this.#engine);
  }

  card(): Uint8Array {
    this.#expectOpen();
    return frontCard(this.#engine);
  }

  async publish(signer: Signer): Promise<void> {
    await this.#open(() => refreshList(this.#engine, signer));
    await this.#publisher.publish(signer);
  }

  addCard(card: Uint8Array, name?: string): Promise<ContactView> {
    return this.#keep((tell) => contactView(this.#engine, addCard(this.#engine, tell, card, name)));
  }

  addKeys(
    keys: readonly PublicKey[],
    name: string,
    source?: Pick<SourceView, "source" | "fingerprints">,
  ): Promise<ContactView> {
    return this.#keep((tell) => {
      const contact = addKeys(this.#engine, tell, keys, name);
      if (source !== undefined) setSource(this.#engine, contact, { ...source, checkedAt: now(this.#engine) });
      return contactView(this.#engine, contact);
    });
  }

  async makeInvite(options: InviteOptions = {}): Promise<InviteView> {
    const view = await this.#open(() => makeInvite(this.#engine, options));
    this.#expectOpen();
    return view;
  }

  invites(): InviteView[] {
    this.#expectOpen();
    return inviteViews(this.#engine);
  }

  revokeInvite(id: number): Promise<void> {
    return this.#keep(() => revokeInvite(this.#engine, id));
  }

  async acceptInvite(link: string, name?: string): Promise<ContactView> {
    const { signal } = this.#engine.answerLooks;
    const contact = await this.#open(() => acceptInvite(this.#engine, link, name, signal));
    return contactView(this.#engine, contactOf(this.#engine, contact));
  }

  sources(contact: number): SourceView[] {
    this.#expectOpen();
    return this.#engine.profile.sources.ofContact(contact).map(({ contact: _, ...source }) => source);
  }

  setSource(contact: number, source: SourceView): Promise<void> {
    return this.#keep(() => setSource(this.#engine, contactOf(this.#engine, contact), source));
  }

  removeSource(contact: number, source: string): Promise<void> {
    return this.#keep(() => this.#engine.profile.sources.remove(contact, source));
  }

  contacts(): ContactView[] {
    this.#expectOpen();
    return this.#engine.profile.contacts.all().map((contact) => contactView(this.#engine, contact));
  }

  contact(nameOrFingerprint: string): ContactView | undefined {
    this.#expectOpen();
    const contact = findContact(this.#engine, nameOrFingerprint);
    return contact === undefined ? undefined : contactView(this.#engine, contact);
  }

  makeCode(options: MakeCodeOptions = {}): Promise<CodeOffer> {
    return this.#open(() => this.#codes.make(options));
  }

  joinCode(code: string, options: JoinOptions = {}): Promise<ContactView> {
    return this.#open(() => this.#codes.join(code, options));
  }

  rename(contact: number, name: string): Promise<void> {
    return this.#keep(() => {
      rename(this.#engine, contactOf(this.#engine, contact), name);
      introduce(this.#engine, contactOf(this.#engine, contact));
    });
  }

  async removeContact(contact: number): Promise<void> {
    const isMore = (): boolean => removeSome(this.#engine, contactOf(this.#engine, contact));
    while (await this.#keep(isMore));
    await this.#keep(() => removeContact(this.#engine, contactOf(this.#engine, contact)));
  }

  block(contact: number): Promise<void> {
    return this.#keep((tell) => block(this.#engine, tell, contactOf(this.#engine, contact)));
  }

  unblock(contact: number): Promise<void> {
    return this.#keep((tell) => unblock(this.#engine, tell, contactOf(this.#engine, contact)));
  }

  safetyNumber(contact: number): string {
    this.#expectOpen();
    return safetyNumberOf(this.#engine, contactOf(this.#engine, contact));
  }

  setVerified(contact: number, verified: boolean, number?: string): Promise<void> {
    return this.#keep((tell) =>
      setVerified(this.#engine, tell, contactOf(this.#engine, contact), verified, number),
    );
  }

  changes(contact: number): { readonly at: number; readonly kind: ChangeKind; readonly about: string }[] {
    this.#expectOpen();
    return this.#engine.profile.changes.of(contact).map(({ at, kind, about }) => ({ at, kind, about }));
  }

  accept(contact: number, name?: string): Promise<ContactView> {
    return this.#keep(() => {
      accept(this.#engine, contactOf(this.#engine, contact), name);
      return contactView(this.#engine, contactOf(this.#engine, contact));
    });
  }

  send(contact: number, text: string, options: SendOptions = {}): Promise<MessageView> {
    return this.#keep(() =>
      this.#view(
        saySomething(
          this.#engine,
          contactOf(this.#engine, contact),
          { kind: "text", body: { text } },
          options,
        ),
      ),
    );
  }

  reply(contact: number, to: string, text: string, options: SendOptions = {}): Promise<MessageView> {
    return this.#keep(() => {
      const body = { to: this.#message(contact, to).id, text };
      return this.#view(
        saySomething(this.#engine, contactOf(this.#engine, contact), { kind: "reply", body }, options),
      );
    });
  }

  react(contact: number, id: string, emoji: string): Promise<void> {
    return this.#change(contact, id, (to) => ({ kind: "reaction", body: { to, emoji } }));
  }

  edit(contact: number, id: string, text: string): Promise<void> {
    return this.#change(contact, id, (to) => ({ kind: "edit", body: { to, text } }));
  }

  delete(contact: number, id: string): Promise<void> {
    return this.#change(contact, id, (to) => ({ kind: "deletion", body: { to } }));
  }

  sendFile(
    contact: number,
    file: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
  ): Promise<MessageView> {
    return this.#keep(() => this.#view(sayFile(this.#engine, contactOf(this.#engine, contact), file)));
  }

  acceptFile(contact: number, id: string): Promise<void> {
    return this.#keep((tell) =>
      acceptFile(this.#engine, tell, contactOf(this.#engine, contact), this.#file(contact, id)),
    );
  }

  cancelFile(contact: number, id: string): Promise<void> {
    return this.#keep((tell) =>
      cancelFile(this.#engine, tell, contactOf(this.#engine, contact), this.#file(contact, id)),
    );
  }

  fileBytes(contact: number, id: string): Uint8Array {
    this.#expectOpen();
    const file = this.#file(contact, id);
    return fileChunk(this.#engine, file, 0, file.size);
  }

  fileChunk(contact: number, id: string, at: number, length: number): Uint8Array {
    this.#expectOpen();
    return fileChunk(this.#engine, this.#file(contact, id), at, length);
  }

  history(contact: number, { limit = HISTORY_LINES, before, after }: HistoryOptions = {}): MessageView[] {
    this.#expectOpen();
    if (before !== undefined && after !== undefined)
      throw new RangeError("a page is before one message, or after one");
    const { messages } = this.#engine.profile;
    const rowOf = (id: string): number => this.#message(contact, id).row;
    const page =
      after === undefined
        ? messages.last(contact, limit, before === undefined ? undefined : rowOf(before))
        : messages.following(contact, limit, rowOf(after));
    return page.map((message) => this.#view(message));
  }

  unread(contact: number, limit: number): MessageView[] {
    this.#expectOpen();
    return this.#engine.profile.messages.unread(contact, limit).map((message) => this.#view(message));
  }

  search(words: string, limit = SEARCH_HITS): MessageView[] {
    this.#expectOpen();
    return this.#engine.profile.messages.search(words, limit).map((message) => this.#view(message));
  }

  find(idPrefix: string): MessageView {
    this.#expectOpen();
    return this.#view(findMessage(this.#engine, idPrefix));
  }

  markRead(contact: number, id?: string): Promise<void> {
    return this.#keep(() => {
      const only = id === undefined ? undefined : this.#message(contact, id).id;
      readMessages(this.#engine, contactOf(this.#engine, contact), only);
    });
  }

  deliveries(contact: number, id: string): { readonly device: string; readonly state: DeliveryState }[] {
    this.#expectOpen();
    const { deliveries } = this.#engine.profile;
    const ofMessage = deliveries.ofContent(contact, this.#message(contact, id).id);
    return ofMessage.map(({ device, state }) => ({ device, state }));
  }

  setRetention(contact: number, ms: number | undefined): Promise<void> {
    return this.#keep(() => {
      if (ms !== undefined && !(Number.isSafeInteger(ms) && ms >= 0))
        throw new RangeError("a retention is a number of milliseconds");
      this.#engine.profile.contacts.update(contactOf(this.#engine, contact).id, { retentionMs: ms });
    });
  }

  setTimer(contact: number, ms: number): Promise<void> {
    return this.#keep(() => setTimer(this.#engine, contactOf(this.#engine, contact), ms));
  }

  settings(): ReadonlyMap<string, string> {
    this.#expectOpen();
    return this.#engine.profile.settings.all();
  }

  async set(name: string, value: string): Promise<void> {
    checkSetting(name, value);
    await this.#keep(() => this.#engine.profile.settings.set(name, value));
  }

  devices(): DeviceView[] {
    this.#expectOpen();
    return ownDeviceViews(this.#engine);
  }

  confirmDevice(id: string, signer: Signer): Promise<void> {
    return this.#open(() => confirmOwnDevice(this.#engine, id, signer));
  }

  withdrawDevice(id: string, signer: Signer): Promise<void> {
    return this.#open(() => withdrawOwnDevice(this.#engine, id, signer));
  }

  renewDevice(signer: Signer): Promise<void> {
    return this.#open(() => renewOwnDevice(this.#engine, signer));
  }

  acceptDevice(contact: number, id: string): Promise<void> {
    return this.#keep((tell) => acceptDevice(this.#engine, tell, contactOf(this.#engine, contact), id));
  }

  refuseDevice(contact: number, id: string): Promise<void> {
    return this.#keep((tell) => refuseDevice(this.#engine, tell, contactOf(this.#engine, contact), id));
  }

  #change(
    contact: number,
    id: string,
    saying: (to: Uint8Array) => Parameters<typeof change>[3],
  ): Promise<void> {
    return this.#keep((tell) =>
      change(this.#engine, tell, contactOf(this.#engine, contact), saying(this.#message(contact, id).id)),
    );
  }

  #keep<T>(work: (tell: Tell) => T): Promise<T> {
    return this.#turn(() => keep(this.#engine, work));
  }

  #turn<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#open(() => this.#engine.turns.take(work));
  }

  /** Whatever is begun while the messenger closes ends with `closed`. */
  async #open<T>(work: () => Promise<T>): Promise<T> {
    this.#expectOpen();
    try {
      return await work();
    } catch (error) {
      throw error instanceof TurnsClosed ? closed() : error;
    }
  }

  #expectOpen(): void {
    if (this.#isClosed) throw closed();
  }

  #view(message: Message): MessageView {
    return messageView(this.#engine, message);
  }

  #message(contact: number, id: string): Message {
    return messageOf(this.#engine, contact, id);
  }

  #file(contact: number, id: string): FileTransfer {
    return fileOf(this.#engine, contact, id);
  }
}

function closed(): MessengerError {
  return new MessengerError("closed", "the messenger is closed");
}
