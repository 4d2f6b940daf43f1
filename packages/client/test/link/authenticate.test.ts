/** A client proves its key, and only to the relay it means (docs/protocol.md, "Proving a key"). */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { openLink } from "@asfaleia/client";
import { fingerprint } from "@asfaleia/identity";
import { formatAnswer } from "@asfaleia/protocol";
import { FakeClient } from "../../../../test/kit/fake-relay.ts";
import { newEd25519 } from "../../../../test/kit/keys.ts";
import { failsWith, isRefused, linked, relayFor, spySigner } from "./rig.ts";

test("a key is proved by its signature, and the token names its mailbox", async (t) => {
  const relay = await relayFor(t, {
    script: async (client) => {
      await client.greet();
      await client.admit();
      await client.gone();
    },
  });
  const link = await openLink(relay.address);
  t.after(() => link.close());
  const { signer, signed } = spySigner();
  const before = Date.now();
  const token = await link.authenticate(signer);
  assert.equal(token.mailbox, fingerprint(signer.publicKey));
  assert.equal(Buffer.from(token.token).toString(), "a.fake.token");
  assert.ok(Math.abs(token.expires.getTime() - before - 3_600_000) < 10_000);
  assert.equal(signed.length, 1);
});

test("AUTH always asks for a signature: our key decrypts nothing for a relay", async (t) => {
  const asked = Promise.withResolvers<string>();
  const link = await linked(t, async (client) => {
    asked.resolve((await client.line()).toString());
    client.write("102;bad-key;\n");
    await client.gone();
  });
  await isRefused("bad-key", link.authenticate(spySigner().signer));
  assert.match(await asked.promise, /^0;[A-Za-z0-9+/=]+;sign$/);
});

const HANDLE = "h".repeat(22);
const FALSE_CHALLENGES: Record<string, (client: FakeClient) => Uint8Array> = {
  "of another relay": (client) => new FakeClient(client.socket, newEd25519()).challenge(HANDLE),
  "of another handle": (client) => client.challenge("g".repeat(22)),
  "of no relay": () => randomBytes(54),
  "with more behind it": (client) => Buffer.concat([client.challenge(HANDLE), Buffer.from("\n")]),
  "that is empty": () => new Uint8Array(0),
};
for (const [name, challenge] of Object.entries(FALSE_CHALLENGES)) {
  test(`a challenge ${name} is not signed, and ends the link`, async (t) => {
    const link = await linked(t, async (client) => {
      await client.line();
      client.write(formatAnswer({ handle: HANDLE, challenge: challenge(client) }));
      await client.gone();
    });
    const { signer, signed } = spySigner();
    await failsWith("bad-relay", link.authenticate(signer));
    await link.closed;
    assert.deepEqual(signed, []);
    await failsWith("bad-relay", link.authenticate(signer));
  });
}

test("a proof that the relay refuses leaves the link usable", async (t) => {
  const link = await linked(t, async (client) => {
    await client.line();
    client.write(formatAnswer({ handle: HANDLE, challenge: client.challenge(HANDLE) }));
    await client.line();
    client.write("102;auth-failed;no\n");
    await client.admit();
    await client.gone();
  });
  await isRefused("auth-failed", link.authenticate(spySigner().signer));
  await link.authenticate(spySigner().signer);
});

test("a signer that fails is told about as it is", async (t) => {
  const link = await linked(t, async (client) => {
    await client.line();
    client.write(formatAnswer({ handle: HANDLE, challenge: client.challenge(HANDLE) }));
    await client.gone();
  });
  const refusal = new Error("not touched");
  const signer = { ...newEd25519().signer, sign: () => Promise.reject(refusal) };
  await assert.rejects(link.authenticate(signer), refusal);
});
