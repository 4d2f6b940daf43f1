import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import {
  fingerprint,
  publicKeyFromBlob,
  publicKeyLine,
  publicKeySpki,
  sshsigArmor,
} from "@asfaleia/identity";
import { parseRelay, relayProofText, splitLine } from "@asfaleia/protocol";
import { drawEd25519, drawRsa } from "../../identity/test/keys.ts";
import { missing, run, SshOracle } from "../../identity/test/oracle.ts";
import {
  base64,
  bytesOf,
  Client,
  codeOf,
  nameOf,
  type OpenRelay,
  openRelay,
  portIn,
  soon,
  until,
  wholeRelay,
} from "./kit.ts";

const hello = () => `9;${base64(randomBytes(32))}`;

describe("the article's story", { skip: missing("openssl") }, () => {
  for (const { bits, settings } of [
    { bits: 2048, settings: {} },
    { bits: 1024, settings: { "min-rsa-bits": 1024 } },
  ]) {
    it(`holds over a bare socket, with openssl and RSA of ${bits} bits`, async () => {
      using folder = new SshOracle();
      const pair = drawRsa(bits);
      const file = folder.write("key.pem", pair.privateKey.export({ format: "pem", type: "pkcs8" }));
      const spki = base64(publicKeySpki(pair.publicKey));
      await using relay = await wholeRelay(settings);
      await using client = await relay.connect();
      const [one, handle, challenge] = (await client.ask(`0;${spki}`)).split(";");
      assert.equal(one, "1");
      const oaep = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256"];
      const proof = run("openssl", ["pkeyutl", "-decrypt", "-inkey", file, ...oaep], {
        input: bytesOf(challenge as string),
      });
      const [id, token, seconds] = (await client.ask(`2;${handle};${proof}`)).split(";");
      assert.equal(id, "101");
      assert.equal(seconds, "3600");
      const envelope = base64(Buffer.from("hello Bob"));
      const [sent, messageId] = (await client.ask(`3;${token};${spki};${envelope}`)).split(";");
      assert.equal(sent, "103");
      assert.deepEqual(await client.askRun(`4;${token}`), [
        `104;${fingerprint(pair.publicKey)};${messageId};${envelope}`,
        "105;1",
      ]);
      assert.deepEqual(await client.askRun(`4;${token}`), ["105;0"]);
    });
  }

  it("begins with a key that is strong enough", async () => {
    await using relay = await wholeRelay();
    await using client = await relay.connect();
    assert.equal(codeOf(await client.ask(`0;${base64(drawRsa(1024).publicKey.blob)}`)), "weak-key");
    assert.equal(codeOf(await client.ask(`0;${base64(new Uint8Array([0x30, 0x80, 1]))}`)), "bad-key");
    await client.prove();
  });
});

describe("who a relay is", () => {
  async function proofOf(client: Client, binding: Uint8Array) {
    const random = randomBytes(32);
    const answer = await client.ask(`9;${base64(random)}`);
    const packet = parseRelay(splitLine(Buffer.from(answer)).rest);
    return { packet, text: relayProofText(packet, random, binding) };
  }

  function verify(folder: SshOracle, { packet, text }: Awaited<ReturnType<typeof proofOf>>): void {
    const signers = folder.write("signers", `relay ${publicKeyLine(publicKeyFromBlob(packet.key))}\n`);
    const signature = folder.write("signature", sshsigArmor(packet.signature));
    const out = folder.keygen(
      ["-Y", "verify", "-f", signers, "-I", "relay", "-n", "relay@asfaleia", "-s", signature],
      { input: text },
    );
    assert.match(out, /Good "relay@asfaleia" signature/);
  }

  it("is proved by HELLO on a plain line, as ssh-keygen sees it", {
    skip: missing("ssh-keygen"),
  }, async () => {
    using folder = new SshOracle();
    await using relay = await wholeRelay({ ttl: 1234, "max-envelope": 65_536 });
    await using client = await relay.connect();
    const proof = await proofOf(client, new Uint8Array(0));
    verify(folder, proof);
    assert.equal(fingerprint(publicKeyFromBlob(proof.packet.key)), relay.relay.fingerprint);
    assert.equal(proof.packet.ttlSeconds, 1234);
    assert.equal(proof.packet.envelopeBytes, 65_536);
  });

  it("is proved by HELLO on TLS, tied to the connection", { skip: missing("ssh-keygen") }, async () => {
    using folder = new SshOracle();
    await using relay = await wholeRelay();
    await using client = await Client.tls(relay.port);
    const binding = client.tlsSocket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
    const proof = await proofOf(client, binding);
    verify(folder, proof);
    await using other = await Client.tls(relay.port);
    const theirs = await proofOf(other, binding);
    assert.throws(() => verify(folder, theirs), /failed/);
    assert.deepEqual(theirs.packet.bootId, proof.packet.bootId);
  });

  it("is the key of its TLS certificate", async () => {
    await using relay = await wholeRelay();
    await using client = await Client.tls(relay.port);
    const spki = client.tlsSocket
      .getPeerX509Certificate()
      ?.publicKey.export({ format: "der", type: "spki" }) as Buffer;
    await using plain = await relay.connect();
    const { packet } = await proofOf(plain, new Uint8Array(0));
    assert.deepEqual(new Uint8Array(spki), publicKeySpki(publicKeyFromBlob(packet.key)));
  });

  it("is the key it was given, and another boot each time", { skip: missing("ssh-keygen") }, async () => {
    using folder = new SshOracle();
    folder.generate("relay", { name: "ed25519", type: "ed25519" });
    const boots = new Set<string>();
    for (let i = 0; i < 2; i++) {
      await using relay = await wholeRelay({}, { key: folder.read("relay") });
      assert.equal(relay.relay.fingerprint, folder.keygen(["-l", "-f", "relay.pub"]).split(" ")[1]);
      await using client = await relay.connect();
      boots.add(base64((await proofOf(client, new Uint8Array(0))).packet.bootId));
    }
    assert.equal(boots.size, 2);
  });
});

describe("a relay", () => {
  it("says going-away when it stops, to everybody, and closes", async () => {
    const relay = await wholeRelay();
    await using plain = await relay.connect();
    const token = await plain.prove();
    await plain.ask(`5;${token};8`);
    await using tls = await Client.tls(relay.port);
    await tls.ask(hello());
    await using silent = await relay.connect();
    await using refused = await relay.connect();
    refused.write("x");
    await refused.rest();
    const stopped = soon(relay.relay.stop(), "it did not stop");
    assert.deepEqual((await plain.rest()).map(codeOf), ["going-away"]);
    assert.deepEqual((await tls.rest()).map(codeOf), ["going-away"]);
    assert.deepEqual(await silent.rest(), []);
    await stopped;
    await assert.rejects(Client.plain({ port: relay.port }));
  });

  it("stops also when nobody listens to it", async () => {
    const relay = await wholeRelay();
    await using client = await relay.connect();
    const token = await client.prove();
    client.socket.pause();
    const big = base64(randomBytes(200_000));
    client.write(...Array.from({ length: 200 }, () => `3;${token};${nameOf("bob")};${big}`), `4;${token}`);
    await soon(relay.relay.stop(), "it did not stop");
  });

  it("serves a Unix socket", async () => {
    using folder = new SshOracle();
    const path = folder.path("relay.sock");
    await using relay = await wholeRelay({}, { listen: [{ kind: "unix", path }] });
    assert.match(relay.relay.addresses[0] as string, /^asfaleia\+unix:\/.*\/relay\.sock#SHA256:/);
    await using client = await Client.plain({ path });
    await client.prove();
  });

  it("takes one port for both families", async (t) => {
    const both = [
      { kind: "tcp", host: "0.0.0.0", port: 0 },
      { kind: "tcp", host: "::", port: 0 },
    ] as const;
    try {
      await using relay = await wholeRelay({}, { listen: both });
      const [four, six] = relay.relay.addresses.map(portIn);
      assert.equal(four, six);
      assert.match(relay.relay.addresses[0] as string, /^asfaleia:\/\/localhost:/);
      for (const host of ["127.0.0.1", "::1"]) {
        await using client = await Client.plain({ host, port: four as number });
        await client.prove();
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL") throw error;
      t.skip("this machine has no IPv6");
    }
  });

  it("fails where a named address is taken, and leaves nothing listening", async () => {
    await using relay = await wholeRelay();
    using folder = new SshOracle();
    const path = folder.path("relay.sock");
    const listen = [
      { kind: "unix", path } as const,
      { kind: "tcp", host: "127.0.0.1", port: relay.port } as const,
    ];
    await assert.rejects(wholeRelay({}, { listen }), { code: "EADDRINUSE" });
    await assert.rejects(Client.plain({ path }));
  });

  it("for members only lets nobody else prove a key", async () => {
    const [member, stranger] = [drawEd25519(), drawEd25519()];
    await using relay = await wholeRelay(
      {},
      { members: `# ours\n${publicKeyLine(member.publicKey)} alice\n` },
    );
    await using client = await relay.connect();
    await client.prove(member);
    assert.equal(codeOf(await client.ask(`0;${base64(stranger.publicKey.blob)}`)), "not-allowed");
  });

  it("keeps a handle to its connection, and a token to no connection", async () => {
    await using relay = await wholeRelay();
    const pair = drawEd25519();
    await using one = await relay.connect();
    await using two = await relay.connect();
    const [, handle] = (await one.ask(`0;${base64(pair.publicKey.blob)}`)).split(";");
    assert.equal(codeOf(await two.ask(`2;${handle};AAAA`)), "auth-failed");
    const token = await one.prove(pair);
    assert.deepEqual(await two.askRun(`4;${token}`), ["105;0"]);
    await using other = await wholeRelay();
    await using there = await other.connect();
    assert.equal(codeOf(await there.ask(`4;${token}`)), "bad-token");
  });

  it("takes a token no longer than it is good for, also where it knows it", async () => {
    await using relay = await openRelay({ "token-time": 100 });
    const token = await relay.token(nameOf("alice"));
    await using client = await relay.connect();
    await client.ask(`5;${token};4`);
    relay.clock.now += 100_000;
    assert.equal(codeOf(await client.ask(`4;${token}`)), "bad-token");
    assert.equal(codeOf(await client.ask(`5;${token};0`)), "bad-token");
    await using sender = await relay.connect();
    const fresh = await relay.token(nameOf("bob"));
    await sender.ask(`3;${fresh};${nameOf("alice")};aGk=`);
    assert.match(await client.line(), /^104;/, "a subscription outlives its token");
  });

  it("keeps one mailbox for a key, however it is named", async () => {
    await using relay = await wholeRelay();
    const pair = drawEd25519();
    await using client = await relay.connect();
    const token = await client.prove(pair);
    const names = [
      fingerprint(pair.publicKey),
      base64(pair.publicKey.blob),
      base64(publicKeySpki(pair.publicKey)),
    ];
    for (const name of names) assert.match(await client.ask(`3;${token};${name};aGk=`), /^103;/);
    assert.equal((await client.askRun(`4;${token}`)).at(-1), "105;3");
    assert.equal(codeOf(await client.ask(`3;${token};AAAA;aGk=`)), "bad-key");
    assert.equal(codeOf(await client.ask(`3;${token};SHA256:x;aGk=`)), "wrong-usage");
    assert.match(await client.ask(`3;${token};${names[0]};aGk=`), /^103;/);
  });

  it("publishes, and looks up", async () => {
    await using relay = await openRelay();
    const [alice, bob] = [await relay.token(nameOf("alice")), await relay.token(nameOf("bob"))];
    await using client = await relay.connect();
    const find = `8;${bob};${nameOf("alice")}`;
    assert.equal(codeOf(await client.ask(find)), "not-found");
    const [card, other] = [base64(randomBytes(65_535)), base64(Buffer.from("another"))];
    assert.match(await client.ask(`7;${alice};card;60;${card}`), /^103;[A-Za-z0-9+/]{22}==$/);
    assert.match(await client.ask(`7;${alice};other;120;${other}`), /^103;/);
    assert.deepEqual(await client.askRun(find), [`106;card;${card}`, `106;other;${other}`, "105;2"]);
    assert.equal(codeOf(await client.ask(`7;${alice};card;60;${base64(randomBytes(65_536))}`)), "too-large");
    assert.equal(codeOf(await client.ask(`7;${alice};card;${91 * 86_400};aGk=`)), "wrong-usage");
    assert.equal(codeOf(await client.ask(`7;${alice};Card;60;aGk=`)), "wrong-usage");
    assert.equal(codeOf(await client.ask(`7;${alice};card;0;aGk=`)), "wrong-usage");
    relay.clock.now += 60_000;
    assert.deepEqual(await client.askRun(find), [`106;other;${other}`, "105;1"]);
    assert.match(await client.ask(`7;${alice};other;0;`), /^103;/);
    assert.equal(codeOf(await client.ask(find)), "not-found");
    assert.equal(relay.core.mailboxes.bytes, 0, "looking costs nothing");
  });

  it("begins nothing for a connection that is gone", async () => {
    await using relay = await openRelay();
    const bob = nameOf("bob");
    const box = relay.core.mailboxes.open(bob);
    box.ownerCame = relay.clock.now;
    for (let i = 0; i < 3; i++)
      relay.core.mailboxes.put(box, "t", String(i), randomBytes(2000), relay.clock.now);
    const token = await relay.token(bob);
    const users = watchUsers(relay);
    const before = relay.core.mailboxes.bytes;
    // The check of a token takes a moment: here it is over only when the connection is.
    const { check } = relay.core.tokens;
    for (const request of [`4;${token}`, `5;${token};9`]) {
      const late = Promise.withResolvers<void>();
      relay.core.tokens.check = async (...args) => {
        await late.promise;
        return check.apply(relay.core.tokens, args);
      };
      const client = await relay.connect();
      client.write(request);
      await until(() => relay.arrivals.connections.size === 1, "it is there");
      await new Promise((resolve) => setTimeout(resolve, 20));
      await client.cut();
      await until(() => relay.arrivals.connections.size === 0, "it is gone");
      late.resolve();
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(box.held, 0);
      assert.equal(box.subscriber, undefined);
    }
    relay.core.tokens.check = check;
    const { issue } = relay.core.tokens;
    const late = Promise.withResolvers<void>();
    relay.core.tokens.issue = async (...args) => {
      await late.promise;
      return issue.apply(relay.core.tokens, args);
    };
    const proving = await relay.connect();
    const proved = proving.prove();
    await until(() => relay.core.mailboxes.bytes > before, "the proof holds");
    await proving.cut();
    await assert.rejects(proved);
    await until(() => relay.arrivals.connections.size === 0, "it is gone");
    late.resolve();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(users.size, 0, "no token is in use");
    await using client = await relay.connect();
    assert.equal((await client.askRun(`4;${token}`)).at(-1), "105;3");
  });

  it("survives connections that come and go in every state, and remembers none", async () => {
    await using relay = await openRelay();
    const users = watchUsers(relay);
    const token = await relay.token(nameOf("bob"));
    const big = base64(randomBytes(60_000));
    const said = [
      "",
      "9",
      hello(),
      `4;${token}`,
      `5;${token};4\n3;${token};${nameOf("bob")};${big}`,
      `3;${token};${big}`,
      "0;",
      "\x16\x03\x01",
      "?",
    ];
    for (let round = 0; round < 5; round++) {
      const clients = await Promise.all(
        said.map(async (text, at) => {
          const client = await relay.connect();
          client.socket.write(at % 2 === round % 2 ? text : `${text}\n`);
          return client;
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, round * 3));
      await Promise.all(clients.map((client) => client.cut()));
    }
    await until(() => relay.arrivals.connections.size === 0, "all are gone");
    await until(() => relay.core.chunks.fullness === 0, "their memory is free");
    assert.equal(relay.core.inputBytes, 0);
    assert.equal(users.size, 0, "no token is in use");
    assert.equal(relay.core.gate.open, 0);
    assert.equal(relay.core.mailboxes.open(nameOf("bob")).held, 0);
    assert.ok(
      relay.core.readBuffer.every((byte) => byte === 0),
      "what was read is zeroed",
    );
    assert.ok(relay.core.room.every((byte) => byte === 0));
  });
});

/** The tokens that connections say they use. */
function watchUsers({ core }: OpenRelay): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  const { join, leave } = core.rates;
  core.rates.join = (id, now) => {
    users.set(id, (users.get(id) ?? 0) + 1);
    return join.call(core.rates, id, now);
  };
  core.rates.leave = (id) => {
    const left = (users.get(id) ?? 0) - 1;
    if (left === 0) users.delete(id);
    else users.set(id, left);
    leave.call(core.rates, id);
  };
  return users;
}
