/** A link over a connection that somebody else opens, as through a proxy. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectPlain, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type ConnectStream, LinkError, type LinkOptions, openLink, type Place } from "@asfaleia/client";
import type { Address } from "@asfaleia/protocol";
import type { FakeRelay, Script } from "../../../../test/kit/fake-relay.ts";
import { failsWith, relayFor } from "./rig.ts";

const greets: Script = async (client) => {
  await client.greet();
  await client.gone();
};

/** The relay under a name that only the one who connects can resolve. */
function named({ address }: FakeRelay): Address {
  assert.ok(address.transport === "tcp");
  return { ...address, host: "relay.test", port: 3308 };
}

function leadingTo({ address }: FakeRelay, asked: Place[] = [], opened: Socket[] = []): ConnectStream {
  return async (place) => {
    asked.push(place);
    assert.ok(address.transport === "tcp");
    const socket = connectPlain({ host: address.host, port: address.port });
    opened.push(socket);
    await once(socket, "connect");
    return socket;
  };
}

async function opens(t: TestContext, address: Address, options: LinkOptions): Promise<string> {
  const link = await openLink(address, options);
  t.after(() => link.close());
  return link.relay.fingerprint;
}

test("the connection goes where the address says, and the relay is proved on it as on any other", async (t) => {
  for (const tls of [{}, false] as const) {
    const relay = await relayFor(t, { script: greets, tls });
    const asked: Place[] = [];
    const options = { connect: leadingTo(relay, asked), unsafePlain: tls === false };
    assert.equal(await opens(t, named(relay), options), relay.fingerprint);
    assert.deepEqual(asked, [{ host: "relay.test", port: 3308 }]);
    const fingerprint = `SHA256:${"A".repeat(43)}`;
    await failsWith("relay-key-changed", openLink({ ...named(relay), fingerprint }, options));
  }
});

test("who leads to another relay, or stands in the middle, is found out", async (t) => {
  const [relay, other] = [await relayFor(t, { script: greets }), await relayFor(t, { script: greets })];
  await failsWith("relay-key-changed", openLink(named(relay), { connect: leadingTo(other) }));
  const plain = await relayFor(t, { tls: false, script: (client) => client.write("102;not-allowed;\n") });
  await failsWith("bad-relay", openLink(named(plain), { connect: leadingTo(plain) }));
});

test("Unix sockets are reached without it", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "asfaleia-"));
  t.after(() => rm(folder, { recursive: true }));
  const relay = await relayFor(t, { script: greets, path: join(folder, "relay.sock") });
  const connect = () => assert.fail("asked");
  assert.equal(await opens(t, relay.address, { connect }), relay.fingerprint);
});

test("what keeps it from connecting is passed on, and no other way is tried", async (t) => {
  const relay = await relayFor(t, { script: greets });
  const connect = () => Promise.reject(new LinkError("proxy"));
  await failsWith("proxy", openLink(relay.address, { connect }));
  assert.equal(relay.clients.length, 0);
});

test("it ends with the time and with the signal", { timeout: 5000 }, async (t) => {
  const ends = (_: Place, signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const address: Address = { transport: "tcp", host: "relay.test", port: 3308 };
  await failsWith("timeout", openLink(address, { connect: ends, timeoutMs: 50 }));
  const reason = new Error("no longer wanted");
  const dialling = new AbortController();
  const opening = openLink(address, { connect: ends, signal: dialling.signal });
  dialling.abort(reason);
  await assert.rejects(opening, reason);
  await assert.rejects(
    openLink(address, { connect: () => assert.fail("asked"), signal: dialling.signal }),
    reason,
  );

  // It takes the connection, and never answers the handshake.
  const silent = await relayFor(t, { tls: false, script: (client) => client.gone() });
  const opened: Socket[] = [];
  await failsWith(
    "timeout",
    openLink(named(silent), { connect: leadingTo(silent, [], opened), timeoutMs: 50 }),
  );
  assert.deepEqual(
    opened.map(({ destroyed }) => destroyed),
    [true],
  );
});

test("a connection that is gone when it is handed over is closed", async (t) => {
  const relay = await relayFor(t, { script: greets });
  for (const unsafePlain of [true, false]) {
    const connect: ConnectStream = async (place, signal) => {
      const socket = await leadingTo(relay)(place, signal);
      socket.destroy();
      await once(socket, "close");
      return socket;
    };
    await failsWith("closed", openLink(named(relay), { connect, unsafePlain, timeoutMs: 3000 }));
  }
});
