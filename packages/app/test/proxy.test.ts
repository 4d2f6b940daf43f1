/** ASFALEIA_PROXY: what it may say, what goes through it, and that nothing goes round it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { startSocks5 } from "../../../test/kit/socks5.ts";
import { Failure } from "../src/exit.ts";
import { parseProxy, proxyFor, proxyMark, proxySetting, type SocksProxy } from "../src/proxy.ts";
import { connectThrough, ProxyError, type ProxyErrorCode } from "../src/socks.ts";

const NEVER = new AbortController().signal;

test("a proxy is a host and a port, perhaps with a user and a password", () => {
  assert.deepEqual(parseProxy("socks5h://127.0.0.1:9050"), { host: "127.0.0.1", port: 9050 });
  assert.deepEqual(parseProxy("SOCKS5://Localhost:1/"), { host: "localhost", port: 1 });
  assert.deepEqual(parseProxy("socks5h://[::1]:9150"), { host: "::1", port: 9150 });
  assert.deepEqual(parseProxy("socks5://a%3Ab:p%40%25@proxy.example:1080"), {
    host: "proxy.example",
    port: 1080,
    credentials: { user: "a:b", password: "p@%" },
  });
});

test("what is no proxy is refused without being repeated", () => {
  for (const text of [
    "127.0.0.1:9050",
    "http://127.0.0.1:8080",
    "socks4://127.0.0.1:9050",
    "socks5h://127.0.0.1",
    "socks5h://127.0.0.1:0",
    "socks5h://127.0.0.1:65536",
    "socks5h://:9050",
    "socks5h://127.1:9050",
    "socks5h://secret@127.0.0.1:9050",
    "socks5h://secret:@127.0.0.1:9050",
    "socks5h://:secret@127.0.0.1:9050",
    "socks5h://secret:a:b@127.0.0.1:9050",
    "socks5h://secret:%zz@127.0.0.1:9050",
    `socks5h://secret:${"x".repeat(256)}@127.0.0.1:9050`,
    "socks5h://127.0.0.1:9050/secret",
    " socks5h://127.0.0.1:9050",
    "socks5h://127.0.0.1:9050\n",
    `socks5h://${"a".repeat(4096)}:9050`,
  ]) {
    assert.throws(
      () => parseProxy(text),
      (error) => error instanceof Failure && error.exit === 2 && !error.message.includes("secret"),
      text,
    );
  }
});

test("every user and password can be written", () => {
  const word = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
    .filter((text) => text.isWellFormed() && Buffer.byteLength(text) <= 255);
  fc.assert(
    fc.property(word, word, fc.integer({ min: 1, max: 65535 }), (user, password, port) => {
      const text = `socks5h://${encodeURIComponent(user)}:${encodeURIComponent(password)}@h.example:${port}`;
      assert.deepEqual(parseProxy(text), { host: "h.example", port, credentials: { user, password } });
    }),
  );
});

test("any text is a proxy or a failure", () => {
  const start = fc.constantFrom("", "socks5://", "socks5h://", "socks5h://a:b@");
  fc.assert(
    fc.property(start, fc.string({ unit: "binary" }), (head, rest) => {
      try {
        assert.ok(parseProxy(head + rest).port > 0);
      } catch (error) {
        assert.ok(error instanceof Failure);
      }
    }),
  );
});

test("not set and empty are no proxy; loopback numbers go round it, everything else through it", () => {
  assert.equal(proxySetting({}), undefined);
  assert.equal(proxySetting({ ASFALEIA_PROXY: "" }), undefined);
  const proxy = proxySetting({ ASFALEIA_PROXY: "socks5h://127.0.0.1:9050" });
  for (const host of ["127.0.0.1", "127.9.9.9", "::1"]) assert.equal(proxyFor(host, proxy), undefined);
  for (const host of ["localhost", "127.example", "10.0.0.1", "::", "::ffff:127.0.0.1", "x.onion"]) {
    assert.equal(proxyFor(host, proxy), proxy, host);
  }
  assert.equal(proxyFor("relay.example", undefined), undefined);
  for (const host of ["abc.onion", "a.B.ONION", "abc.onion."]) {
    assert.throws(() => proxyFor(host, undefined), /onion service .* ASFALEIA_PROXY=socks5h/);
  }
});

test("equal settings have equal marks, however they are written, and others have others", () => {
  const mark = (text: string) => proxyMark(parseProxy(text));
  assert.equal(proxyMark(undefined), "");
  assert.match(mark("socks5h://127.0.0.1:9050"), /^[0-9a-f]{64}$/);
  assert.equal(mark("socks5://LOCALHOST:9050/"), mark("socks5h://localhost:9050"));
  assert.equal(mark("socks5h://%61:b@localhost:1"), mark("socks5h://a:b@localhost:1"));
  const settings = [
    "localhost:1",
    "localhost:2",
    "other:1",
    "a:b@localhost:1",
    "a:c@localhost:1",
    "b:b@localhost:1",
  ];
  assert.equal(new Set(settings.map((each) => mark(`socks5h://${each}`))).size, settings.length);
});

/** A server that greets, and counts who came. */
async function greeter(t: TestContext): Promise<{ port: number; came: Socket[] }> {
  const came: Socket[] = [];
  const server = createServer((socket) => {
    came.push(socket);
    socket.on("error", () => {}).end("hello");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, came };
}

function proxyAt(port: number, more: Partial<SocksProxy> = {}): SocksProxy {
  return { host: "127.0.0.1", port, ...more };
}

async function greeting(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

async function failsWith(code: ProxyErrorCode, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof ProxyError, `a ProxyError rather than ${error}`);
    assert.equal(error.code, code);
    assert.doesNotMatch(JSON.stringify(Object.entries(error)) + error.message, /nowhere|secret/);
    return true;
  });
}

test("the proxy gets the name, and every connection a user and a password of its own", async (t) => {
  const { port } = await greeter(t);
  await using socks = await startSocks5({ route: () => port });
  for (const host of ["keys.nowhere.test", "192.0.2.7", "2001:db8::7"]) {
    assert.equal(
      await greeting(await connectThrough(proxyAt(socks.port), { host, port: 443 }, NEVER)),
      "hello",
    );
  }
  assert.deepEqual(
    socks.asked.map(({ kind, host, port }) => [kind, host, port]),
    [
      ["name", "keys.nowhere.test", 443],
      ["ipv4", "192.0.2.7", 443],
      ["ipv6", "20010db8000000000000000000000007", 443],
    ],
  );
  const drawn = socks.asked.flatMap(({ user, password }) => [user, password]);
  for (const each of drawn) assert.match(each ?? "", /^[0-9a-f]{32}$/);
  assert.equal(new Set(drawn).size, 6);
});

test("a user and a password that are set go to the proxy; it need not ask for them", async (t) => {
  const { port } = await greeter(t);
  const credentials = { user: "alïce", password: "s:e" };
  await using asking = await startSocks5({ route: () => port, onlyUser: "alïce" });
  await greeting(
    await connectThrough(proxyAt(asking.port, { credentials }), { host: "a.test", port: 1 }, NEVER),
  );
  assert.deepEqual(asking.asked, [{ kind: "name", host: "a.test", port: 1, ...credentials }]);
  await using open = await startSocks5({ route: () => port, asksForUser: false });
  await greeting(
    await connectThrough(proxyAt(open.port, { credentials }), { host: "a.test", port: 1 }, NEVER),
  );
  assert.deepEqual(open.asked, [{ kind: "name", host: "a.test", port: 1 }]);
});

test("a proxy that is dead, refuses, or is none is told apart; nobody is reached without it", async (t) => {
  const { port, came } = await greeter(t);
  const place = { host: "127.0.0.1", port };
  const gone = await startSocks5({ route: () => port });
  await gone[Symbol.asyncDispose]();
  await failsWith("unreachable", connectThrough(proxyAt(gone.port), place, NEVER));
  await using wary = await startSocks5({ route: () => port, onlyUser: "bob" });
  await failsWith("credentials", connectThrough(proxyAt(wary.port), place, NEVER));
  await using narrow = await startSocks5({ route: () => undefined });
  await failsWith("refused", connectThrough(proxyAt(narrow.port), { host: "nowhere", port: 1 }, NEVER));
  await failsWith("refused", connectThrough(proxyAt(narrow.port), { host: "fe80::1%lo", port: 1 }, NEVER));
  assert.deepEqual(came, []);
  // The greeter is no proxy, and says something else.
  await failsWith("bad-proxy", connectThrough(proxyAt(port), place, NEVER));
  assert.equal(came.length, 1);
});

test("a proxy that keeps silent is waited for as long as the signal lets", async () => {
  await using silent = await startSocks5({ route: () => undefined, isSilent: true });
  const ending = new AbortController();
  const opening = connectThrough(proxyAt(silent.port), { host: "a.test", port: 1 }, ending.signal);
  const reason = new Error("enough");
  setImmediate(() => ending.abort(reason));
  await assert.rejects(opening, reason);
  await assert.rejects(
    connectThrough(proxyAt(silent.port), { host: "a.test", port: 1 }, ending.signal),
    reason,
  );
});

test("whatever a proxy answers, there is a connection or a ProxyError", async () => {
  const head = fc.constantFrom([], [5, 0], [5, 2], [5, 2, 1, 0], [5, 0, 5, 0, 0, 1], [5, 0, 5, 0, 0, 3, 9]);
  await fc.assert(
    fc.asyncProperty(head, fc.uint8Array({ maxLength: 40 }), async (start, rest) => {
      const server = createServer((socket) =>
        socket.on("error", () => {}).end(Buffer.from([...start, ...rest])),
      );
      await once(server.listen(0, "127.0.0.1"), "listening");
      try {
        const { port } = server.address() as AddressInfo;
        const socket = await connectThrough(proxyAt(port), { host: "a.test", port: 1 }, NEVER);
        socket.destroy();
      } catch (error) {
        assert.ok(error instanceof ProxyError, `a ProxyError rather than ${error}`);
      } finally {
        server.close();
      }
    }),
    { numRuns: 60 },
  );
});
