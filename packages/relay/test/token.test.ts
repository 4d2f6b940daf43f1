import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { asciiBytes, asciiText, MAX_TOKEN_CHARS, ProtocolError } from "@asfaleia/protocol";
import fc from "fast-check";
import { TokenRates } from "../src/core.ts";
import { Sessions } from "../src/sessions.ts";
import { type Claims, Tokens } from "../src/token.ts";
import { nameOf } from "./kit.ts";

const ISSUER = nameOf("relay");
const ALICE = nameOf("alice");
const NOW = 1_800_000_000_500;
const HOUR = 3600;

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const partsOf = (token: Uint8Array) => asciiText(token).split(".") as [string, string, string];
const read = (text: string) =>
  JSON.parse(Buffer.from(text, "base64url").toString()) as Record<string, unknown>;

/** What stands behind the last letter in the alphabet of base64url: it differs in a bit that 32 bytes leave over. */
function nextLetter(base64url: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(base64url.at(-1) as string) + 1] as string;
}

async function refused(tokens: Tokens, token: string | Uint8Array, now = NOW): Promise<string> {
  const bytes = typeof token === "string" ? asciiBytes(token) : token;
  try {
    await tokens.check(bytes, now);
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
    assert.equal(error.code, "bad-token");
    return error.message;
  }
  return assert.fail(`held: ${asciiText(bytes)}`);
}

describe("tokens", () => {
  it("hold until they end, and not a millisecond longer", async () => {
    const tokens = await Tokens.create(ISSUER, HOUR);
    const { token, mailbox, id, ends } = await tokens.issue(ALICE, NOW);
    assert.deepEqual(await tokens.check(token, NOW), { mailbox, id, ends });
    assert.equal(mailbox, ALICE);
    assert.equal(ends, (Math.floor(NOW / 1000) + HOUR) * 1000);
    await tokens.check(token, ends - 1);
    await refused(tokens, token, ends);
    await refused(tokens, token, ends + 1e9);
  });

  it("are JWTs with the claims of the specification", async () => {
    const tokens = await Tokens.create(ISSUER, HOUR);
    const { token, id } = await tokens.issue(ALICE, NOW);
    const [header, payload] = partsOf(token);
    const seconds = Math.floor(NOW / 1000);
    assert.deepEqual(read(header), { alg: "HS256" });
    assert.deepEqual(read(payload), { iss: ISSUER, sub: ALICE, iat: seconds, exp: seconds + HOUR, jti: id });
    assert.equal(Buffer.from(id, "base64url").length, 16);
    assert.ok(token.length < MAX_TOKEN_CHARS);
    assert.notEqual((await tokens.issue(ALICE, NOW)).id, id);
  });

  it("that are false are refused, all with one text", async () => {
    const tokens = await Tokens.create(ISSUER, HOUR);
    const { token, id } = await tokens.issue(ALICE, NOW);
    const [header, payload, signature] = partsOf(token);
    const claims = read(payload);
    const sign = (head: object, body: object, secret: string | Buffer, hash = "sha256") => {
      const text = `${part(head)}.${part(body)}`;
      return `${text}.${createHmac(hash, secret).update(text).digest("base64url")}`;
    };
    const foreign = await (await Tokens.create(ISSUER, HOUR)).issue(ALICE, NOW);
    const otherRelay = await (await Tokens.create(nameOf("other"), HOUR)).issue(ALICE, NOW);
    const bad: Record<string, string | Uint8Array> = {
      "alg none": `${part({ alg: "none" })}.${payload}.`,
      "alg none, signature kept": `${part({ alg: "none" })}.${payload}.${signature}`,
      "alg None": `${part({ alg: "None" })}.${payload}.`,
      "alg HS512 in the header": `${part({ alg: "HS512" })}.${payload}.${signature}`,
      "HS512 with an empty secret": sign({ alg: "HS512" }, claims, "", "sha512"),
      "empty secret": sign({ alg: "HS256" }, claims, ""),
      "issuer as secret": sign({ alg: "HS256" }, claims, ISSUER),
      "no alg": `${part({})}.${payload}.${signature}`,
      "foreign secret": foreign.token,
      "foreign issuer": otherRelay.token,
      "kid: a file": sign({ alg: "HS256", kid: "/dev/null" }, claims, ""),
      "kid: a query": sign({ alg: "HS256", kid: "' UNION SELECT ''--" }, claims, ""),
      "jwk of the attacker's": sign(
        { alg: "HS256", jwk: { kty: "oct", k: "AAAA" } },
        claims,
        Buffer.from("AAAA", "base64url"),
      ),
      jku: sign({ alg: "HS256", jku: "http://127.0.0.1/keys" }, claims, ""),
      crit: sign({ alg: "HS256", crit: ["b64"], b64: false }, claims, ""),
      "other mailbox": `${header}.${part({ ...claims, sub: nameOf("bob") })}.${signature}`,
      "later end": `${header}.${part({ ...claims, exp: 9_999_999_999 })}.${signature}`,
      "no end": `${header}.${part({ ...claims, exp: undefined })}.${signature}`,
      "no signature": `${header}.${payload}.`,
      "two parts": `${header}.${payload}`,
      "four parts": `${header}.${payload}.${signature}.`,
      "five parts": `${header}.${payload}.${signature}.${id}.x`,
      "one byte less": token.slice(0, -1),
      "one byte more": `${asciiText(token)}A`,
      "a space": ` ${asciiText(token)}`,
      "a space behind it": `${asciiText(token)} `,
      "a CR behind it": `${asciiText(token)}\r`,
      "padding behind it": `${asciiText(token)}=`,
      "a LF in the signature": `${header}.${payload}.${signature.slice(0, 9)}\n${signature.slice(9)}`,
      "the spare bits of the signature set": `${asciiText(token).slice(0, -1)}${nextLetter(signature)}`,
      dots: "..",
      garbage: "x",
      "not ASCII": new Uint8Array([0xff, 0xfe, 0x2e, 0x80, 0x2e, 0xc0]),
    };
    const texts = new Set<string>();
    for (const [name, what] of Object.entries(bad)) {
      texts.add(await refused(tokens, what).catch((error) => assert.fail(`${name}: ${error}`)));
    }
    texts.add(await refused(tokens, token, NOW + HOUR * 1000));
    assert.equal(texts.size, 1);
  });

  it("that are false although the secret is right are refused", async (t) => {
    const secret = randomBytes(32);
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign", "verify"]);
    t.mock.method(crypto.subtle, "generateKey", async () => key);
    const tokens = await Tokens.create(ISSUER, HOUR);
    const seconds = Math.floor(NOW / 1000);
    const right = { iss: ISSUER, sub: ALICE, iat: seconds, exp: seconds + HOUR, jti: "one" };
    const sign = (body: object, head: object = { alg: "HS256" }, hash = "sha256") => {
      const text = `${part(head)}.${part(body)}`;
      return `${text}.${createHmac(hash, secret).update(text).digest("base64url")}`;
    };
    assert.equal((await tokens.check(asciiBytes(sign(right)), NOW)).mailbox, ALICE);
    assert.equal((await tokens.check((await tokens.issue(ALICE, NOW)).token, NOW)).mailbox, ALICE);
    const { sub: _sub, ...noMailbox } = right;
    const { exp: _exp, ...noEnd } = right;
    const { iat: _iat, ...noBeginning } = right;
    const { jti: _jti, ...noId } = right;
    const { iss: _iss, ...noIssuer } = right;
    const wrong = {
      "another relay's": sign({ ...right, iss: nameOf("other relay") }),
      "several relays'": sign({ ...right, iss: [nameOf("other relay")] }),
      "no issuer": sign(noIssuer),
      "no mailbox": sign(noMailbox),
      "a mailbox that is no text": sign({ ...right, sub: 5 }),
      "no end": sign(noEnd),
      "an end that is no number": sign({ ...right, exp: `${right.exp}` }),
      ended: sign({ ...right, exp: seconds }),
      "not begun": sign({ ...right, nbf: seconds + 10 }),
      "no beginning": sign(noBeginning),
      "no id": sign(noId),
      HS512: sign(right, { alg: "HS512" }, "sha512"),
      HS384: sign(right, { alg: "HS384" }, "sha384"),
      "none, signed": sign(right, { alg: "none" }),
      "no algorithm": sign(right, {}),
      "an extension that must be understood": sign(right, { alg: "HS256", crit: ["x"], x: 1 }),
      "claims that are a list": sign([right]),
    };
    for (const [name, token] of Object.entries(wrong)) {
      await refused(tokens, token).catch((error) => assert.fail(`${name}: ${error}`));
    }
  });

  it("that are changed anywhere do not hold", async () => {
    const tokens = await Tokens.create(ISSUER, HOUR);
    const { token } = await tokens.issue(ALICE, NOW);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = token.slice();
        changed[at] = (changed[at] as number) ^ change;
        await refused(tokens, changed);
      }),
      { numRuns: 200 },
    );
  });

  it("survive any bytes at all", async () => {
    const tokens = await Tokens.create(ISSUER, HOUR);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await refused(tokens, bytes);
      }),
      { numRuns: 200 },
    );
  });
});

describe("remembered tokens", () => {
  const claims = (id: string, ends = NOW + 1000): Claims => ({ mailbox: ALICE, id, ends });
  const bytes = (id: string) => asciiBytes(`token ${id}`);

  it("are known by their exact bytes", () => {
    const sessions = new Sessions(new TokenRates(10));
    assert.ok(sessions.isEmpty);
    sessions.remember(bytes("a"), claims("a"), NOW);
    assert.ok(!sessions.isEmpty);
    assert.equal(sessions.recall(bytes("a"), NOW)?.id, "a");
    for (const near of ["token b", "token", "token a ", "Token a", ""]) {
      assert.equal(sessions.recall(asciiBytes(near), NOW), undefined);
    }
  });

  it("end when they end", () => {
    const sessions = new Sessions(new TokenRates(10));
    sessions.remember(bytes("a"), claims("a"), NOW);
    assert.ok(sessions.recall(bytes("a"), NOW + 999));
    assert.equal(sessions.recall(bytes("a"), NOW + 1000), undefined);
  });

  it("are four; the one used longest ago goes, and is zeroed", () => {
    const sessions = new Sessions(new TokenRates(10));
    const all = ["a", "b", "c", "d", "e"].map(bytes);
    for (const [at, token] of all.slice(0, 4).entries()) sessions.remember(token, claims(String(at)), NOW);
    assert.equal(sessions.recall(bytes("a"), NOW)?.id, "0");
    sessions.remember(all[4] as Uint8Array, claims("4"), NOW);
    const left = ["a", "b", "c", "d", "e"].map((id) => sessions.recall(bytes(id), NOW)?.id);
    assert.deepEqual(left, ["0", undefined, "2", "3", "4"]);
    assert.ok((all[1] as Uint8Array).every((byte) => byte === 0));
    sessions.clear();
    assert.ok(all.every((token) => token.every((byte) => byte === 0)));
    assert.ok(sessions.isEmpty);
  });

  it("are remembered once, however often they come", () => {
    const rates = new TokenRates(1);
    const sessions = new Sessions(rates);
    for (let i = 0; i < 10; i++) sessions.remember(bytes("a"), claims("a"), NOW);
    const { rate } = sessions.recall(bytes("a"), NOW) as { rate: object };
    sessions.clear();
    assert.notEqual(rates.join("a", NOW), rate, "nobody was counted twice");
  });

  it("share their rate over connections, as long as one of them lives", () => {
    const rates = new TokenRates(2);
    const [one, two] = [new Sessions(rates), new Sessions(rates)];
    one.remember(bytes("a"), claims("a"), NOW);
    two.remember(bytes("a"), claims("a"), NOW);
    const take = (sessions: Sessions) => sessions.recall(bytes("a"), NOW)?.rate.take(2, NOW);
    assert.deepEqual([take(one), take(two), take(one), take(two)], [true, true, false, false]);
    one.clear();
    one.remember(bytes("a"), claims("a"), NOW);
    assert.equal(take(one), false, "coming back does not fill the bucket");
  });
});
