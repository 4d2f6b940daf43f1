/**
 * A relay that is not the one that was meant, seen from the command line: nothing is sent or fetched, no proof is made, and it
 * ends with 3. How the client finds out is tested in packages/client/test (proof.test.ts and authenticate.test.ts).
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { formatAddress, formatAnswer, LineReader } from "@asfaleia/protocol";
import { missing } from "../../packages/identity/test/oracle.ts";
import { Place } from "../cli/kit.ts";
import { FakeClient, type Script, startFakeRelay } from "../kit/fake-relay.ts";
import { newEd25519, newP256, selfSigned } from "../kit/keys.ts";

const NOT_REACHABLE = 3;
const skip = missing("ssh-keygen", "openssl");

/** Runs both verbs against a relay that follows a script; each ends with 3, and the relay heard no more than `heard` lines. */
async function refuses(script: Script, options: { publicCertificate?: boolean } = {}): Promise<void> {
  await using place = new Place();
  const key = place.key("alice");
  const relay = await startFakeRelay({
    script,
    ...(options.publicCertificate && { tls: selfSigned(newP256()) }),
  });
  try {
    const address = formatAddress(relay.address);
    for (const args of [
      ["send", "--letter", "-i", key, "--relay", address, `${key}.pub`, "a text"],
      ["letters", "get", "-i", key, "--relay", address],
    ]) {
      const { code, stdout } = await place.run(args);
      assert.equal(code, NOT_REACHABLE, args[0]);
      assert.equal(stdout, "");
    }
    assert.equal(relay.clients.length, 2);
    assert.deepEqual(relay.failures, []);
    for (const client of relay.clients) assert.equal(client.unread, 0, "the client went on speaking");
  } finally {
    await relay.stop();
  }
}

test("a challenge that was passed on from another relay is not answered", { skip }, async () => {
  const other = newEd25519();
  const handle = randomBytes(16).toString("base64url");
  await refuses(async (client) => {
    await client.greet();
    await client.line();
    client.write(formatAnswer({ handle, challenge: new FakeClient(client.socket, other).challenge(handle) }));
    await client.gone();
  });
});

test("a relay behind a public certificate that cannot prove the pinned key is refused", {
  skip,
}, async () => {
  await refuses(
    async (client) => {
      const thief = new FakeClient(client.socket, {
        ...client.key,
        signer: { ...newEd25519().signer, publicKey: client.key.signer.publicKey },
      });
      client.write(await thief.relayLine(await client.line()));
      await client.gone();
    },
    { publicCertificate: true },
  );
});

test("one in the middle with a public certificate who passes everything on is refused", {
  skip,
}, async () => {
  const honest = await startFakeRelay({
    script: async (client) => {
      await client.greet();
      await client.gone();
    },
  });
  await using place = new Place();
  const key = place.key("alice");
  const { port } = honest.address as { port: number };
  const middle = await startFakeRelay({
    key: honest.key,
    tls: selfSigned(newP256()),
    script: async (client) => {
      const onward = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
      onward.on("error", () => {});
      const reader = new LineReader(1 << 20);
      onward.on("data", (bytes) =>
        reader.feed(bytes, (line) => {
          client.write(`${Buffer.from(line)}\n`);
          return true;
        }),
      );
      onward.write(`${await client.line()}\n`);
      await client.gone();
      onward.destroy();
    },
  });
  try {
    const address = formatAddress(middle.address);
    const { code, stdout } = await place.run(["letters", "get", "-i", key, "--relay", address]);
    assert.equal(code, NOT_REACHABLE);
    assert.equal(stdout, "");
    assert.equal(honest.clients.length, 1, "nothing was passed on");
    assert.equal(middle.clients[0]?.unread, 0, "the client went on speaking");
  } finally {
    await Promise.all([middle.stop(), honest.stop()]);
  }
});
