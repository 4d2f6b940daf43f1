/** The parts of the engine, put together: what comes in, what goes out, and what time brings. */
import type { PublicKey } from "@asfaleia/identity";
import { fingerprint } from "@asfaleia/identity";
import type { Environment } from "../environment.ts";
import type { OwnMailbox, Profile } from "../profile/profile.ts";
import type { Delays } from "../rules/resend.ts";
import { sendReceipt } from "./acknowledge.ts";
import { AnswerLooks } from "./answerlooks.ts";
import { Cards } from "./cards.ts";
import { type Context, now, type OwnKeys } from "./context.ts";
import { Duties, type Duty } from "./duties.ts";
import { Events } from "./events.ts";
import { Fates } from "./fates.ts";
import { tellGaps } from "./gaps.ts";
import { Refusals } from "./guests.ts";
import { InvitePublisher } from "./invitepublish.ts";
import { dropInvites } from "./invites.ts";
import { Lanes } from "./lanes.ts";
import { Lookups } from "./lookups.ts";
import { changeMailboxes } from "./mailboxchanges.ts";
import { sendDue } from "./outbox.ts";
import { openOwnKeys } from "./ownkeys.ts";
import { Parts } from "./parts.ts";
import { Readers } from "./readers.ts";
import { receive } from "./receive.ts";
import { Room } from "./room.ts";
import { heardBoot } from "./rounds.ts";
import { expire, tidy } from "./tidy.ts";
import { Turns, TurnsClosed } from "./turns.ts";

export interface EngineOptions {
  readonly profile: Profile;
  readonly environment: Environment;
  readonly delays: Delays;
  readonly identity: PublicKey;
  /** Told when a link to a relay is up, with the run that it is in. */
  readonly onBoot: (relay: string, bootId: Uint8Array) => void;
  /** More that is to be done in its time. */
  readonly duties: readonly Duty[];
}

export class Engine implements Context {
  readonly profile: Profile;
  readonly environment: Environment;
  readonly delays: Delays;
  readonly identity: PublicKey;
  readonly fingerprint: string;
  readonly turns = new Turns();
  readonly events = new Events();
  readonly cards = new Cards();
  readonly room: Room;
  readonly readers: Readers;
  readonly invitePublisher: InvitePublisher;
  readonly answerLooks: AnswerLooks;
  readonly #refusals = new Refusals();
  readonly #parts: Parts;
  readonly #lanes: Lanes;
  readonly #fates: Fates;
  readonly #lookups: Lookups;
  readonly #duties: Duties;
  #keys: OwnKeys;
  #closing: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    const { profile, environment, delays, identity, onBoot, duties } = options;
    this.profile = profile;
    this.environment = environment;
    this.delays = delays;
    this.identity = identity;
    this.fingerprint = fingerprint(identity);
    this.#keys = ownKeys(profile);
    const boot = (relay: string, bootId: Uint8Array): void => {
      heardBoot(this, relay, bootId);
      this.invitePublisher.heardBoot(relay, bootId);
      onBoot(relay, bootId);
    };
    this.room = new Room(this);
    this.#parts = new Parts(this);
    this.#fates = new Fates(this);
    this.#lanes = new Lanes({ environment, onBoot: boot });
    this.#lookups = new Lookups(this);
    this.invitePublisher = new InvitePublisher(this);
    this.answerLooks = new AnswerLooks(this);
    this.readers = new Readers({
      context: this,
      receive: (mailbox, envelope) => this.#receive(mailbox, envelope),
      onBoot: boot,
    });
    this.#duties = new Duties(this, [
      { run: () => this.#follow() },
      { run: () => this.#send() },
      { run: () => this.#sendReceipts() },
      { run: () => this.#sendParts() },
      { run: () => this.#lookUp() },
      { run: () => this.invitePublisher.look() },
      { run: () => this.answerLooks.look() },
      { run: () => expire(this) },
      { run: () => this.room.look() },
      { run: () => dropInvites(this), isSlow: true },
      { run: () => this.invitePublisher.refresh(), isSlow: true },
      { run: () => changeMailboxes(this), isSlow: true },
      { run: () => this.#parts.askAgain(), isSlow: true },
      { run: () => tellGaps(this), isSlow: true },
      { run: () => tidy(this), isSlow: true },
      ...duties,
    ]);
  }

  get own(): OwnKeys["own"] {
    return this.#keys.own;
  }

  get devicePublicKey(): Uint8Array {
    return this.#keys.devicePublicKey;
  }

  get xwing(): OwnKeys["xwing"] {
    return this.#keys.xwing;
  }

  get sessions(): OwnKeys["sessions"] {
    return this.#keys.sessions;
  }

  /** The keys have been replaced. */
  reopenKeys(): void {
    this.#keys = ownKeys(this.profile);
  }

  start(): void {
    this.#duties.start();
  }

  wake(): void {
    this.#duties.wake();
  }

  async inTurn(work: () => void | Promise<void>): Promise<void> {
    try {
      await this.turns.take(work);
    } catch (error) {
      if (error instanceof TurnsClosed) return;
      // A disk that is full, a profile that is damaged, a mistake of ours: to go on would be to guess.
      this.events.fail(error);
      void this.close();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#duties.close();
    this.events.close();
    this.room.close();
    const busy = [this.readers, this.#lanes, this.#lookups, this.invitePublisher, this.answerLooks];
    await Promise.all(busy.map((each) => each.close()));
    await this.turns.close();
  }

  /**
   * Waits while the disk is short: until then the envelope stays at the relay, and those behind it.
   * Rejects where the envelope was not dealt with: then the messenger is closing, and it stays there too.
   */
  async #receive(mailbox: OwnMailbox, envelope: Uint8Array): Promise<void> {
    await this.room.open();
    let isDone = false;
    await this.inTurn(async () => {
      const refusal = await receive(this, this.#parts, mailbox, envelope);
      if (refusal !== undefined && this.#refusals.mayTell(mailbox.id))
        this.#lanes.push(refusal.route, refusal.parcel);
      isDone = true;
    });
    if (!isDone) throw new TurnsClosed();
  }

  #follow(): undefined {
    this.readers.follow();
    return undefined;
  }

  async #send(): Promise<number | undefined> {
    const isMore = await sendDue(this, this.#lanes, this.#fates.add);
    return isMore ? now(this) : this.profile.deliveries.nextAt();
  }

  async #sendReceipts(): Promise<number | undefined> {
    const isMore = await sendReceipt(this, this.#lanes);
    return isMore ? now(this) : this.profile.receipts.nextAt();
  }

  async #sendParts(): Promise<number | undefined> {
    const afterMs = await this.#parts.sendSome(this.#lanes);
    return afterMs === undefined ? undefined : now(this) + afterMs;
  }

  /** Looking up takes its time, and comes back by itself. */
  #lookUp(): number | undefined {
    const nextAt = this.profile.identities.nextLookupAt();
    if (nextAt === undefined || nextAt > now(this)) return nextAt;
    this.#lookups.begin();
    return undefined;
  }
}

function ownKeys(profile: Profile): OwnKeys {
  const own = profile.own.get();
  if (own === undefined) throw new Error("a profile that was not initialised");
  return openOwnKeys(profile, own);
}
