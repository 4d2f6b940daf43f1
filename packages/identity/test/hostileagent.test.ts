import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import {
  type Agent,
  fingerprint,
  KeyError,
  MAX_AGENT_KEYS,
  MAX_AGENT_REPLY_BYTES,
  sshAgent,
  WireReader,
  WireWriter,
} from "@asfaleia/identity";
import {
  type AgentBehaviour,
  entry,
  FakeAgent,
  framed,
  listReply,
  readSignRequest,
  signReply,
} from "./fakeagent.ts";
import { drawAuthenticator, drawEcdsa, drawEd25519, drawRsa, pairSigner, utf8 } from "./keys.ts";

const data = utf8("what is signed");
const ed = drawEd25519();
const ec = drawEcdsa("P-256");
const rsa = drawRsa();

const agentError = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof KeyError && error.code === "agent", String(error));
  assert.match(error.message, message);
  return true;
};

/** Asserts that everything one can ask this agent fails in this way. */
async function refused(behaviour: AgentBehaviour, message: RegExp, options = {}): Promise<void> {
  await using fake = await FakeAgent.start(behaviour);
  const agent = sshAgent(fake.path, options);
  await assert.rejects(agent.list(), agentError(message));
  await assert.rejects(agent.signer(ed.publicKey).sign(data), agentError(message));
}

const answer =
  (reply: Uint8Array): AgentBehaviour =>
  (_, socket) =>
    void socket.write(framed(reply));

describe("an ssh-agent that misbehaves", { timeout: 20_000 }, () => {
  it("announces a huge answer, which is refused before it comes", async () => {
    for (const length of [MAX_AGENT_REPLY_BYTES + 1, 0x7fffffff, 0xffffffff]) {
      await refused((_, socket) => void socket.write(new WireWriter().uint32(length).bytes()), /too long/);
    }
  });

  it("says nothing, or something else", async () => {
    await refused(answer(new Uint8Array()), /malformed/);
    await refused(answer(Uint8Array.of(5)), /refuses|did not sign/);
    await refused(answer(Uint8Array.of(6)), /something else/);
    await refused(answer(Uint8Array.of(12, 14)), /malformed|something else/);
  });

  it("closes at once or in the middle of its answer", async () => {
    await refused((_, socket) => void socket.end(), /closed the connection/);
    await refused(
      (_, socket) => void socket.end(framed(new Uint8Array(100)).subarray(0, 50)),
      /closed the connection/,
    );
    await refused((_, socket) => void socket.end(Uint8Array.of(0, 0)), /closed the connection/);
    await refused((_, socket) => void socket.destroy(), /closed the connection/);
  });

  it("never answers", async () => {
    await refused(() => {}, /in time/, { timeoutMs: 30 });
  });

  it("dribbles, and is not given more time for it", async () => {
    await refused(
      (_, socket) => {
        socket.write(Uint8Array.of(0, 0, 1, 0));
        const timer = setInterval(() => socket.write(Uint8Array.of(0)), 5);
        socket.on("close", () => clearInterval(timer));
      },
      /in time/,
      { timeoutMs: 60 },
    );
  });

  it("says more than its answer", async () => {
    await refused(
      (_, socket) => void socket.write(Buffer.concat([framed(Uint8Array.of(5)), Buffer.alloc(1)])),
      /more than/,
    );
  });
});

describe("a list of keys", { timeout: 20_000 }, () => {
  async function list(reply: Uint8Array): ReturnType<Agent["list"]> {
    await using fake = await FakeAgent.start(answer(reply));
    return await sshAgent(fake.path).list();
  }

  it("leaves out what cannot be an account and keeps the rest", async () => {
    const dss = { blob: new WireWriter().string("ssh-dss").string("rest").bytes(), comment: "old" };
    const weak = new WireWriter()
      .string("ssh-rsa")
      .mpint(Uint8Array.of(3))
      .mpint(new Uint8Array(64).fill(0xff));
    const named = { blob: ec.publicKey.blob, comment: Uint8Array.of(0x61, 0xff) };
    const listed = await list(
      listReply([dss, entry(ed.publicKey, "mine"), { blob: weak.bytes(), comment: "" }, named]),
    );
    assert.deepEqual(
      listed.map(({ key, comment }) => [fingerprint(key), comment]),
      [
        [fingerprint(ed.publicKey), "mine"],
        [fingerprint(ec.publicKey), "a\ufffd"],
      ],
    );
  });

  it("arrives in any pieces", async () => {
    const bytes = framed(listReply([entry(ed.publicKey, "in pieces")]));
    for (const size of [1, 3, 4, 5, bytes.length - 1]) {
      await using fake = await FakeAgent.start((_, socket) => {
        socket.setNoDelay(true);
        const next = (at: number): void => {
          if (at >= bytes.length) return;
          socket.write(bytes.subarray(at, at + size), () => setImmediate(next, at + size));
        };
        next(0);
      });
      const [only] = await sshAgent(fake.path).list();
      assert.equal(only?.comment, "in pieces");
    }
  });

  it("is refused when it is malformed in any way", async () => {
    const good = listReply([entry(ed.publicKey, "x")]);
    const more = Uint8Array.from(good);
    more[4] = 2;
    const none = Uint8Array.from(good);
    none[4] = 0;
    const broken = listReply([{ blob: ed.publicKey.blob.subarray(0, -1), comment: "" }]);
    const count = (value: number) => new WireWriter().byte(12).uint32(value).bytes();
    for (const reply of [more, none, good.subarray(0, -1), Buffer.concat([good, good]), broken, count(1)]) {
      await assert.rejects(list(reply), agentError(/malformed/));
    }
    for (const value of [MAX_AGENT_KEYS + 1, 0xffffffff]) {
      await assert.rejects(list(count(value)), agentError(/too many/));
    }
  });
});

describe("a signature from an agent", { timeout: 20_000 }, () => {
  const blobOf = (algorithm: string, signature: Uint8Array) =>
    new WireWriter().string(algorithm).string(signature).bytes();

  async function signed(
    signature: Uint8Array,
    key = ed.publicKey,
    tail = new Uint8Array(),
  ): Promise<Uint8Array> {
    await using fake = await FakeAgent.start(answer(Buffer.concat([signReply(signature), tail])));
    return await sshAgent(fake.path).signer(key).sign(data);
  }

  it("is asked for with rsa-sha2-512 for RSA and without flags for the rest", async () => {
    for (const pair of [ed, rsa]) {
      await using fake = await FakeAgent.start(async (request, socket) => {
        const asked = readSignRequest(request);
        assert.deepEqual(asked.blob, pair.publicKey.blob);
        assert.equal(asked.flags, pair === rsa ? 4 : 0);
        socket.write(framed(signReply(await pairSigner(pair).sign(asked.data))));
      });
      await sshAgent(fake.path).signer(pair.publicKey).sign(data);
      assert.equal(fake.connections, 1);
    }
  });

  it("is refused under another algorithm", async () => {
    await assert.rejects(
      signed(blobOf("ssh-rsa", sign("sha1", data, rsa.privateKey)), rsa.publicKey),
      agentError(/algorithm/),
    );
    const sha256 = blobOf("rsa-sha2-256", sign("sha256", data, rsa.privateKey));
    await assert.rejects(signed(sha256, rsa.publicKey), agentError(/algorithm/));
    await assert.rejects(signed(await pairSigner(ec).sign(data)), agentError(/algorithm/));
  });

  it("is refused when it is wrong, of another text, or malformed", async () => {
    const good = await pairSigner(ed).sign(data);
    assert.deepEqual(await signed(good), good);
    const flipped = Uint8Array.from(good);
    flipped[40]! ^= 1;
    const bad = [
      flipped,
      await pairSigner(ed).sign(utf8("other")),
      await pairSigner(drawEd25519()).sign(data),
      good.subarray(0, -1),
    ];
    for (const signature of bad) await assert.rejects(signed(signature), agentError(/does not fit/));
    await assert.rejects(signed(new Uint8Array()), agentError(/malformed/));
    await assert.rejects(signed(good, ed.publicKey, Uint8Array.of(0)), agentError(/malformed/));
  });

  it("by a security key has flags and counter, and a touch", async () => {
    const device = drawAuthenticator("sk-ecdsa-sha2-nistp256@openssh.com");
    const good = device.signAs(data, 0x01, 9);
    assert.deepEqual(await signed(good, device.publicKey), good);
    const untouched = device.signAs(data, 0x00, 9);
    await assert.rejects(signed(untouched, device.publicKey), agentError(/touch/));
    await assert.rejects(signed(good.subarray(0, -5), device.publicKey), agentError(/does not fit/));
  });
});

describe("asking an agent", { timeout: 20_000 }, () => {
  it("can be given up before and while it is asked", async () => {
    const reason = new Error("no longer wanted");
    await using fake = await FakeAgent.start(() => controller.abort(reason));
    const controller = new AbortController();
    const agent = sshAgent(fake.path, { signal: controller.signal });
    await assert.rejects(agent.list(), reason);
    await assert.rejects(agent.signer(ed.publicKey).sign(data), reason);
    assert.equal(fake.connections, 1);
  });

  it("leaves no listener on the signal", async () => {
    const controller = new AbortController();
    await using fake = await FakeAgent.start(answer(listReply([])));
    const agent = sshAgent(fake.path, { signal: controller.signal });
    for (let i = 0; i < 5; i++) await agent.list();
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  });

  it("sends one well-formed request a connection", async () => {
    const requests: Uint8Array[] = [];
    await using fake = await FakeAgent.start((request, socket) => {
      requests.push(Uint8Array.from(request));
      socket.write(framed(request[0] === 11 ? listReply([]) : Uint8Array.of(5)));
    });
    const agent = sshAgent(fake.path);
    await agent.list();
    await assert.rejects(agent.signer(ed.publicKey).sign(data), KeyError);
    assert.deepEqual(requests[0], Uint8Array.of(11));
    assert.equal(new WireReader(requests[1]!).byte(), 13);
    assert.equal(fake.connections, 2);
  });
});
