/** Fetching a page of keys from hosts that are honest, broken and hostile, directly and through a proxy. */
import assert from "node:assert/strict";
import diagnostics from "node:diagnostics_channel";
import { once } from "node:events";
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { after, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import fc from "fast-check";
import { Authority, type HttpsServer, startHttps } from "../../../../test/kit/https.ts";
import { startSocks5 } from "../../../../test/kit/socks5.ts";
import { missing } from "../../../identity/test/oracle.ts";
import { Failure } from "../../src/exit.ts";
import { KeySourceError, type KeySourceErrorCode } from "../../src/keysources/errors.ts";
import { type FetchOptions, fetchPage, takeBytes } from "../../src/keysources/fetch.ts";
import { MAX_REPLY_BYTES } from "../../src/keysources/limits.ts";

const skip = missing("openssl");
const authority = skip ? undefined : new Authority();
after(() => authority?.[Symbol.dispose]());
const names = ["IP:127.0.0.1", "DNS:localhost", "DNS:keys.test"];
const certified = authority?.certify({ names });

const DIRECTLY: FetchOptions = { proxy: undefined, signal: new AbortController().signal };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A host that the test's authority vouches for. */
async function host(t: TestContext, answer: Answer): Promise<HttpsServer> {
  const server = await startHttps(certified!, answer);
  t.after(() => server[Symbol.asyncDispose]());
  return server;
}

function fetching(url: string, options: Partial<FetchOptions> = {}): Promise<string> {
  return fetchPage(url, { ...DIRECTLY, ca: authority!.pem, ...options });
}

async function failsWith(code: KeySourceErrorCode, page: Promise<unknown>, detail = /^/): Promise<void> {
  await assert.rejects(page, (error) => {
    assert.ok(error instanceof KeySourceError, `a KeySourceError rather than ${error}`);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, detail);
    assert.doesNotMatch(error.message, /127\.0\.0\.1|localhost|keys\.test|alice|https:/);
    assert.equal(error.cause, undefined);
    return true;
  });
}

test("a page comes as it is, and the host learns nothing but what is asked", { skip }, async (t) => {
  const page = "ssh-ed25519 AAAA älice\n";
  const server = await host(t, (_, response) => response.end(page));
  assert.equal(await fetching(`https://127.0.0.1:${server.port}/alice.keys`), page);
  assert.equal(await fetching(`https://localhost:${server.port}/alice.keys`), page);
  const [request] = server.requests;
  assert.deepEqual([request?.method, request?.url], ["GET", "/alice.keys"]);
  assert.deepEqual(request?.headers, {
    host: `127.0.0.1:${server.port}`,
    "user-agent": "node",
    accept: "text/plain, */*;q=0.1",
    "accept-encoding": "identity",
    connection: "close",
  });
});

test("a certificate must be right in every way", { skip }, async (t) => {
  const wrong = [
    [authority!.certify({ names: ["DNS:other.test", "IP:127.0.0.2"] }), /for another name/],
    [authority!.certify({ names, isExpired: true }), /has expired/],
    [authority!.certify({ names, isSelfSigned: true }), /nobody vouches/],
  ] as const;
  const asked: string[] = [];
  for (const [certificate, detail] of wrong) {
    const server = await startHttps(certificate, ({ url = "" }, response) => {
      asked.push(url);
      response.end();
    });
    t.after(() => server[Symbol.asyncDispose]());
    await failsWith("certificate", fetching(`https://127.0.0.1:${server.port}/alice.keys`), detail);
  }
  const unknown = await host(t, (_, response) => response.end());
  const page = fetchPage(`https://127.0.0.1:${unknown.port}/alice.keys`, DIRECTLY);
  await failsWith("certificate", page, /no authority known here/);
  assert.deepEqual([...asked, ...unknown.requests], []);
});

test("no environment turns the check of certificates off", { skip }, async (t) => {
  const server = await host(t, (_, response) => response.end());
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
  await failsWith("certificate", fetchPage(`https://127.0.0.1:${server.port}/alice.keys`, DIRECTLY));
  assert.deepEqual(server.requests, []);
});

test("old TLS and none at all are refused", { skip }, async (t) => {
  const old = await startHttps(certified!, (_, response) => response.end(), {
    minVersion: "TLSv1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  t.after(() => old[Symbol.asyncDispose]());
  await failsWith("bad-tls", fetching(`https://127.0.0.1:${old.port}/alice.keys`));
  const plain = createServer((socket) => void socket.on("error", () => {}).end("HTTP/1.1 200 OK\r\n\r\n"));
  await once(plain.listen(0, "127.0.0.1"), "listening");
  t.after(() => plain.close());
  await failsWith(
    "bad-tls",
    fetching(`https://127.0.0.1:${(plain.address() as AddressInfo).port}/alice.keys`),
  );
});

test("a redirect leads on within the host", { skip }, async (t) => {
  const server = await host(t, ({ url }, response) => {
    if (url === "/d") response.end("there");
    else response.writeHead(302, { location: { "/a": "b", "/b": "/c" }[url ?? ""] ?? "./d" }).end("moved");
  });
  assert.equal(await fetching(`https://127.0.0.1:${server.port}/a`), "there");
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ["/a", "/b", "/c", "/d"],
  );
});

test("a redirect to another host, another port, http, or nowhere is not followed", { skip }, async (t) => {
  const other = await host(t, (_, response) => response.end("other"));
  let location = "";
  const server = await host(t, (_, response) =>
    response.writeHead(301, location === "none" ? {} : { location }).end(),
  );
  for (location of [
    `https://localhost:${other.port}/alice.keys`,
    `https://localhost:${server.port}/alice.keys`,
    `https://127.0.0.1:${other.port}/alice.keys`,
    `//localhost:${other.port}/alice.keys`,
    `http://127.0.0.1:${server.port}/alice.keys`,
    `https://alice:secret@127.0.0.1:${server.port}/alice.keys`,
    "file:///etc/passwd",
    "data:text/plain,ssh-ed25519",
    // Of the same origin, as URLs have it, and on this very machine, since no host stands in it.
    `blob:https://127.0.0.1:${server.port}/alice.keys`,
    "https://",
    "none",
  ]) {
    const before = server.requests.length;
    await failsWith("elsewhere", fetching(`https://127.0.0.1:${server.port}/alice.keys`));
    assert.equal(server.requests.length, before + 1, location);
  }
  assert.deepEqual(other.requests, []);
});

test("a circle of redirects ends", { skip }, async (t) => {
  const server = await host(t, (_, response) => response.writeHead(307, { location: "/alice.keys" }).end());
  await failsWith("circle", fetching(`https://127.0.0.1:${server.port}/alice.keys`));
  assert.equal(server.requests.length, 4);
});

test("what a host answers instead of keys is told apart", { skip }, async (t) => {
  let answer: Answer = () => {};
  const server = await host(t, (request, response) => answer(request, response));
  const gzipped = await promisify(gzip)("ssh-ed25519 AAAA");
  const cases: [KeySourceErrorCode, Answer][] = [
    ["not-found", (_, response) => response.writeHead(404).end("Not Found")],
    ["not-found", (_, response) => response.writeHead(410).end()],
    ["not-shown", (_, response) => response.writeHead(403).end()],
    ["not-shown", (_, response) => response.writeHead(401, { "www-authenticate": "Basic" }).end()],
    ["slow-down", (_, response) => response.writeHead(429).end()],
    ["slow-down", (_, response) => response.writeHead(403, { "x-ratelimit-remaining": "0" }).end()],
    ["slow-down", (_, response) => response.writeHead(503, { "retry-after": "60" }).end()],
    ["host-trouble", (_, response) => response.writeHead(502).end()],
    ["not-keys", (_, response) => response.writeHead(204).end()],
    ["not-keys", (_, response) => response.writeHead(206).end("ssh-ed25519")],
    ["not-keys", (_, response) => response.writeHead(418).end()],
    [
      "not-keys",
      (_, response) => response.setHeader("content-type", "text/html; charset=utf-8").end("<p>sign in"),
    ],
    ["not-keys", (_, response) => response.setHeader("content-encoding", "gzip").end(gzipped)],
    ["not-keys", (_, response) => response.end(Uint8Array.of(0x61, 0xff, 0xfe))],
    ["not-keys", ({ socket }) => void socket.end("SSH-2.0-OpenSSH\r\n")],
    ["not-keys", ({ socket }) => void socket.end(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(20_000)}\r\n\r\n`)],
    // Whoever is on the way could end the connection behind any key, without breaking TLS.
    ["no-end", ({ socket }) => void socket.end("HTTP/1.1 200 OK\r\n\r\nssh-ed25519 AAAA\n")],
    [
      "no-end",
      ({ socket }) =>
        void socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, x\r\n\r\nssh-ed25519 AAAA\n"),
    ],
    ["closed", ({ socket }) => void socket.destroy()],
    ["closed", ({ socket }) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nssh-")],
    [
      "closed",
      ({ socket }) => void socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
    ],
    [
      "not-keys",
      ({ socket }) => void socket.end("HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
    ],
  ];
  for (const [at, [code, each]] of cases.entries()) {
    answer = each;
    await t.test(`${at}: ${code}`, () =>
      failsWith(code, fetching(`https://127.0.0.1:${server.port}/alice.keys`)),
    );
  }
  answer = (_, response) => response.end();
  assert.equal(await fetching(`https://127.0.0.1:${server.port}/alice.keys`), "");
});

test("whatever a host answers, there is a page or a KeySourceError, at once", { skip }, async (t) => {
  let reply: Uint8Array = new Uint8Array(0);
  const server = await host(t, ({ socket }) => void socket.end(reply));
  const head = fc.constantFrom(
    "",
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 302 Found\r\nlocation: ",
    "HTTP/1.1 ",
  );
  await fc.assert(
    fc.asyncProperty(head, fc.string({ unit: "binary", maxLength: 60 }), async (start, rest) => {
      reply = Buffer.from(start + rest, "latin1");
      try {
        assert.equal(typeof (await fetching(`https://127.0.0.1:${server.port}/alice.keys`)), "string");
      } catch (error) {
        assert.ok(error instanceof KeySourceError, `a KeySourceError rather than ${error}`);
        assert.notEqual(error.code, "timeout");
      }
    }),
    { numRuns: 60 },
  );
});

/** What the requests of a stretch of the test have read from their sockets. */
function countingReads(t: TestContext): () => number {
  const requests: ClientRequest[] = [];
  const onRequest = (message: unknown) => void requests.push((message as { request: ClientRequest }).request);
  diagnostics.subscribe("http.client.request.start", onRequest);
  t.after(() => diagnostics.unsubscribe("http.client.request.start", onRequest));
  return () => requests.reduce((sum, { socket }) => sum + (socket?.bytesRead ?? 0), 0);
}

test("of a reply of 10 MB no more than the limit is taken", { skip }, async (t) => {
  const bytesRead = countingReads(t);
  const line = Buffer.alloc(64 * 1024, "ssh-ed25519 AAAA\n");
  const cutOff = Promise.withResolvers<boolean>();
  const server = await host(t, (_, response) => {
    response.on("close", () => cutOff.resolve(!response.writableFinished));
    let left = (10 * 1024 * 1024) / line.length;
    const more = () => {
      while (left-- > 0) if (!response.write(line)) return void response.once("drain", more);
      response.end();
    };
    more();
  });
  await failsWith("too-large", fetching(`https://127.0.0.1:${server.port}/alice.keys`));
  const read = bytesRead();
  assert.ok(read > MAX_REPLY_BYTES && read < 2 * MAX_REPLY_BYTES, `${read} bytes were read`);
  assert.equal(await cutOff.promise, true);
});

test("a reply that says it is too large is not even begun", { skip }, async (t) => {
  const bytesRead = countingReads(t);
  const server = await host(t, (_, response) => {
    response.setHeader("content-length", 10 * 1024 * 1024).write("ssh-ed25519");
  });
  await failsWith("too-large", fetching(`https://127.0.0.1:${server.port}/alice.keys`));
  assert.ok(bytesRead() < 4096);
});

test("a reply of just the limit is taken, one byte more is not; nothing is asked for beyond", async () => {
  const read = async (sizes: number[], limit: number) => {
    let asked = 0;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (const size of sizes) {
        asked++;
        yield new Uint8Array(size);
      }
    }
    const length = await takeBytes(chunks(), limit).then(
      (bytes) => bytes.length,
      (error) => (error instanceof KeySourceError ? error.code : error),
    );
    return [length, asked];
  };
  assert.deepEqual(await read([4, 6], 10), [10, 2]);
  assert.deepEqual(await read([4, 7, 1, 1], 10), ["too-large", 2]);
  assert.deepEqual(await read([], 10), [0, 0]);
});

test("who keeps silent or drips is left when the time is up, at every stage", { skip }, async (t) => {
  const silent = createServer((socket) => void socket.on("error", () => {}));
  await once(silent.listen(0, "127.0.0.1"), "listening");
  t.after(() => silent.close());
  const timeLimitMs = 1_000;
  const silentPort = (silent.address() as AddressInfo).port;
  await failsWith("timeout", fetching(`https://127.0.0.1:${silentPort}/alice.keys`, { timeLimitMs }));
  let dripping: NodeJS.Timeout | undefined;
  const closed: Promise<unknown>[] = [];
  const server = await host(t, ({ url, socket }, response) => {
    // Not `once`: it would reject where a drip comes to a socket that we have left.
    closed.push(new Promise((resolve) => void socket.on("close", resolve)));
    if (url === "/silent") return;
    response.write("s");
    dripping = setInterval(() => response.write("s"), 10);
    response.on("close", () => clearInterval(dripping));
  });
  await failsWith("timeout", fetching(`https://127.0.0.1:${server.port}/silent`, { timeLimitMs }));
  await failsWith("timeout", fetching(`https://127.0.0.1:${server.port}/drip`, { timeLimitMs }));
  // What we leave, we hang up on.
  await Promise.all(closed);
  assert.equal(closed.length, 2);
});

test("the signal ends it with its own reason, at every stage", { skip }, async (t) => {
  const reason = new Error("enough");
  const ended = fetching("https://127.0.0.1:1/alice.keys", { signal: AbortSignal.abort(reason) });
  await assert.rejects(ended, reason);
  const ending = new AbortController();
  const server = await host(t, () => ending.abort(reason));
  const page = fetching(`https://127.0.0.1:${server.port}/alice.keys`, { signal: ending.signal });
  await assert.rejects(page, reason);
});

test("nobody there", { skip }, async (t) => {
  const server = await host(t, () => {});
  await server[Symbol.asyncDispose]();
  await failsWith("unreachable", fetching(`https://127.0.0.1:${server.port}/alice.keys`));
  await failsWith("unreachable", fetching(`https://keys.invalid:${server.port}/alice.keys`));
});

test("through a proxy: it gets names, each fetch is a person of its own, the certificate counts", {
  skip,
}, async (t) => {
  const server = await host(t, ({ url }, response) => {
    if (url === "/moved") response.writeHead(302, { location: "/alice.keys" }).end();
    else response.end("page");
  });
  await using socks = await startSocks5({
    route: (name) => (name === "gone.test" ? undefined : server.port),
  });
  const proxy = { host: "127.0.0.1", port: socks.port };
  assert.equal(await fetching("https://keys.test/alice.keys", { proxy }), "page");
  assert.equal(await fetching("https://keys.test:8443/moved", { proxy }), "page");
  await failsWith("certificate", fetching("https://other.test/alice.keys", { proxy }), /another name/);
  await failsWith(
    "proxy",
    fetching("https://gone.test/alice.keys", { proxy }),
    /cannot reach the other side/,
  );
  await failsWith("certificate", fetching("https://192.0.2.1/alice.keys", { proxy }), /another name/);
  assert.deepEqual(
    socks.asked.map(({ kind, host, port }) => [kind, host, port]),
    [
      ["name", "keys.test", 443],
      ["name", "keys.test", 8443],
      ["name", "keys.test", 8443],
      ["name", "other.test", 443],
      ["name", "gone.test", 443],
      ["ipv4", "192.0.2.1", 443],
    ],
  );
  assert.equal(new Set(socks.asked.map(({ user }) => user)).size, 6);
  assert.equal(server.requests[0]?.headers.host, "keys.test");
});

test("a dead proxy is the end: nothing is tried without it", { skip }, async (t) => {
  const server = await host(t, (_, response) => response.end("page"));
  const socks = await startSocks5({ route: () => server.port });
  await socks[Symbol.asyncDispose]();
  const proxy = { host: "127.0.0.1", port: socks.port };
  await failsWith(
    "proxy",
    fetching(`https://localhost:${server.port}/alice.keys`, { proxy }),
    /nobody answers/,
  );
  assert.equal(server.connections, 0);
  // Loopback as a number is not the proxy's to reach.
  assert.equal(await fetching(`https://127.0.0.1:${server.port}/alice.keys`, { proxy }), "page");
});

test("a silent proxy does not outlast the time limit; onion services need one", { skip }, async () => {
  await using socks = await startSocks5({ route: () => undefined, isSilent: true });
  const proxy = { host: "127.0.0.1", port: socks.port };
  await failsWith("timeout", fetching("https://keys.test/alice.keys", { proxy, timeLimitMs: 150 }));
  await assert.rejects(
    fetching("https://abc.onion/alice.keys"),
    (error) => error instanceof Failure && /ASFALEIA_PROXY/.test(error.message),
  );
});
