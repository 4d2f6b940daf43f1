/** The stand-in's way in and out: what it sends until it is confirmed, and what it takes in from its mailbox. */
import { fingerprint, type Signer } from "@asfaleia/identity";
import { parseAddress } from "@asfaleia/protocol";
import type { Environment, Link, Profile } from "../../packages/client/test/internals.ts";
import { Killed } from "./life.ts";
import { dropInvites, endAnswer, takeAnswer, takeGuest } from "./standininvite.ts";
import {
  type Content,
  hex,
  mailboxKey,
  type Parcel,
  type Peer,
  readState,
  type StandInCard,
  type State,
  seal,
  unseal,
  writeState,
} from "./standinstate.ts";

/** A promise of invites and codes to break. */
export type MeetingBug =
  | "overuses"
  | "lets-in"
  | "promises"
  | "guesses-again"
  | "leaves-hanging"
  | "remembers"
  | "remembers-own";

/** A promise to break. */
export type Bug =
  | MeetingBug
  | "throws"
  | "forgets-own"
  | "confirms-unkept"
  | "shows-twice"
  | "shows-anew"
  | "disorders"
  | "invents"
  | "ignores-edits"
  | "sends-plain"
  | "sends-alike"
  | "signs-in"
  | "hoards";

const SECOND = 1000;
const FIRST_RETRY_MS = 600 * SECOND;
const MOST_RETRY_MS = 48 * 3600 * SECOND;
const REDIAL_MS = 60 * SECOND;
const WINDOW = 64;

export interface PostOptions {
  readonly profile: Profile;
  readonly environment: Environment;
  readonly signers: ReadonlyMap<Profile, Signer>;
  readonly expireMs: number;
  readonly bug: Bug | undefined;
}

export class Post {
  readonly bug: Bug | undefined;
  readonly #profile: Profile;
  readonly #environment: Environment;
  readonly #signer: Signer | undefined;
  readonly #expireMs: number;
  readonly #closing = new AbortController();
  readonly #sending = new Set<string>();
  #cancel: (() => void) | undefined;
  #lastEnvelope: Uint8Array | undefined;

  constructor({ profile, environment, signers, expireMs, bug }: PostOptions) {
    this.#profile = profile;
    this.#environment = environment;
    // A life hands out a guarded profile of its own: the signer is found by what is in it.
    const { identity } = readState(profile).own;
    this.#signer = [...signers.values()].find(({ publicKey }) => fingerprint(publicKey) === identity);
    this.bug = bug;
    this.#expireMs = expireMs;
  }

  start(): void {
    this.#read().catch(unlessKilled);
    dropInvites(this);
    this.pump();
  }

  close(): void {
    this.#cancel?.();
    this.#closing.abort();
  }

  get environment(): Environment {
    return this.#environment;
  }

  get state(): State {
    return readState(this.#profile);
  }

  keep<T>(work: (state: State) => T): T {
    return this.#profile.transaction(() => {
      const state = readState(this.#profile);
      const result = work(state);
      writeState(this.#profile, state);
      return result;
    });
  }

  say(contact: number, kind: Content["kind"], text: string, to = ""): Content {
    const content = this.keep((state) => {
      const said = this.#compose(state, kind, text, to);
      this.#add(state, contact, said);
      if (kind === "text") state.lines.push({ contact, isOwn: true, content: said });
      else state.changes.push(said);
      return said;
    });
    this.pump();
    return content;
  }

  #compose(
    state: State,
    kind: Content["kind"],
    text: string,
    to: string,
    ids: readonly string[] = [],
  ): Content {
    const id = hex(this.#environment.random.bytes(16));
    state.sent++;
    return { id, n: state.sent, kind, text, to, ids, from: state.own };
  }

  #add(state: State, contact: number, content: Content): void {
    const now = this.#environment.clock.now();
    state.parcels.push({
      contact,
      content,
      state: "queued",
      attempts: 0,
      nextAt: now,
      expiresAt: now + this.#expireMs,
    });
  }

  /** Somebody's card came by a way that is trusted. */
  befriend(state: State, card: StandInCard): Peer {
    const peer = peerOf(state, card.identity, "contact");
    peer.state = "contact";
    if (peer.cards.length === 0) peer.cards.push(card);
    return peer;
  }

  /** Says something of its own, also to who is no contact. */
  address(
    state: State,
    card: StandInCard,
    saying: Pick<Content, "kind" | "text">,
    ids: readonly string[] = [],
  ): void {
    const content = this.#compose(state, saying.kind, saying.text, "", ids);
    const contact = state.peers.find(({ identity }) => identity === card.identity)?.id ?? 0;
    this.#add(state, contact, content);
    state.parcels.push({ ...state.parcels.pop()!, card });
  }

  /** Nobody confirms a receipt: it is sent once. */
  confirm(state: State, { id }: Peer, ids: readonly string[]): void {
    if (ids.length > 0) this.#add(state, id, this.#compose(state, "receipt", "", "", ids));
  }

  async #read(): Promise<void> {
    const { clock, dial } = this.#environment;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      let link: Link | undefined;
      try {
        const { own, seed } = this.state;
        link = await dial(parseAddress(own.relay), { signal });
        const token = await link.authenticate(mailboxKey(seed));
        const { messages } = await link.subscribe(token, WINDOW);
        for await (const { id, envelope } of messages) {
          this.#receive(envelope);
          await link.ack(token, [id]);
        }
      } catch {
        // Whatever it was: what was not acknowledged comes again.
      }
      link?.close();
      if (!signal.aborted) await new Promise<void>((resolve) => void clock.after(REDIAL_MS, resolve));
    }
  }

  #receive(envelope: Uint8Array): void {
    const content = unseal(envelope, this.state.own.box);
    if (content === undefined) return;
    this.keep((state) => this.#take(state, content));
    this.pump();
  }

  #take(state: State, content: Content): void {
    const { from, kind, id, ids } = content;
    if (from.identity === state.own.identity) return;
    if (kind === "guest") {
      takeGuest(this, state, content);
      return;
    }
    const peer = peerOf(state, from.identity, "request");
    if (peer.cards.length === 0) peer.cards.push(from);
    if (peer.cards[0]?.device !== from.device) return;
    if (kind === "receipt") {
      for (const parcel of state.parcels) if (ids.includes(parcel.content.id)) parcel.state = "delivered";
      if (content.text !== "") takeAnswer(this, state, content);
      return;
    }
    const isAgain = state.seen.includes(id);
    if (!isAgain || this.bug === "hoards")
      state.seen.push(...Array(this.bug === "hoards" ? 1000 : 1).fill(id));
    const isUnkept = this.bug === "confirms-unkept" && kind === "text";
    if (peer.state === "contact") this.confirm(state, peer, [id]);
    if (isUnkept || (isAgain && this.bug !== "shows-twice")) return;
    if (kind === "text") this.#addLine(state, peer, content);
    else state.changes.push(content);
  }

  #addLine(state: State, { id: contact }: Peer, content: Content): void {
    const line = { contact, isOwn: false, content };
    if (this.bug === "invents") line.content = { ...content, text: "who knows what" };
    if (this.bug === "shows-anew")
      state.lines.push({ ...line, content: { ...content, id: `${content.id}again` } });
    const later = state.lines.findIndex(
      (other) => other.content.from.device === content.from.device && other.content.n > content.n,
    );
    if (this.bug === "disorders") state.lines.unshift(line);
    else if (later < 0) state.lines.push(line);
    else state.lines.splice(later, 0, line);
  }

  /** Sends what is due, and looks again when something will be. */
  pump(): void {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    this.#giveUp();
    const { parcels, peers } = this.state;
    const { clock } = this.#environment;
    for (const parcel of parcels) {
      const card = parcel.card ?? peers.find(({ id }) => id === parcel.contact)?.cards[0];
      if (card !== undefined && isOpen(parcel) && parcel.nextAt <= clock.now())
        this.#send(parcel, card).catch(unlessKilled);
    }
    this.#cancel?.();
    const open = parcels.filter((parcel) => isOpen(parcel) && !this.#sending.has(parcel.content.id));
    const next = Math.min(
      ...open.map(({ nextAt, expiresAt }) => (nextAt > clock.now() ? nextAt : expiresAt)),
    );
    if (open.length > 0) this.#cancel = clock.after(next - clock.now() + 1, () => this.pump());
  }

  #giveUp(): void {
    const now = this.#environment.clock.now();
    if (!this.state.parcels.some((parcel) => isOpen(parcel) && parcel.expiresAt <= now)) return;
    this.keep((state) => {
      for (const parcel of state.parcels) {
        if (!isOpen(parcel) || parcel.expiresAt > now) continue;
        parcel.state = "expired";
        if (parcel.content.kind === "guest") endAnswer(this, state, parcel.card?.identity);
      }
    });
  }

  async #send({ content }: Parcel, card: StandInCard): Promise<void> {
    const { id, kind } = content;
    if (this.#sending.has(id)) return;
    this.#sending.add(id);
    let link: Link | undefined;
    let isTaken = false;
    try {
      const { dial, random } = this.#environment;
      link = await dial(parseAddress(card.relay), { signal: this.#closing.signal });
      const own = this.bug === "signs-in" ? this.#signer : undefined;
      const token = await link.authenticate(own ?? mailboxKey(hex(random.bytes(32))));
      await link.send(token, card.mailbox, this.#envelope(content, card));
      isTaken = true;
    } catch {
      // It goes again, until its time is over.
    }
    link?.close();
    if (this.#closing.signal.aborted) return;
    this.#sending.delete(id);
    this.keep((state) => {
      const parcel = state.parcels.find((one) => one.content.id === id);
      if (parcel === undefined || !isOpen(parcel)) return;
      parcel.attempts++;
      if (isTaken) parcel.state = kind === "receipt" ? "delivered" : "at-relay";
      parcel.nextAt =
        this.#environment.clock.now() + Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** parcel.attempts);
    });
    this.pump();
  }

  #envelope(content: Content, { box }: StandInCard): Uint8Array {
    if (this.bug === "sends-plain") return Buffer.from(JSON.stringify(content).padEnd(4096));
    const envelope = seal(content, box, this.#environment.random.bytes(12));
    if (this.bug !== "sends-alike") return envelope;
    this.#lastEnvelope ??= envelope;
    return this.#lastEnvelope;
  }
}

/** Known, or as new with a state. */
export function peerOf(state: State, identity: string, as: Peer["state"], name?: string): Peer {
  const known = state.peers.find((peer) => peer.identity === identity);
  if (known !== undefined) return known;
  const id = state.peers.length + 1;
  const peer: Peer = { id, name: name ?? `request ${id}`, identity, state: as, cards: [] };
  state.peers.push(peer);
  return peer;
}

/** The dead leave their promises behind, and the test runner would take each for a failure. */
function unlessKilled(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}

export function isOpen({ state }: Parcel): boolean {
  return state === "queued" || state === "at-relay";
}
