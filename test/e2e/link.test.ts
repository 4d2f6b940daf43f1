/** A link against the relay itself: what both sides read from the same specification. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Link, openLink } from "@asfaleia/client";
import { fingerprint, publicKeyBase64 } from "@asfaleia/identity";
import { parseAddress } from "@asfaleia/protocol";
import { type Relay, type RelayOptions, relaySettings, startRelay } from "@asfaleia/relay";
import { isRefused, texts } from "../../packages/client/test/link/rig.ts";
import { newEd25519, newP256, selfSigned } from "../kit/keys.ts";

async function start(t: TestContext, options: Partial<RelayOptions> = {}): Promise<Relay> {
  const listen = [{ kind: "tcp", host: "127.0.0.1", port: 0 } as const];
  const relay = await startRelay({ settings: relaySettings(), listen, ...options });
  t.after(() => relay.stop());
  return relay;
}

async function open(t: TestContext, relay: Relay, plain = false): Promise<Link> {
  const link = await openLink(parseAddress(relay.addresses[0]!), { unsafePlain: plain });
  t.after(() => link.close());
  return link;
}

test("a letter's way: both prove themselves, SEND, GET, SUBSCRIBE, ACK, PUBLISH, LOOKUP", async (t) => {
  const relay = await start(t);
  const [alice, bob] = [newEd25519().signer, newEd25519().signer];
  const [near, far] = [await open(t, relay), await open(t, relay)];
  assert.equal(near.relay.fingerprint, relay.fingerprint);
  assert.deepEqual(near.relay.bootId, far.relay.bootId);
  const from = await near.authenticate(alice);
  const to = await far.authenticate(bob);

  await near.send(from, publicKeyBase64(bob.publicKey), Buffer.from("by key"));
  await near.send(from, fingerprint(bob.publicKey), Buffer.from("by fingerprint"));
  assert.equal((await far.subscribe(to, 0)).waiting, 2);
  assert.deepEqual(await texts(far.get(to)), ["by key", "by fingerprint"]);
  assert.deepEqual(await texts(far.get(to)), []);

  const { waiting, messages } = await far.subscribe(to, 1);
  assert.equal(waiting, 0);
  const sent = await Promise.all(
    ["1", "2", "3"].map((text) => near.send(from, to.mailbox, Buffer.from(text))),
  );
  const got: string[] = [];
  for await (const { id, envelope } of messages) {
    got.push(Buffer.from(envelope).toString());
    assert.deepEqual(id, sent[got.length - 1]);
    assert.equal(await far.ack(to, [id]), 1);
    if (got.length === 3) break;
  }
  assert.deepEqual(got, ["1", "2", "3"]);
  await isRefused("not-allowed", texts(far.get(to)));

  assert.deepEqual(await near.lookup(from, to.mailbox), []);
  await far.publish(to, "card", 60, Buffer.from("a card"));
  const documents = await near.lookup(from, publicKeyBase64(bob.publicKey));
  assert.deepEqual(
    documents.map(({ slot, document }) => [slot, Buffer.from(document).toString()]),
    [["card", "a card"]],
  );
  await isRefused(
    "bad-token",
    near.send({ ...from, token: Buffer.from("x.y.z") }, to.mailbox, Buffer.from("x")),
  );
});

test("a newer subscription takes over, and a stop is told", async (t) => {
  const relay = await start(t);
  const { signer } = newEd25519();
  const [first, second] = [await open(t, relay), await open(t, relay)];
  const older = await first.subscribe(await first.authenticate(signer), 8);
  const newer = await second.subscribe(await second.authenticate(signer), 8);
  await isRefused("taken-over", texts(older.messages));
  const ended = isRefused("going-away", texts(newer.messages));
  await relay.stop();
  await ended;
});

test("another certificate, plain lines and Unix sockets", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "asfaleia-"));
  t.after(() => rm(folder, { recursive: true }));
  const tls = selfSigned(newP256());
  const behind = await start(t, { tls });
  assert.equal((await open(t, behind)).relay.fingerprint, behind.fingerprint);
  assert.equal((await open(t, behind, true)).relay.fingerprint, behind.fingerprint);
  const unix = await start(t, { listen: [{ kind: "unix", path: join(folder, "relay.sock") }] });
  assert.equal((await open(t, unix)).relay.fingerprint, unix.fingerprint);
});
