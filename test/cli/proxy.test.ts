/** ASFALEIA_PROXY and relays: real processes, a real relay, and a proxy that remembers what it was asked for. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { type Socks5, startSocks5 } from "../kit/socks5.ts";
import { untraceable } from "../kit/trace.ts";
import { jsonLines, LAUNCHER, Place } from "./kit.ts";

const PORT = 3308;

/** A relay that is called relay.test, a name that only the proxy knows. */
async function world(t: TestContext) {
  const house = new Place();
  t.after(() => house[Symbol.asyncDispose]());
  const { address } = await house.relay();
  const [, port, fingerprint] = /:(\d+)#(.*)$/.exec(address) ?? [];
  const route = (host: string, at: number) =>
    host === "relay.test" && at === PORT ? Number(port) : undefined;
  const socks = await startSocks5({ route });
  t.after(() => socks[Symbol.asyncDispose]());
  const env = {
    ASFALEIA_RELAY: `relay.test#${fingerprint}`,
    ASFALEIA_PROXY: `socks5h://127.0.0.1:${socks.port}`,
  };
  const person = () => {
    const place = new Place();
    t.after(() => place[Symbol.asyncDispose]());
    place.env = env;
    place.key(place.ssh("id_ed25519"));
    return place;
  };
  return { socks, env, direct: address, person };
}

/** Of connections that each were asked for by name, and by a person of their own. */
function checkAsked({ asked }: Socks5): void {
  for (const { kind, host, port } of asked)
    assert.deepEqual([kind, host, port], ["name", "relay.test", PORT]);
  assert.equal(new Set(asked.map(({ user }) => user)).size, asked.length);
  assert.equal(new Set(asked.map(({ password }) => password)).size, asked.length);
}

test("two people talk, and every connection goes through the proxy", async (t) => {
  const { socks, person } = await world(t);
  const [alice, bob] = [person(), person()];
  for (const each of [alice, bob]) {
    const { code, stderr } = await each.run(["init", "--no-passphrase"]);
    assert.deepEqual([code, stderr.includes("proxy")], [0, false], stderr);
  }
  const card = bob.run(["card"]);
  alice.write("bob.card", (await card).stdout);
  assert.equal((await alice.run(["add", "bob.card", "--as", "bob"])).code, 0);
  const before = socks.asked.length;
  const sent = await alice.run(["send", "bob", "through the dark"]);
  assert.equal(sent.code, 0, sent.stderr);
  assert.ok(socks.asked.length > before);
  const heard = await bob.run(["listen", "--count", "1", "--timeout", "20", "--json"]);
  const texts = jsonLines(heard.stdout).flatMap(({ type, text }) => (type === "request" ? [text] : []));
  assert.deepEqual(texts, ["through the dark"]);
  checkAsked(socks);

  // Without the proxy the message waits here, and why is said.
  await socks[Symbol.asyncDispose]();
  const kept = await alice.run(["send", "bob", "later", "--timeout", "2"]);
  assert.equal(kept.code, 10);
  assert.match(
    kept.stderr,
    /the proxy made no connection to the relay: nobody answers at the proxy's address/,
  );
});

test("user and password of the setting take the place of drawn ones", async (t) => {
  const { socks, person } = await world(t);
  const alice = person();
  const ASFALEIA_PROXY = `socks5://ali%40ce:se%3Acret@127.0.0.1:${socks.port}`;
  const { code, stderr } = await alice.run(["letters", "get"], { env: { ASFALEIA_PROXY } });
  assert.deepEqual([code, stderr], [6, "No letters wait.\n"]);
  assert.deepEqual(
    socks.asked.map(({ user, password }) => [user, password]),
    [["ali@ce", "se:cret"]],
  );
});

test("a dead proxy is the end: the relay is not tried without it", async (t) => {
  const { socks, person } = await world(t);
  let came = 0;
  const server = createServer((socket) => {
    came++;
    socket.destroy();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  await socks[Symbol.asyncDispose]();
  const alice = person();
  const { port } = server.address() as AddressInfo;
  const relay = `localhost:${port}#SHA256:${"A".repeat(43)}`;
  const { code, stderr } = await alice.run(["letters", "get", "--relay", relay]);
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^asfaleia: the proxy made no connection to the relay: nobody answers at the proxy's address\n$/,
  );
  assert.equal(came, 0);
  // Without the proxy that name does lead there.
  await alice.run(["letters", "get", "--relay", relay], { env: { ASFALEIA_PROXY: "" } });
  assert.equal(came, 1);
});

test("a proxy that refuses is told; loopback numbers and Unix sockets do without", async (t) => {
  const { socks, person, direct } = await world(t);
  const alice = person();
  const refused = await alice.run(["letters", "get", "--relay", `elsewhere.test#SHA256:${"A".repeat(43)}`]);
  assert.deepEqual([refused.code, /the proxy cannot reach the other side/.test(refused.stderr)], [3, true]);
  assert.equal((await alice.run(["letters", "get", "--relay", direct])).code, 6);
  const socket = alice.path("relay.sock");
  const onSocket = alice.start(["relay", "--listen", `unix:${socket}`]);
  await onSocket.says("ready");
  const address = /^listening (\S+)$/m.exec(onSocket.stdout)?.[1] ?? "";
  assert.equal((await alice.run(["letters", "get", "--relay", address])).code, 6);
  assert.equal(socks.asked.length, 1);
});

test("a setting that cannot be read stops everything, and is not repeated", async (t) => {
  const { person, direct } = await world(t);
  const alice = person();
  for (const ASFALEIA_PROXY of ["http://secret:secret@127.0.0.1:8080", "127.0.0.1:9050"]) {
    const { code, stderr } = await alice.run(["letters", "get", "--relay", direct], {
      env: { ASFALEIA_PROXY },
    });
    assert.deepEqual(
      [code, stderr],
      [2, "asfaleia: ASFALEIA_PROXY takes socks5h://host:port or socks5h://user:password@host:port\n"],
    );
  }
});

test("an onion service is not looked for without a proxy", async (t) => {
  const { person } = await world(t);
  const relay = `${"a".repeat(56)}.onion#SHA256:${"A".repeat(43)}`;
  const { code, stderr } = await person().run(["letters", "get", "--relay", relay], {
    env: { ASFALEIA_PROXY: "" },
  });
  assert.equal(code, 3);
  assert.match(stderr, /through Tor only.*ASFALEIA_PROXY=socks5h:\/\/127\.0\.0\.1:9050\n$/);
});

test("the system is asked for no connection but to the proxy, and for no name", async (t) => {
  const reason = untraceable();
  if (reason !== undefined) return t.skip(reason);
  const { socks, person } = await world(t);
  const alice = person();
  const trace = alice.path("trace");
  const command = [process.execPath, LAUNCHER, "letters", "get"];
  const args = ["-f", "-qq", "-e", "trace=connect,openat", "-o", trace, ...command];
  const traced = spawn("strace", args, { env: alice.environment(), stdio: "ignore", cwd: alice.folder });
  assert.deepEqual(await once(traced, "close"), [6, null]);
  const calls = readFileSync(trace, "utf8").split("\n");
  const places = calls.filter((call) => /connect\(/.test(call)).map((call) => /\{(.*?)\}/.exec(call)?.[1]);
  assert.deepEqual(places, [
    `sa_family=AF_INET, sin_port=htons(${socks.port}), sin_addr=inet_addr("127.0.0.1")`,
  ]);
  // What a lookup of a name begins with.
  assert.deepEqual(
    calls.filter((call) => /\/etc\/(resolv\.conf|hosts|nsswitch\.conf)/.test(call)),
    [],
  );
});
