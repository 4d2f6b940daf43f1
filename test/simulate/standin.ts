/**
 * A messenger of few means that keeps every promise of the real one, as far as one device a person goes; or, where it is
 * told to, breaks exactly one. It shows that a world can be lived in, and that each invariant can fail.
 */
import { fingerprint, type PublicKey, type Signer } from "@asfaleia/identity";
import { formatAddress } from "@asfaleia/protocol";
import {
  DEFAULT_DELAYS,
  type MessageView,
  MessengerError,
  type Profile,
} from "../../packages/client/test/internals.ts";
import type { Engine, Played } from "./person.ts";
import { joinCode, makeCode } from "./standincode.ts";
import { acceptInvite, inviteViews, makeInvite } from "./standininvite.ts";
import { type Bug, isOpen, Post, type PostOptions, peerOf } from "./standinpost.ts";
import {
  hex,
  type KeptLine,
  mailboxKey,
  readState,
  type StandInCard,
  type State,
  standInProfile,
  writeState,
} from "./standinstate.ts";

export function standIn(bug?: Bug): Engine {
  const signers = new Map<Profile, Signer>();
  return {
    newProfile: standInProfile,
    async init({ profile, environment: { random }, signer, relays, link }) {
      const seed = random.bytes(32);
      signers.set(profile, signer);
      const own = {
        device: hex(random.bytes(16)),
        identity: fingerprint(signer.publicKey),
        blob: hex(signer.publicKey.blob),
        box: hex(random.bytes(32)),
        relay: formatAddress(relays[0]!),
        mailbox: fingerprint(mailboxKey(hex(seed)).publicKey),
      };
      const state: State = {
        own,
        isConfirmed: link === undefined,
        seed: hex(seed),
        sent: 0,
        peers: [],
        lines: [],
        changes: [],
        parcels: [],
        seen: [],
        invites: [],
        answers: [],
      };
      profile.transaction(() => writeState(profile, state));
    },
    open: ({ profile, environment, delays }) =>
      new StandIn({ profile, environment, signers, bug, expireMs: (delays ?? DEFAULT_DELAYS).expireMs }),
    counts: (profile) => [
      { name: "parcels", count: readState(profile).parcels.filter(isOpen).length, most: 0 },
      { name: "marks", count: readState(profile).seen.length, most: 200 },
    ],
    secrets: (profile) => [{ name: "box", bytes: Buffer.from(readState(profile).own.box, "hex") }],
    holds: (profile, secrets) => {
      const all = JSON.stringify(readState(profile));
      return secrets.filter(({ bytes }) =>
        [hex(bytes), Buffer.from(bytes).toString("latin1")].some((it) => all.includes(it)),
      );
    },
    deviceOf: (profile) => readState(profile).own.device,
  };
}

class StandIn implements Played {
  readonly #post: Post;

  constructor(options: PostOptions) {
    this.#post = new Post(options);
  }

  start(): void {
    this.#post.start();
  }

  async close(): Promise<void> {
    this.#post.close();
  }

  async idle(): Promise<void> {}

  status(): ReturnType<Played["status"]> {
    const { own, isConfirmed, parcels } = this.#post.state;
    return {
      identity: own.identity,
      device: own.device,
      isConfirmed,
      listEnds: undefined,
      relays: [],
      requests: 0,
      isDiskShort: false,
      full: [],
      open: parcels
        .filter(isOpen)
        .map(({ content, contact, state }) => ({ id: content.id, contact, device: "", state })),
    };
  }

  card(): Uint8Array {
    return Buffer.from(JSON.stringify(this.#post.state.own));
  }

  async publish(): Promise<void> {}

  async addCard(card: Uint8Array, name?: string): Promise<ReturnType<Played["contacts"]>[number]> {
    const read: StandInCard = JSON.parse(Buffer.from(card).toString());
    const { id } = this.#post.keep((state) => {
      const peer = peerOf(state, read.identity, "contact", name);
      peer.state = "contact";
      if (!peer.cards.some(({ device }) => device === read.device)) peer.cards.push(read);
      return peer;
    });
    this.#post.pump();
    return this.#contact(id);
  }

  async addKeys(keys: readonly PublicKey[], name: string): Promise<ReturnType<Played["contacts"]>[number]> {
    const { id } = this.#post.keep((state) => peerOf(state, fingerprint(keys[0]!), "contact", name));
    return this.#contact(id);
  }

  async makeInvite(options: Parameters<Played["makeInvite"]>[0] = {}): ReturnType<Played["makeInvite"]> {
    const { id } = await makeInvite(this.#post, options);
    return this.invites().find((view) => view.id === id)!;
  }

  invites(): ReturnType<Played["invites"]> {
    return inviteViews(this.#post);
  }

  async revokeInvite(id: number): Promise<void> {
    this.#post.keep((state) => {
      const invite = state.invites.find((one) => one.id === id);
      if (invite !== undefined) invite.isRevoked = true;
    });
  }

  async acceptInvite(link: string): ReturnType<Played["acceptInvite"]> {
    return this.#contact(await acceptInvite(this.#post, link));
  }

  async makeCode(): ReturnType<Played["makeCode"]> {
    const { code, result } = await makeCode(this.#post);
    return { code, endsAt: 0, result: result.then((card) => this.#known(card.identity)) };
  }

  async joinCode(
    code: string,
    { relay = "" }: { readonly relay?: string } = {},
  ): ReturnType<Played["joinCode"]> {
    return this.#known((await joinCode(this.#post, code, relay)).identity);
  }

  contacts(): ReturnType<Played["contacts"]> {
    const { answers } = this.#post.state;
    const inviteOf = (identity: string) => {
      const state = answers.find((answer) => answer.identity === identity)?.state;
      return state === undefined || state === "worked" ? {} : { invite: state };
    };
    return this.#post.state.peers.map(({ id, name, identity, state, cards }) => ({
      ...inviteOf(identity),
      id,
      name,
      state,
      verified: false,
      identities: [identity],
      unread: 0,
      timerMs: 0,
      hasCard: cards.length > 0,
      lookups: 0,
      devices: cards.map(({ device }, at) => ({
        id: device,
        identity,
        state: at === 0 ? "confirmed" : "unconfirmed",
        isOwn: false,
      })),
    }));
  }

  async accept(contact: number): Promise<ReturnType<Played["contacts"]>[number]> {
    this.#post.keep((state) => {
      const peer = state.peers.find(({ id }) => id === contact)!;
      peer.state = "contact";
      const waiting = state.lines.filter((line) => line.contact === contact && !line.isOwn);
      this.#post.confirm(
        state,
        peer,
        waiting.map(({ content }) => content.id),
      );
    });
    this.#post.pump();
    return this.#contact(contact);
  }

  async send(contact: number, text: string): Promise<MessageView> {
    if (this.#post.bug === "throws") throw new TypeError("nothing of that kind");
    const content = this.#post.say(contact, "text", text);
    if (this.#post.bug === "forgets-own") this.#post.keep((state) => void state.lines.pop());
    return this.#view({ contact, content, isOwn: true });
  }

  reply(contact: number, _to: string, text: string): Promise<MessageView> {
    return this.send(contact, text);
  }

  async react(contact: number, id: string, emoji: string): Promise<void> {
    this.#post.say(contact, "react", emoji, id);
  }

  async edit(contact: number, id: string, text: string): Promise<void> {
    this.#post.say(contact, "edit", text, id);
  }

  async delete(contact: number, id: string): Promise<void> {
    this.#post.say(contact, "delete", "", id);
  }

  history(contact: number): MessageView[] {
    return this.#post.state.lines.filter((line) => line.contact === contact).map((line) => this.#view(line));
  }

  async markRead(): Promise<void> {}

  deliveries(contact: number, id: string): ReturnType<Played["deliveries"]> {
    const { parcels, peers } = this.#post.state;
    const device = peers.find((peer) => peer.id === contact)?.cards[0]?.device ?? "";
    return parcels.filter(({ content }) => content.id === id).map(({ state }) => ({ device, state }));
  }

  devices(): ReturnType<Played["devices"]> {
    const { device, identity } = this.#post.state.own;
    return [{ id: device, identity, state: "confirmed", isOwn: true }];
  }

  async confirmDevice(): Promise<void> {
    throw new MessengerError("not-allowed", "one device is all there is");
  }

  withdrawDevice(): Promise<void> {
    return this.confirmDevice();
  }

  #known(identity: string): ReturnType<Played["contacts"]>[number] {
    return this.contacts().find(({ identities }) => identities.includes(identity))!;
  }

  #contact(id: number): ReturnType<Played["contacts"]>[number] {
    return this.contacts().find((contact) => contact.id === id)!;
  }

  #view({ contact, content, isOwn }: KeptLine): MessageView {
    const { changes, peers } = this.#post.state;
    const by = changes.filter(({ to, from }) => to === content.id && from.device === content.from.device);
    const edits =
      this.#post.bug === "ignores-edits" && !isOwn ? [] : by.filter(({ kind }) => kind === "edit");
    const last = edits.toSorted((a, b) => a.n - b.n).at(-1);
    const deleted = by.some(({ kind }) => kind === "delete");
    return {
      id: content.id,
      contact,
      with: peers.find(({ id }) => id === contact)?.name ?? "",
      from: content.from.identity,
      isOwn,
      kind: "text",
      text: deleted ? "" : (last ?? content).text,
      at: 0,
      arrivedAt: 0,
      edited: last !== undefined,
      deleted,
      read: false,
      reactions: [],
    };
  }
}
