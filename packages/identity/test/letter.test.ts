import assert from "node:assert/strict";
import { test } from "node:test";
import { armor } from "age-encryption";
import fc from "fast-check";
import { decryptAgeFile, encryptAgeFile } from "../src/age-file.ts";
import { fileSigner } from "../src/file.ts";
import {
  hasLetterForm,
  isLetterName,
  LETTER_NAMESPACE,
  LETTER_SIZES,
  LetterError,
  type LetterErrorCode,
  type LetterShape,
  type LetterToSeal,
  largestLetterBody,
  MAX_ARMORED_LETTER_BYTES,
  openLetter,
  sealLetter,
} from "../src/letter.ts";
import { parseLetter, writeLetter } from "../src/letter-format.ts";
import type { PrivateKey } from "../src/privatekey.ts";
import type { Signer } from "../src/signer.ts";
import { sshsigSign } from "../src/sshsig.ts";
import { drawAuthenticator } from "./keys.ts";
import { drawKey } from "./letter-keys.ts";

const alice = drawKey("ed25519");
const bob = drawKey("ed25519");
const receivers = [bob, drawKey("rsa-2048"), drawKey("rsa-3072")];
const ecdsa = drawKey("p256");
const now = new Date("2026-11-22T20:00:00.999Z");
const TEXT = "text/plain; charset=utf-8";
const toBob = {
  to: bob.publicKey,
  from: fileSigner(alice),
  type: TEXT,
  body: Buffer.from("Hello Bob\n"),
  now,
};

/** Security keys sign in software here, as the tests of signatures have them. */
function touchSigner(type: Parameters<typeof drawAuthenticator>[0]): Signer {
  const { publicKey, signAs } = drawAuthenticator(type);
  return { publicKey, comment: "", sign: async (data) => signAs(data, 1, 7) };
}
const signers: [string, Signer | undefined][] = [
  ["nobody", undefined],
  ["ed25519", fileSigner(alice)],
  ["rsa-2048", fileSigner(receivers[1]!)],
  ["p256", fileSigner(ecdsa)],
  ["sk-ed25519", touchSigner("sk-ssh-ed25519@openssh.com")],
  ["sk-p256", touchSigner("sk-ecdsa-sha2-nistp256@openssh.com")],
];

function refusal(code: LetterErrorCode) {
  return (error: unknown) => error instanceof LetterError && error.code === code;
}

/** An envelope around any plaintext. */
async function sealed(plaintext: string | Uint8Array, to: PrivateKey = bob): Promise<Uint8Array> {
  return (await encryptAgeFile(
    to.publicKey,
    typeof plaintext === "string" ? Buffer.from(plaintext) : plaintext,
  ))!;
}

/** What an envelope holds. */
async function plaintextOf(envelope: Uint8Array): Promise<Uint8Array> {
  return (await decryptAgeFile(envelope, [bob]))!.plaintext;
}

for (const [name, from] of signers) {
  test(`a letter from ${name} comes out as it went in`, async () => {
    const id = Uint8Array.from({ length: 16 }, (_, i) => i);
    const body = Uint8Array.of(0, 0xff, 10, 13);
    for (const receiver of receivers) {
      const card = from && Uint8Array.of(1, 2, 3);
      const letter = {
        to: receiver.publicKey,
        from,
        type: "image/png",
        name: "cat.png",
        body,
        now,
        id,
        card,
      };
      const opened = await openLetter(await sealLetter(letter), [alice, ...receivers]);
      const fields = { kind: "letter", id, date: new Date("2026-11-22T20:00:00Z"), to: receiver.publicKey };
      const sender =
        from === undefined ? { origin: "anonymous" } : { origin: "proven", from: from.publicKey, card };
      assert.deepEqual(opened, { ...fields, type: "image/png", name: "cat.png", body, ...sender });
    }
  });

  test(`an envelope from ${name} has the smallest size that holds it`, async () => {
    for (const receiver of receivers) {
      const shape: LetterShape = { to: receiver.publicKey, from, type: "application/octet-stream" };
      for (const [i, size] of LETTER_SIZES.entries()) {
        const largest = largestLetterBody(shape, size);
        for (const length of [largest - 1, largest]) {
          const envelope = await sealLetter({ ...shape, from, now, body: new Uint8Array(length) });
          assert.equal(envelope.length, size);
        }
        const more: LetterToSeal = { ...shape, from, now, body: new Uint8Array(largest + 1) };
        if (i < 3) assert.equal((await sealLetter(more)).length, LETTER_SIZES[i + 1]);
        else
          await assert.rejects(sealLetter(more), (error) => {
            return refusal("too-large")(error) && (error as LetterError).largestBody === largest;
          });
      }
    }
  });
}

test("the largest letter opens, and has no room left", async () => {
  for (const [, from] of signers) {
    const letter = { to: bob.publicKey, from, type: "image/png", now };
    const body = new Uint8Array(largestLetterBody(letter)).fill(7);
    const envelope = await sealLetter({ ...letter, body });
    assert.deepEqual((await openLetter(envelope, [bob])).body, body);
    assert.equal(parseLetter(await plaintextOf(envelope))?.padding, 1);
  }
});

test("signatures that differ in length never change the size of the envelope", async () => {
  for (let i = 0; i < 40; i++) {
    const letter = { ...toBob, from: fileSigner(ecdsa) };
    assert.equal((await sealLetter(letter)).length, 4096);
  }
});

test("a signer with signatures of one length is asked once", async () => {
  for (const [, from] of signers) {
    if (from === undefined || from.publicKey.type.includes("ecdsa")) continue;
    let asked = 0;
    const counting: Signer = { ...from, sign: (data) => from.sign(data).finally(() => asked++) };
    await sealLetter({ ...toBob, from: counting });
    assert.equal(asked, 1);
  }
});

test("a letter without an id gets a fresh one", async () => {
  const [first, second] = await Promise.all([sealLetter(toBob), sealLetter(toBob)]);
  const [a, b] = [parseLetter(await plaintextOf(first)), parseLetter(await plaintextOf(second))];
  assert.notDeepEqual(a?.id, b?.id);
});

test("what cannot be a letter is not sealed", async () => {
  const refused: [LetterErrorCode, Partial<LetterToSeal>][] = [
    ["no-letter-form", { to: ecdsa.publicKey }],
    ["no-letter-form", { to: drawKey("rsa-1024").publicKey }],
    ["malformed", { name: "../cat.png" }],
    ["malformed", { type: "text/plain" }],
    ["malformed", { body: Uint8Array.of(0xff) }],
    ["malformed", { from: undefined, card: Uint8Array.of(1) }],
    ["malformed", { card: new Uint8Array(65_537) }],
  ];
  for (const [code, fields] of refused) {
    await assert.rejects(sealLetter({ ...toBob, ...fields }), refusal(code), code);
  }
  assert.deepEqual(
    [bob, ecdsa].map((key) => hasLetterForm(key.publicKey)),
    [true, false],
  );
});

test("an age file that is no letter is a text from nobody", async () => {
  const body = Uint8Array.of(0xff, 0, 10);
  const text = { kind: "text", origin: "anonymous", to: bob.publicKey, body };
  assert.deepEqual(await openLetter(await sealed(body), [alice, bob]), text);
  assert.deepEqual(await openLetter(await sealed(""), [bob]), { ...text, body: new Uint8Array(0) });
});

test("armor is taken off", async () => {
  for (const size of [10, largestLetterBody(toBob)]) {
    const envelope = await sealLetter({ ...toBob, body: new Uint8Array(size) });
    for (const text of [armor.encode(envelope), `\r\n${armor.encode(envelope).replaceAll("\n", "\r\n")}`]) {
      assert.equal((await openLetter(Buffer.from(text), [bob])).origin, "proven");
    }
  }
});

test("a letter that names a sender without a signature is unproven", async () => {
  const { signedBytes } = parseLetter(await plaintextOf(await sealLetter(toBob)))!;
  const opened = await openLetter(await sealed(signedBytes), [bob]);
  assert.equal(opened.origin, "unproven");
  assert.deepEqual(opened.origin === "unproven" && opened.from, alice.publicKey);
});

test("a letter passed on to somebody else is refused", async () => {
  const plaintext = await plaintextOf(await sealLetter(toBob));
  await assert.rejects(openLetter(await sealed(plaintext, alice), [alice, bob]), refusal("wrong-recipient"));
});

test("a signature by another key, or for something else, is refused", async () => {
  const letter = parseLetter(await plaintextOf(await sealLetter(toBob)))!;
  const ofBob = parseLetter(await plaintextOf(await sealLetter({ ...toBob, from: fileSigner(bob) })))!;
  const wrong = [
    { ...letter, from: bob.publicKey },
    { ...letter, signature: ofBob.signature },
    { ...letter, signature: await sshsigSign(fileSigner(bob), LETTER_NAMESPACE, letter.signedBytes) },
    { ...letter, signature: await sshsigSign(fileSigner(alice), "file", letter.signedBytes) },
    { ...letter, signature: Uint8Array.of(1) },
    { ...letter, body: Buffer.from("Hello Eve\n") },
  ];
  for (const fields of wrong) {
    await assert.rejects(openLetter(await sealed(writeLetter(fields)), [bob]), refusal("bad-signature"));
  }
});

test("envelopes that do not open are told apart", async () => {
  const envelope = await sealLetter(toBob);
  const scrypt = `age-encryption.org/v1\n-> scrypt ${"A".repeat(22)} 30\n${"A".repeat(43)}\n--- ${"A".repeat(43)}\n`;
  const refused: [LetterErrorCode, Uint8Array][] = [
    ["not-for-us", await sealLetter({ ...toBob, to: alice.publicKey })],
    ["not-for-us", Buffer.from(`${scrypt}${"x".repeat(50)}`)],
    ["damaged", envelope.subarray(0, -1)],
    ["damaged", envelope.subarray(0, 100)],
    ["damaged", Buffer.concat([envelope, Buffer.of(0)])],
    ["damaged", new Uint8Array(0)],
    ["damaged", Buffer.from("Hello Bob")],
    ["damaged", Buffer.from(armor.encode(envelope).slice(0, -10))],
    ["too-large", await sealed(new Uint8Array(262_144))],
    ["too-large", Buffer.from(armor.encode(new Uint8Array(262_145)))],
    ["too-large", Buffer.from(armor.encode(envelope).padStart(MAX_ARMORED_LETTER_BYTES + 1))],
    ["malformed", await sealed("asfaleia-letter: 2\n")],
  ];
  for (const [code, bytes] of refused)
    await assert.rejects(openLetter(bytes, [bob, ecdsa]), refusal(code), code);
  await assert.rejects(openLetter(envelope, []), refusal("not-for-us"));
});

test("any letter comes out as it went in", async () => {
  const letters = fc.record({
    body: fc.uint8Array({ maxLength: 5000 }),
    name: fc.option(fc.string({ unit: "grapheme", maxLength: 30 }).filter(isLetterName), { nil: undefined }),
    type: fc.constantFrom("image/png", "application/octet-stream"),
    from: fc.constantFrom(...signers.map(([, from]) => from)),
    receiver: fc.constantFrom(...receivers),
    seconds: fc.integer({ min: 0, max: 253_402_300_799 }),
  });
  await fc.assert(
    fc.asyncProperty(letters, async ({ body, name, type, from, receiver, seconds }) => {
      const date = new Date(seconds * 1000);
      const envelope = await sealLetter({ to: receiver.publicKey, from, type, name, body, now: date });
      const opened = await openLetter(envelope, receivers);
      assert.ok(opened.kind === "letter");
      assert.deepEqual([opened.body, opened.name, opened.type, opened.date], [body, name, type, date]);
      assert.equal(opened.origin, from === undefined ? "anonymous" : "proven");
    }),
  );
});

test("an altered envelope is refused, and with a LetterError", async () => {
  const envelope = await sealLetter(toBob);
  const mutations = fc.record({
    at: fc.nat({ max: envelope.length }),
    cut: fc.nat({ max: 3 }),
    put: fc.uint8Array({ maxLength: 3 }),
  });
  const headerBytes = 180;
  const inHeader = mutations.map((mutation) => ({ ...mutation, at: mutation.at % headerBytes }));
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutations, inHeader), async ({ at, cut, put }) => {
      const altered = Buffer.concat([envelope.subarray(0, at), put, envelope.subarray(at + cut)]);
      fc.pre(!altered.equals(envelope));
      await assert.rejects(openLetter(altered, [bob]), (error) => error instanceof LetterError);
    }),
  );
});

test("the signature covers every byte: whichever is changed, the letter is not proven", async () => {
  const letter = parseLetter(
    await plaintextOf(await sealLetter({ ...toBob, name: "a.txt", card: Uint8Array.of(1) })),
  )!;
  const unsigned = { ...letter, padding: 8, signature: undefined };
  const signature = await sshsigSign(toBob.from, LETTER_NAMESPACE, writeLetter(unsigned));
  const plaintext = writeLetter({ ...unsigned, signature });
  assert.equal((await openLetter(await sealed(plaintext), [bob])).origin, "proven");
  for (let at = 0; at < plaintext.length; at++) {
    const altered = plaintext.map((byte, i) => (i === at ? byte ^ 1 : byte));
    const origin = await openLetter(await sealed(altered), [bob]).then(
      (opened) => opened.origin,
      (error) => assert.ok(error instanceof LetterError),
    );
    assert.notEqual(origin, "proven", `byte ${at}`);
  }
});

test("an altered plaintext is never proven, and refused with a LetterError if at all", async () => {
  const plaintext = await plaintextOf(await sealLetter(toBob));
  const mutations = fc.record({
    at: fc.nat({ max: plaintext.length }),
    cut: fc.nat({ max: 3 }),
    put: fc.uint8Array({ maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(mutations, async ({ at, cut, put }) => {
      const altered = Buffer.concat([plaintext.subarray(0, at), put, plaintext.subarray(at + cut)]);
      fc.pre(!altered.equals(plaintext));
      try {
        assert.notEqual((await openLetter(await sealed(altered), [bob])).origin, "proven");
      } catch (error) {
        assert.ok(error instanceof LetterError);
      }
    }),
  );
});
