import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import { fingerprint } from "@asfaleia/identity";
import { drawEd25519 } from "../../identity/test/keys.ts";
import { missing, SshOracle } from "../../identity/test/oracle.ts";
import { base64, Client, envelopeOf, wholeRelay } from "./kit.ts";

const hello = () => `9;${base64(randomBytes(32))}`;

describe("TLS", () => {
  it("is 1.3 with X25519MLKEM768, and X25519 for stock tools", async () => {
    await using relay = await wholeRelay();
    await using client = await Client.tls(relay.port);
    assert.equal(client.tlsSocket.getProtocol(), "TLSv1.3");
    await using hybrid = await Client.tls(relay.port, { ecdhCurve: "X25519MLKEM768" });
    await hybrid.prove();
    await using stock = await Client.tls(relay.port, { ecdhCurve: "X25519" });
    await stock.prove();
    await assert.rejects(Client.tls(relay.port, { ecdhCurve: "P-256" }));
  });

  it("prefers X25519MLKEM768 where a client offers both", async () => {
    await using relay = await wholeRelay();
    for (const ecdhCurve of ["X25519:X25519MLKEM768", "X25519MLKEM768:X25519"]) {
      await using client = await Client.tls(relay.port, { ecdhCurve });
      const { name } = client.tlsSocket.getEphemeralKeyInfo() as { name?: string };
      // Where a Node does not tell the group, the test above is what there is.
      if (name !== undefined) assert.equal(name, "X25519MLKEM768");
    }
  });

  it("is not 1.2", async () => {
    await using relay = await wholeRelay();
    await assert.rejects(Client.tls(relay.port, { maxVersion: "TLSv1.2" }));
    await using client = await Client.tls(relay.port);
    await client.prove();
  });

  it("is never resumed", { skip: missing("openssl") }, async () => {
    using folder = new SshOracle();
    await using relay = await wholeRelay();
    const session = folder.path("session");
    const at = ["s_client", "-connect", `127.0.0.1:${relay.port}`, "-ign_eof"];
    // s_client waits for the relay's answer, with which a ticket would have come, and ends when the relay closes.
    const talk = (more: string[]) =>
      new Promise<string>((resolve) => {
        const child = spawn("openssl", [...at, ...more], { stdio: ["pipe", "pipe", "pipe"], timeout: 8000 });
        let out = "";
        let asked = false;
        child.stdout.on("data", (chunk) => {
          out += chunk;
          if (!asked && out.includes("---\n")) {
            asked = true;
            child.stdin.write(`${hello()}\n`);
          }
          if (out.includes("100;asfaleia/1")) setTimeout(() => child.kill(), 150);
        });
        child.on("close", () => resolve(out));
      });
    const first = await talk(["-sess_out", session]);
    assert.match(first, /^New, TLSv1\.3/m);
    assert.match(first, /100;asfaleia\/1/);
    if (!existsSync(session)) return;
    const second = await talk(["-sess_in", session]);
    assert.match(second, /^New, TLSv1\.3/m);
    assert.doesNotMatch(second, /^Reused/m);
  });

  it("is not resumed by Node either", async () => {
    await using relay = await wholeRelay();
    let session: Buffer | undefined;
    {
      await using client = await Client.tls(relay.port);
      client.tlsSocket.on("session", (given) => {
        session = given;
      });
      await client.ask(hello());
    }
    await using again = await Client.tls(relay.port, session ? { session } : {});
    await again.ask(hello());
    assert.equal(again.tlsSocket.isSessionReused(), false);
  });

  it("carries a request that came right behind the handshake", async () => {
    await using relay = await wholeRelay();
    for (let i = 0; i < 20; i++) {
      const client = new Client(
        connectTls({ host: "127.0.0.1", port: relay.port, rejectUnauthorized: false }),
      );
      client.write(hello(), hello());
      assert.match(await client.line(), /^100;/);
      assert.match(await client.line(), /^100;/);
      client.socket.destroy();
    }
  });

  it("carries large envelopes both ways", async () => {
    await using relay = await wholeRelay({ rate: 10_000 });
    await using client = await Client.tls(relay.port);
    const pair = drawEd25519();
    const token = await client.prove(pair);
    const envelopes = Array.from({ length: 20 }, () => randomBytes(200_000));
    client.write(
      ...envelopes.map((bytes) => `3;${token};${fingerprint(pair.publicKey)};${base64(bytes)}`),
      `4;${token}`,
    );
    for (const _ of envelopes) assert.match(await client.line(), /^103;/);
    for (const bytes of envelopes) assert.ok(bytes.equals(envelopeOf(await client.line())));
    assert.equal(await client.line(), "105;20");
  });

  it("may come cut at any byte", async () => {
    await using relay = await wholeRelay();
    await using straight = await relay.connect();
    await straight.ask(hello());
    const raw = connect(relay.port, "127.0.0.1");
    const slow = new Duplex({
      read() {},
      write(chunk: Buffer, _, done) {
        for (const byte of chunk) raw.write(Buffer.from([byte]));
        done();
      },
    });
    raw.setNoDelay(true);
    raw.on("data", (chunk) => slow.push(chunk));
    raw.on("error", () => {});
    const client = new Client(connectTls({ socket: slow, rejectUnauthorized: false }));
    assert.match(await client.ask(hello()), /^100;/);
    client.socket.destroy();
    raw.destroy();
  });
});
