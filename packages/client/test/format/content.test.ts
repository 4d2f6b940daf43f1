/** docs/messaging.md, "Contents". */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Bodies,
  type Content,
  type ContentKind,
  decodeBody,
  decodeContent,
  decodePlaintext,
  encodeBody,
  encodeContent,
  encodePlaintext,
  type Hello,
  isCounted,
  MAX_CONTENT_BYTES,
  MAX_PART_BYTES,
  MAX_TEXT_BYTES,
} from "../../src/format/content.ts";
import { capacityOf, ENVELOPE_SIZES } from "../../src/format/envelope.ts";
import { kept, newPair } from "../session/party.ts";
import { MAILBOX, NOW } from "./people.ts";
import { refuses, turned, unlessRefused } from "./refuses.ts";

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const id = exactly(16);
const hash = exactly(32);
const some = fc.uint8Array({ minLength: 1, maxLength: 100 });
const said = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
const name = fc.stringMatching(/^[a-zA-Z\u{1f431} ]{1,32}$/u);
const fileName = fc.stringMatching(/^[a-z][a-z.-]{0,60}[a-z]$/);
const time = fc.nat({ max: 8_640_000_000_000_000 });
const index = fc.nat({ max: 1000 });
const range = fc.tuple(index, index).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);

const BODIES: { readonly [K in ContentKind]: fc.Arbitrary<Bodies[K]> } = {
  text: fc.record({ text: said }),
  reply: fc.record({ to: id, text: said }),
  reaction: fc.record({ to: id, emoji: fc.constantFrom("", "\u{1f44d}", "\u{1f469}\u200d\u{1f4bb}") }),
  edit: fc.record({ to: id, text: said }),
  deletion: fc.record({ to: id }),
  offer: fc.record(
    {
      file: id,
      name: fileName,
      type: fc.constantFrom("image/png", "text/plain; charset=utf-8"),
      size: fc.nat({ max: 104_857_600 }),
      sha256: hash,
      part: fc.integer({ min: 1, max: MAX_PART_BYTES }),
      thumb: some,
      text: said,
    },
    { requiredKeys: ["file", "name", "type", "size", "sha256", "part"] },
  ),
  request: fc.record(
    {
      file: id,
      want: fc.constantFrom("start" as const, "missing" as const, "cancel" as const),
      ranges: fc.array(range, { maxLength: 64 }),
    },
    { requiredKeys: ["file", "want"] },
  ),
  part: fc.record({ file: id, index, bytes: fc.uint8Array({ maxLength: 2000 }) }),
  receipt: fc.record({
    what: fc.constantFrom("delivered" as const, "read" as const),
    ids: fc.array(id, { minLength: 1, maxLength: 64 }),
  }),
  hello: fc.constant({}),
  mailbox: fc.record({ card: some, say: id }),
  devices: fc.record({ list: some, cards: fc.array(some, { maxLength: 16 }) }),
  sync: fc.record(
    { to: fc.constant(MAILBOX), content: some, arrived: fc.boolean(), name, card: some },
    { requiredKeys: ["to", "content"] },
  ),
  resend: fc.constant({}),
  profile: fc.record({ name }),
  timer: fc.record({ ms: fc.nat({ max: 365 * 86_400_000 }) }),
  dummy: fc.constant({}),
  invite: fc.record({ what: fc.constantFrom("used" as const, "ended" as const) }),
};

const header = fc.record(
  { v: fc.constant(1 as const), id, n: fc.maxSafeInteger().map(Math.abs), at: time, until: time },
  { requiredKeys: ["v", "id", "n", "at"] },
);
const kinds = Object.keys(BODIES) as ContentKind[];
const content: fc.Arbitrary<Content> = fc.oneof(
  ...kinds.map((kind) =>
    fc
      .tuple(header, BODIES[kind] as fc.Arbitrary<object>)
      .map(([head, body]) => ({ ...head, isKnown: true, kind, body }) as Content),
  ),
);
const hello: fc.Arbitrary<Hello> = fc.record(
  { card: some, to: hash, from: hash, say: id, invite: hash },
  { requiredKeys: ["card", "to", "from", "say"] },
);
const plaintext = fc.record({ content, hello }, { requiredKeys: ["content"] });

/** Without the prototype that fast-check gives its records. */
const plain = <T>(value: T): T => structuredClone(value);

test("what is written is read", () => {
  fc.assert(
    fc.property(plaintext, (said) => {
      const expected = plain(said);
      assert.deepEqual(plain(decodePlaintext(encodePlaintext(said))), expected);
      assert.deepEqual(plain(decodeContent(encodeContent(said.content))), expected.content);
      const { kind, body } = said.content;
      assert.deepEqual(plain(decodeBody(kind, encodeBody(kind, body))), expected.content.body);
    }),
    { numRuns: 500 },
  );
});

test("whatever is read is written as the same bytes", () => {
  fc.assert(
    fc.property(plaintext, fc.nat({ max: 1 << 14 }), (said, bit) => {
      const bytes = turned(encodePlaintext(said), bit);
      const read = unlessRefused(() => decodePlaintext(bytes));
      if (read !== undefined) assert.deepEqual(encodePlaintext(read), bytes);
    }),
    { numRuns: 2000 },
  );
});

const TEXT = {
  v: 1,
  isKnown: true,
  id: new Uint8Array(16),
  n: 1,
  at: NOW,
  kind: "text",
  body: { text: "Hello" },
} as const;

test("an unknown kind is kept whole", () => {
  const raw = { v: 1, id: TEXT.id, n: 4, at: NOW, kind: "poll", body: [true, { deep: new Uint8Array(3) }] };
  const bytes = encodeContent({
    ...TEXT,
    v: 1,
    isKnown: false,
    kind: "unknown",
    name: "poll",
    body: raw.body,
    raw,
  });
  const read = decodeContent(bytes);
  assert.ok(!read.isKnown);
  assert.deepEqual([read.kind, read.name, read.n, read.body], ["unknown", "poll", 4, raw.body]);
  assert.deepEqual(encodeContent(read), bytes);
  assert.deepEqual(decodeBody("unknown", encodeBody("unknown", read.body)), raw.body);
});

test("a later version is not taken for this one, whatever its kind", () => {
  const read = decodeContent(
    encodeContent({
      ...TEXT,
      v: 2,
      isKnown: false,
      kind: "unknown",
      name: "text",
      body: {},
      raw: { v: 2, id: TEXT.id, n: 0, at: NOW, kind: "text", body: { text: "Hello" } },
    }),
  );
  assert.equal(read.kind, "unknown");
  assert.ok(!read.isKnown);
});

test("what breaks a rule is not written", async () => {
  for (const text of [
    "",
    "a".repeat(MAX_TEXT_BYTES + 1),
    "\u00e9".repeat(MAX_TEXT_BYTES / 2 + 1),
    "\ud800",
    "a\udc00",
  ]) {
    await refuses(() => encodeContent({ ...TEXT, body: { text } }), "malformed");
    await refuses(() => encodePlaintext({ content: { ...TEXT, body: { text } } }), "malformed");
    await refuses(() => encodeBody("text", { text }), "malformed");
  }
  await refuses(() => encodeContent({ ...TEXT, id: new Uint8Array(15) }), "malformed");
  await refuses(() => encodeContent({ ...TEXT, at: Number.NaN }), "malformed");
  const deep = { card: new Uint8Array(0), to: new Uint8Array(32), from: new Uint8Array(32), say: TEXT.id };
  await refuses(() => encodePlaintext({ content: TEXT, hello: deep }), "malformed");
});

test("what is too large is neither read nor written", async () => {
  const large = new Uint8Array(MAX_CONTENT_BYTES + 1);
  await refuses(() => decodeContent(large), "too-large");
  await refuses(() => decodeBody("text", large), "too-large");
  await refuses(() => decodePlaintext(new Uint8Array(MAX_CONTENT_BYTES + 33)), "too-large");
  const body = { to: MAILBOX, content: new Uint8Array(MAX_CONTENT_BYTES) };
  await refuses(() => encodeContent({ ...TEXT, kind: "sync", body }), "too-large");
});

test("which kinds are counted", () => {
  const uncounted = kinds.filter((kind) => !isCounted(kind));
  assert.deepEqual(uncounted.sort(), [
    "devices",
    "dummy",
    "hello",
    "invite",
    "mailbox",
    "part",
    "profile",
    "receipt",
    "request",
    "resend",
  ]);
  assert.ok(isCounted("unknown"));
});

test("a part of a file, as large as it gets, fits the largest envelope", async () => {
  const [alice, bob] = await newPair();
  const body = { file: TEXT.id, index: 104_857_600, bytes: new Uint8Array(MAX_PART_BYTES) };
  const largest: Content = {
    ...TEXT,
    n: Number.MAX_SAFE_INTEGER,
    at: 8_640_000_000_000_000,
    until: 8_640_000_000_000_000,
    kind: "part",
    body,
  };
  const bytes = encodePlaintext({ content: largest });
  const { ciphertext } = await kept(alice, (stage) => stage.encrypt(bob.id, bytes, NOW));
  const room = capacityOf(ENVELOPE_SIZES[3], "message") - ciphertext.length;
  assert.ok(room >= 0, `${-room} bytes too many`);
});
