/** Invites at a relay that lies, and links from somebody who does (docs/threat-model.md). */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { type Link, LinkError, openLink } from "@asfaleia/client";
import { type Environment, MessengerError, type MessengerErrorCode } from "@asfaleia/client/messenger";
import { parseAddress } from "@asfaleia/protocol";
import {
  INVITE_SLOT,
  type Invite,
  inviteProof,
  mailboxSigner,
  makeInviteLink,
  openCard,
  openInvite,
  readInviteLink,
  sealInvite,
} from "../../packages/client/test/internals.ts";
import { startFakeRelay } from "../kit/fake-relay.ts";
import { environment, newPerson, newRelay, type Person } from "./kit.ts";
import { Puppet, post } from "./puppet.ts";

const LIMIT = { timeout: 30_000 };

interface Document {
  readonly slot: string;
  readonly document: Uint8Array;
}

/** A world whose relay answers a LOOKUP as it likes. */
function lyingWorld() {
  const world = {
    ...environment,
    lie: undefined as ((honest: Document[]) => Document[]) | undefined,
    dial: async (...args: Parameters<Environment["dial"]>): Promise<Link> => {
      const link = await environment.dial(...args);
      const lookup = link.lookup.bind(link);
      link.lookup = async (token, of) => {
        const honest = await lookup(token, of);
        return world.lie === undefined ? honest : (world.lie(honest) as typeof honest);
      };
      return link;
    },
  };
  return world;
}

async function fails(code: MessengerErrorCode, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => error instanceof MessengerError && error.code === code);
}

const signerOf = ({ profile }: Person, id: number) =>
  mailboxSigner(profile.mailboxes.get(profile.invites.get(id)!.mailbox)!.seed);

const salt = (): Uint8Array => new Uint8Array(randomBytes(32));

async function published(link: string): Promise<Document[]> {
  const invite = readInviteLink(link)!;
  const to = await openLink(invite.relay, { pinPrefix: invite.pinPrefix });
  try {
    return await to.lookup(await to.authenticate(mailboxSigner(salt())), invite.mailbox);
  } finally {
    to.close();
  }
}

async function world(t: TestContext) {
  const relay = await newRelay(t);
  const lying = lyingWorld();
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay, { environment: lying });
  return { relay, lying, alice, bob };
}

test("a relay cannot swap the document, nor make one up with the secret alone", LIMIT, async (t) => {
  const { lying, alice, bob } = await world(t);
  const { link } = await alice.messenger.makeInvite();
  const other = await alice.messenger.makeInvite();
  const invite = readInviteLink(link)!;
  const [honest] = await published(link);
  const [another] = await published(other.link);
  const opened = openInvite(honest!.document, invite);
  assert.equal(opened?.state, "open");
  const mallory = await newPerson(t, await newRelay(t));
  const forgedBy = (card: Uint8Array) =>
    sealInvite({ state: "open", at: 1, card }, invite, mailboxSigner(salt()), salt());
  const flipped = honest!.document.slice();
  flipped[5_000] = flipped[5_000]! ^ 1;
  const lies: Record<string, Document[]> = {
    nothing: [],
    "the document of another invite": [{ slot: INVITE_SLOT, document: another!.document }],
    "the right card, signed by somebody else": [{ slot: INVITE_SLOT, document: await forgedBy(opened.card) }],
    "another's card": [{ slot: INVITE_SLOT, document: await forgedBy(mallory.messenger.card()) }],
    "a card in the open": [{ slot: INVITE_SLOT, document: mallory.messenger.card() }],
    "a changed bit": [{ slot: INVITE_SLOT, document: flipped }],
    "another slot": [{ slot: "card-0123456789abcdef", document: honest!.document }],
    "that it was used, signed by somebody else": [
      {
        slot: INVITE_SLOT,
        document: await sealInvite({ state: "used", at: 1 }, invite, mailboxSigner(salt()), salt()),
      },
    ],
  };
  for (const [name, documents] of Object.entries(lies)) {
    lying.lie = () => documents;
    await t.test(name, () => fails("no-such-invite", bob.messenger.acceptInvite(link)));
  }
  assert.equal(bob.messenger.contacts().length, 1);
  lying.lie = (documents) => [...Object.values(lies).flat(), ...documents];
  await bob.messenger.acceptInvite(link, "alice");
  await alice.next("invite");
});

test(
  "a relay that goes on showing a used invite makes nobody a contact of the inviter's",
  LIMIT,
  async (t) => {
    const { relay, lying, alice, bob } = await world(t);
    const { link } = await alice.messenger.makeInvite({ uses: 2 });
    const old = await published(link);
    const card = openCard(openDocument(old, link).card, Date.now());
    for (let n = 0; n < 2; n++) {
      const puppet = new Puppet(relay.addresses[0]!);
      const invite = inviteProof(readInviteLink(link)!, puppet.key);
      await post(card, [await puppet.say(card, { kind: "hello", body: {} }, { invite })]);
      await alice.next("invite");
    }
    lying.lie = () => old;
    const { id } = await bob.messenger.acceptInvite(link, "alice");
    const { contact } = await bob.next("notice", ({ what }) => what === "invite-used");
    assert.equal(contact, id);
    assert.equal(alice.messenger.contacts().length, 3);
  },
);

function openDocument([found]: readonly Document[], link: string): { card: Uint8Array } {
  const document = openInvite(found!.document, readInviteLink(link)!);
  assert.equal(document?.state, "open");
  return document;
}

test("a card in an invite leads to the invite, or is refused", LIMIT, async (t) => {
  const { relay, lying, alice, bob } = await world(t);
  const { link, id } = await alice.messenger.makeInvite();
  const invite = readInviteLink(link)!;
  const sealed = async (card: Uint8Array): Promise<Document[]> => [
    {
      slot: INVITE_SLOT,
      document: await sealInvite({ state: "open", at: 1, card }, invite, signerOf(alice, id), salt()),
    },
  ];
  const puppet = new Puppet(relay.addresses[0]!);
  const elsewhere = await puppet.card({ relay: "asfaleia+unix:/run/user/1000/gnupg/S.gpg-agent" });
  for (const card of [alice.messenger.card(), await puppet.card(), elsewhere, new Uint8Array([1])]) {
    const documents = await sealed(card);
    lying.lie = () => documents;
    await fails("bad-card", bob.messenger.acceptInvite(link));
  }
  assert.equal(bob.messenger.contacts().length, 1);
});

/** The same invite, said to be at another relay. */
const movedTo = (invite: Invite, relay: Invite["relay"]): string => makeInviteLink({ ...invite, relay });

test("another relay than the link names hears nothing but a HELLO", LIMIT, async (t) => {
  const { alice, bob } = await world(t);
  const { link } = await alice.messenger.makeInvite();
  const other = await startFakeRelay({
    script: async (client) => {
      await client.greet();
      await client.gone();
    },
  });
  t.after(() => other.stop());
  const { fingerprint: _, ...place } = other.address;
  const opening = bob.messenger.acceptInvite(movedTo(readInviteLink(link)!, place));
  await assert.rejects(opening, (error) => error instanceof LinkError && error.code === "relay-key-changed");
  assert.equal(other.clients.length, 1);
  assert.equal(other.clients[0]?.unread, 0);
  assert.equal(bob.messenger.contacts().length, 1);
});

test("nor does it where the program's way to relays trusts anybody", LIMIT, async (t) => {
  const relay = await newRelay(t);
  const wrong = await newRelay(t);
  const asked: string[] = [];
  const trusting: Environment = {
    ...environment,
    dial: async (address, { signal, pinPrefix }) => {
      if (pinPrefix === undefined) return environment.dial(address, { signal });
      const { fingerprint: _, ...place } = parseAddress(wrong.addresses[0]!);
      const link = await openLink(place, { signal, trust: async () => {} });
      link.authenticate = () => {
        asked.push("to prove a key");
        return Promise.reject(new LinkError("closed"));
      };
      return link;
    },
  };
  const alice = await newPerson(t, relay);
  const { link } = await alice.messenger.makeInvite();
  const bob = await newPerson(t, relay, { environment: trusting });
  await assert.rejects(
    bob.messenger.acceptInvite(link),
    (error) => error instanceof LinkError && error.code === "relay-key-changed",
  );
  assert.deepEqual(asked, []);
});
