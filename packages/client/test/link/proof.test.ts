/** Which relay a client believes (docs/protocol.md, "The relay proves itself"; docs/threat-model.md). */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { type Link, LinkError, openLink } from "@asfaleia/client";
import type { Address } from "@asfaleia/protocol";
import { FakeClient, type FakeRelay } from "../../../../test/kit/fake-relay.ts";
import { newEd25519, newP256, selfSigned } from "../../../../test/kit/keys.ts";
import { failsWith, isRefused, relayFor, TOKEN } from "./rig.ts";

const greets = async (client: FakeClient): Promise<void> => {
  await client.greet();
  await client.gone();
};

/** A TLS connection of our own to a relay, as somebody in the middle opens one. */
function dialAsMiddleman(relay: FakeRelay): FakeClient {
  const { port } = relay.address as { port: number };
  const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  return new FakeClient(socket, relay.key);
}

function unpinned(address: Address): Address {
  const { fingerprint: _, ...place } = address;
  return place;
}

async function opens(opening: Promise<Link>): Promise<Link["relay"]> {
  const link = await opening;
  link.close();
  await link.closed;
  return link.relay;
}

test("a relay with its own certificate and the pinned key is believed, and tells its limits", async (t) => {
  const relay = await relayFor(t, { script: greets });
  const identity = await opens(openLink(relay.address));
  assert.deepEqual(
    { ...identity, bootId: [...identity.bootId] },
    { fingerprint: relay.fingerprint, bootId: new Array(16).fill(7), envelopeBytes: 65536, ttlSeconds: 3600 },
  );
});

test("a relay with another key than the pinned one is refused", async (t) => {
  const relay = await relayFor(t, { script: greets });
  const fingerprint = `SHA256:${"A".repeat(43)}`;
  await failsWith("relay-key-changed", openLink({ ...relay.address, fingerprint }));
});

test("a pin is not open to argument: trust is not even asked", async (t) => {
  const relay = await relayFor(t, { script: greets });
  const fingerprint = `SHA256:${"A".repeat(43)}`;
  const trust = (): Promise<void> => assert.fail("asked");
  await failsWith("relay-key-changed", openLink({ ...relay.address, fingerprint }, { trust }));
  await opens(openLink(relay.address, { trust }));
});

test("without a pin, trust decides about the key that was proved", async (t) => {
  const relay = await relayFor(t, { script: greets });
  const asked: string[] = [];
  const address = unpinned(relay.address);
  await opens(openLink(address, { trust: async (fingerprint) => void asked.push(fingerprint) }));
  assert.deepEqual(asked, [relay.fingerprint]);
  const trust = (): Promise<void> => Promise.reject(new LinkError("relay-key-changed"));
  await failsWith("relay-key-changed", openLink(address, { trust }));
  await failsWith("relay-untrusted", openLink(address));
});

test("the first half of a pin decides as a whole one does: trust is not asked, and no other key will do", async (t) => {
  const relay = await relayFor(t, { script: greets });
  const hash = new Uint8Array(Buffer.from(relay.fingerprint.slice("SHA256:".length), "base64"));
  const pinPrefix = hash.slice(0, 16);
  const trust = (): Promise<void> => assert.fail("asked");
  const address = unpinned(relay.address);
  assert.equal((await opens(openLink(address, { pinPrefix, trust }))).fingerprint, relay.fingerprint);
  for (let at = 0; at < 16; at++) {
    const other = pinPrefix.slice();
    other[at] = other[at]! ^ (1 << (at % 8));
    await failsWith("relay-key-changed", openLink(address, { pinPrefix: other, trust }));
  }
  // Both have to hold where both are there.
  const fingerprint = `SHA256:${"A".repeat(43)}`;
  await failsWith("relay-key-changed", openLink({ ...relay.address, fingerprint }, { pinPrefix }));
  for (const wrong of [hash, hash.slice(0, 15), new Uint8Array(0)])
    await assert.rejects(openLink(address, { pinPrefix: wrong, trust }), RangeError);
  // Nothing was said to the relay besides HELLO.
  for (const client of relay.clients) assert.equal(client.unread, 0);
});

test("a relay behind another certificate is believed for its proof, with X25519 too", async (t) => {
  const tls = { ...selfSigned(newP256()), ecdhCurve: "X25519" };
  const relay = await relayFor(t, { script: greets, tls });
  assert.equal((await opens(openLink(relay.address))).fingerprint, relay.fingerprint);
});

test("its own certificate with X25519 alone is refused: a recording would open to a quantum computer", async (t) => {
  const relay = await relayFor(t, { script: greets, tls: { ecdhCurve: "X25519" } });
  await failsWith("bad-relay", openLink(relay.address));
});

test("TLS 1.2 is refused", async (t) => {
  const version = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ecdhCurve: "X25519" } as const;
  const tls = { ...selfSigned(newEd25519().privateKey), ...version };
  const relay = await relayFor(t, { script: greets, tls });
  await failsWith("bad-relay", openLink(relay.address));
});

test("whoever knows all of a relay but its private key proves nothing", async (t) => {
  const honest = newEd25519();
  const relay = await relayFor(t, {
    key: honest,
    tls: selfSigned(newEd25519().privateKey),
    script: async (client) => {
      // It knows the relay's key, boot id and limits, and signs with what it has.
      const { signer } = newEd25519();
      const forger = new FakeClient(client.socket, {
        ...honest,
        signer: { ...signer, publicKey: honest.signer.publicKey },
      });
      client.write(await forger.relayLine(await client.line()));
      await client.gone();
    },
  });
  await failsWith("relay-unproven", openLink(relay.address));
});

test("a signature by another key than RELAY names is no proof", async (t) => {
  const relay = await relayFor(t, {
    tls: selfSigned(newP256()),
    script: async (client) => {
      const other = new FakeClient(client.socket, newEd25519());
      const line = await other.relayLine(await client.line(), { key: client.key.signer.publicKey.blob });
      client.write(line);
      await client.gone();
    },
  });
  await failsWith("relay-unproven", openLink(relay.address));
});

test("somebody in the middle who passes HELLO on is refused: the proof is bound to the channel", async (t) => {
  const relay = await relayFor(t, { script: greets });
  const middle = await relayFor(t, {
    tls: selfSigned(newEd25519().privateKey),
    script: async (client) => {
      const onward = dialAsMiddleman(relay);
      t.after(() => onward.socket.destroy());
      onward.write(Buffer.concat([await client.line(), Buffer.from("\n")]));
      client.write(Buffer.concat([await onward.line(), Buffer.from("\n")]));
      await client.gone();
    },
  });
  const { fingerprint } = relay.address as { fingerprint: string };
  await failsWith("relay-unproven", openLink({ ...middle.address, fingerprint }));
});

test("a proof for another HELLO is no proof", async (t) => {
  const relay = await relayFor(t, {
    script: async (client) => {
      await client.line();
      client.write(await client.relayLine(Buffer.from(`9;${Buffer.alloc(32).toString("base64")}`)));
      await client.gone();
    },
  });
  await failsWith("relay-unproven", openLink(relay.address));
});

test("limits are a part of what is proved", async (t) => {
  const relay = await relayFor(t, {
    script: async (client) => {
      const line = Buffer.from(await client.relayLine(await client.line())).toString();
      client.write(line.replace(";65536;", ";65537;"));
      await client.gone();
    },
  });
  await failsWith("relay-unproven", openLink(relay.address));
});

test("plain lines and Unix sockets prove the key without a channel to bind to", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "asfaleia-"));
  t.after(() => rm(folder, { recursive: true }));
  const plain = await relayFor(t, { script: greets, tls: false });
  await opens(openLink(plain.address, { unsafePlain: true }));
  const unix = await relayFor(t, { script: greets, path: join(folder, "relay.sock") });
  await opens(openLink(unix.address));
});

test("TLS is never left out unasked: a relay with plain lines only is refused", async (t) => {
  const relay = await relayFor(t, {
    tls: false,
    script: async (client) => client.write("102;not-allowed;\n"),
  });
  await failsWith("bad-relay", openLink(relay.address));
});

test("a relay that refuses to speak is heard", async (t) => {
  const relay = await relayFor(t, {
    script: async (client) => {
      await client.line();
      client.write("102;relay-full;come back later\n");
      client.socket.end();
    },
  });
  await isRefused("relay-full", openLink(relay.address));
});

test("what stands behind RELAY waits for the trust, and is not lost", async (t) => {
  const relay = await relayFor(t, {
    script: async (client) => {
      const line = await client.relayLine(await client.line());
      client.write(Buffer.concat([line, Buffer.from("102;going-away;\n")]));
      await client.line();
      client.socket.end();
    },
  });
  const trust = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const link = await openLink(unpinned(relay.address), { trust });
  await isRefused("going-away", link.send(TOKEN, relay.fingerprint, Buffer.from("x")));
  await link.closed;
});

test("nobody there", async (t) => {
  const relay = await relayFor(t, { script: greets, tls: false });
  await relay.stop();
  await failsWith("unreachable", openLink(relay.address));
  await failsWith("unreachable", openLink(relay.address, { unsafePlain: true }));
  await failsWith("unreachable", openLink({ transport: "unix", path: "/nowhere/relay.sock" }));
});

test("opening can be called off at any time", { timeout: 5000 }, async (t) => {
  const reason = new Error("no longer wanted");
  // It takes the connection, and never answers the handshake.
  const relay = await relayFor(t, { tls: false, script: (client) => client.gone() });
  await assert.rejects(openLink(relay.address, { signal: AbortSignal.abort(reason) }), reason);
  const dialling = new AbortController();
  const opening = openLink(relay.address, { signal: dialling.signal });
  dialling.abort(reason);
  await assert.rejects(opening, reason);
  const asking = new AbortController();
  const greeting = await relayFor(t, { script: greets });
  const trust = (): Promise<void> => {
    asking.abort(reason);
    return new Promise(() => {});
  };
  await assert.rejects(openLink(unpinned(greeting.address), { trust, signal: asking.signal }), reason);
});
