/** Invite links and documents: the vectors, what is written and read, and whatever is changed on the way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, parseAddress } from "@asfaleia/protocol";
import fc from "fast-check";
import { mailboxSigner } from "../../src/engine/mailboxkey.ts";
import { FormatError, type FormatErrorCode } from "../../src/format/errors.ts";
import {
  type Invite,
  inviteBinding,
  MAX_INVITE_CHARACTERS,
  MAX_LONG_INVITE_CHARACTERS,
  makeInviteLink,
  readInviteLink,
} from "../../src/format/invite.ts";
import {
  INVITE_DOCUMENT_BYTES,
  type InviteDocument,
  inviteProof,
  isInviteProof,
  openInvite,
  sealInvite,
} from "../../src/format/invitedocument.ts";
import { oraclePadded, oracleProof, oracleSealed } from "./inviteoracle.ts";
import { refuses } from "./refuses.ts";
import { fromBase64, fromHex, readVectors, toHex } from "./vectors.ts";

interface Scenario {
  readonly name: string;
  readonly link: string;
}

interface Good extends Scenario {
  readonly says: { readonly relay: string; pinPrefix: string; mailbox: string; secret: string; ends: number };
  readonly canonical?: string;
  readonly document?: string;
  readonly opens?: { readonly state: string; readonly at: number; readonly card?: string };
  readonly proof?: { readonly deviceKey: string; readonly proof: string };
}

interface Bad extends Scenario {
  readonly error: FormatErrorCode | null;
  readonly document?: string;
  readonly salt?: string;
  readonly inside?: string;
  readonly length?: number;
}

const invites = readVectors<Good>("invite-good.json");
const refused = readVectors<Bad>("invite-bad.json");

const words = ({ relay, pinPrefix, mailbox, secret, ends }: Invite): Good["says"] => ({
  relay: formatAddress(relay),
  pinPrefix: toHex(pinPrefix),
  mailbox,
  secret: toHex(secret),
  ends,
});

for (const { name, link, says, canonical = link, document, opens, proof } of invites) {
  test(`invite: ${name}`, () => {
    const invite = readInviteLink(link);
    assert.ok(invite);
    assert.deepEqual(words(invite), says);
    assert.equal(makeInviteLink(invite), canonical);
    if (document !== undefined) {
      const opened = openInvite(fromBase64(document), invite);
      assert.deepEqual(opened?.state === "open" ? { ...opened, card: toHex(opened.card) } : opened, opens);
    }
    if (proof !== undefined) assert.equal(toHex(inviteProof(invite, fromHex(proof.deviceKey))), proof.proof);
  });
}

for (const { name, link, document, salt, inside, length, error } of refused) {
  test(`no invite: ${name}`, async () => {
    let read: () => unknown = () => readInviteLink(link);
    if (document !== undefined || inside !== undefined) {
      const invite = readInviteLink(link)!;
      const bytes =
        document === undefined ? await sealedAs(invite, salt!, inside!, length!) : fromBase64(document);
      read = () => openInvite(bytes, invite);
    }
    if (error === null) assert.equal(read(), undefined);
    else await refuses(read, error);
  });
}

async function sealedAs(invite: Invite, salt: string, inside: string, length: number): Promise<Uint8Array> {
  const plaintext = oraclePadded(fromHex(inside), length);
  const box = await oracleSealed(invite.secret, fromHex(salt), inviteBinding(invite), plaintext);
  return new Uint8Array(Buffer.concat([Uint8Array.of(1), fromHex(salt), box]));
}

test("the vectors are many, and each has its own name", () => {
  assert.ok(invites.length >= 10);
  assert.ok(refused.length >= 30);
  assert.equal(
    new Set(refused.map(({ name, document, inside }) => `${name}${document}${inside}`)).size,
    refused.length,
  );
});

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const fingerprint = exactly(32).map(
  (hash) => `SHA256:${Buffer.from(hash).toString("base64").replace(/=+$/, "")}`,
);
const label = fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/);
const host = fc.oneof(
  fc.tuple(label, label, label).map((labels) => labels.join(".")),
  fc.stringMatching(/^[a-z2-7]{55}d$/).map((name) => `${name}.onion`),
  fc.ipV4(),
  fc.ipV6().map((address) => address.toLowerCase()),
);
const relay = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      transport: fc.constant("tcp" as const),
      host,
      port: fc.integer({ min: 1, max: 65535 }),
    }),
  },
  { weight: 1, arbitrary: label.map((name) => ({ transport: "unix" as const, path: `/run/${name}/i` })) },
);
const PLAIN = { noNullPrototype: true } as const;
const anyInvite: fc.Arbitrary<Invite> = fc.record(
  {
    relay: relay.map((address) => parseAddress(formatAddress(address))),
    pinPrefix: exactly(16),
    mailbox: fingerprint,
    secret: exactly(16),
    ends: fc.nat({ max: 0xffff_ffff }).map((minutes) => minutes * 60_000),
  },
  PLAIN,
);

test("a link is read as it was made, whatever white space pasting puts in, and is short", () => {
  fc.assert(
    fc.property(
      anyInvite,
      fc.nat(),
      fc.constantFrom(" ", "\n", "\r\n", "\t", "\n  "),
      (invite, place, space) => {
        const link = makeInviteLink(invite);
        const isLong = invite.relay.transport === "unix" || invite.relay.host.endsWith(".onion");
        assert.ok(link.length <= (isLong ? MAX_LONG_INVITE_CHARACTERS : MAX_INVITE_CHARACTERS), link);
        assert.match(link, /^[\x21-\x7e]+$/);
        const at = place % (link.length + 1);
        assert.deepEqual(readInviteLink(link.slice(0, at) + space + link.slice(at)), invite);
      },
    ),
  );
});

test("a changed link says something else, or nothing: never the same", () => {
  fc.assert(
    fc.property(anyInvite, fc.nat(), fc.stringMatching(/^[!-~]$/), (invite, place, character) => {
      const link = makeInviteLink(invite);
      const at = place % link.length;
      fc.pre(link[at] !== character);
      const changed = link.slice(0, at) + character + link.slice(at + 1);
      let read: Invite | undefined;
      try {
        read = readInviteLink(changed);
      } catch (error) {
        assert.ok(error instanceof FormatError);
      }
      assert.notDeepEqual(read, invite);
      if (read !== undefined) assert.equal(makeInviteLink(read), changed);
    }),
    { numRuns: 500 },
  );
});

test("any text at all is read or refused", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string().map((text) => `asfaleia://a/i#${text}`),
      ),
      (text) => {
        try {
          readInviteLink(text);
        } catch (error) {
          assert.ok(error instanceof FormatError);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test("what is no invite makes no link", async () => {
  const [invite] = fc.sample(anyInvite, 1) as [Invite];
  await refuses(() => makeInviteLink({ ...invite, secret: new Uint8Array(15) }), "malformed");
  await refuses(() => makeInviteLink({ ...invite, pinPrefix: new Uint8Array(17) }), "malformed");
  await refuses(() => makeInviteLink({ ...invite, mailbox: "SHA256:short" }), "malformed");
  await refuses(() => makeInviteLink({ ...invite, ends: 60_001 }), "malformed");
  await refuses(() => makeInviteLink({ ...invite, ends: 2 ** 32 * 60_000 }), "malformed");
  const long = parseAddress(`asfaleia://${"a".repeat(60)}.example.org`);
  await refuses(() => makeInviteLink({ ...invite, relay: long }), "too-large");
});

const SEED = new Uint8Array(32).fill(3);
const signer = mailboxSigner(SEED);
const MAILBOX = invites[0]!.says.mailbox;
const mine = (): Invite => readInviteLink(invites[0]!.link)!;
const anyDocument: fc.Arbitrary<InviteDocument> = fc.oneof(
  fc.record(
    {
      state: fc.constant("open" as const),
      at: fc.nat(),
      card: fc.uint8Array({ minLength: 1, maxLength: 12_288 }),
    },
    PLAIN,
  ),
  fc.record({ state: fc.constantFrom("used" as const, "ended" as const), at: fc.nat() }, PLAIN),
);

test("a document has one size, opens with its link alone, and to nobody who has changed a bit", async () => {
  const seed = fromHex("5e".repeat(32));
  await fc.assert(
    fc.asyncProperty(
      anyDocument,
      exactly(32),
      fc.nat(),
      fc.nat({ max: 7 }),
      async (document, salt, place, bit) => {
        const invite = mine();
        const sealed = await sealInvite(document, invite, mailboxSigner(seed), salt);
        assert.equal(sealed.length, INVITE_DOCUMENT_BYTES);
        assert.deepEqual(openInvite(sealed, invite), document);
        assert.equal(openInvite(sealed, { ...invite, secret: new Uint8Array(16) }), undefined);
        assert.equal(openInvite(sealed, { ...invite, ends: invite.ends + 60_000 }), undefined);
        assert.equal(openInvite(sealed, { ...invite, pinPrefix: new Uint8Array(16) }), undefined);
        const changed = sealed.slice();
        const at = place % changed.length;
        changed[at] = changed[at]! ^ (1 << bit);
        assert.equal(openInvite(changed, invite), undefined);
      },
    ),
    { numRuns: 30 },
  );
});

test("whoever has the link cannot put another document in the place of the inviter's", async () => {
  const invite = mine();
  assert.equal(invite.mailbox, MAILBOX);
  const forged = await sealInvite({ state: "used", at: 1 }, invite, signer, new Uint8Array(32));
  await refuses(() => openInvite(forged, invite), "wrong-key");
});

test("a proof is the device's own, and only who has the secret makes it", async () => {
  await fc.assert(
    fc.asyncProperty(
      exactly(16),
      fingerprint,
      exactly(33),
      exactly(33),
      async (secret, mailbox, key, other) => {
        const proof = inviteProof({ secret, mailbox }, key);
        assert.deepEqual(proof, await oracleProof(secret, mailbox, key));
        assert.ok(isInviteProof(proof, { secret, mailbox }, key));
        if (toHex(key) !== toHex(other)) assert.ok(!isInviteProof(proof, { secret, mailbox }, other));
        assert.ok(!isInviteProof(proof, { secret: secret.map((byte) => byte ^ 1), mailbox }, key));
        assert.ok(!isInviteProof(proof.subarray(1), { secret, mailbox }, key));
      },
    ),
    { numRuns: 30 },
  );
});
