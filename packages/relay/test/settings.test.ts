import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PORT } from "@asfaleia/protocol";
import fc from "fast-check";
import { parseAdvertise, parseListen, printedAddress } from "../src/address.ts";
import { parseSetting, RELAY_FLAGS, relaySettings } from "../src/settings.ts";
import { nameOf } from "./kit.ts";

describe("settings", () => {
  for (const { flag, kind, argument, default: written, help } of RELAY_FLAGS) {
    it(`--${flag} ${argument}: its default ${written} is what it reads as`, () => {
      assert.equal(parseSetting(flag, written), relaySettings()[flag]);
      assert.ok(help.length > 0 && /^[\x20-\x7e]*$/.test(help));
    });

    it(`--${flag}: from its least to its most, and no further`, () => {
      const told = messageOf(() => parseSetting(flag, "no"));
      const [, from, to] = /, from ([0-9A-Za-z]+) to ([0-9A-Za-z]+)$/.exec(told) ?? [];
      const least = parseSetting(flag, from as string);
      const most = parseSetting(flag, to as string);
      assert.ok(least <= relaySettings()[flag] && relaySettings()[flag] <= most);
      const unit = kind === "duration" ? "s" : "";
      assert.equal(parseSetting(flag, `${least}${unit}`), least);
      assert.throws(() => parseSetting(flag, `${least - 1}${unit}`), RangeError);
      assert.throws(() => parseSetting(flag, `${most + 1}${unit}`), RangeError);
    });

    it(`--${flag}: no garbage`, () => {
      const garbage = [
        "",
        " ",
        "-1",
        "+5",
        "1.5",
        "1e9",
        "0x10",
        "7 d",
        " 7",
        "7d ",
        "KiB",
        "99999999999999999999",
        "1KB",
        "1k",
        "NaN",
        "constructor",
        "5constructor",
        "5toString",
        "٣",
      ];
      for (const text of garbage) assert.throws(() => parseSetting(flag, text), RangeError, `took ${text}`);
      fc.assert(
        fc.property(fc.string(), (text) => {
          try {
            assert.ok(Number.isSafeInteger(parseSetting(flag, text)));
            assert.match(text, /^[0-9]+[A-Za-z]*$/);
          } catch (error) {
            assert.ok(error instanceof RangeError, String(error));
          }
        }),
        { numRuns: 30 },
      );
    });
  }

  it("read units", () => {
    assert.equal(parseSetting("ttl", "2d"), 172_800);
    assert.equal(parseSetting("ttl", "36h"), 129_600);
    assert.equal(parseSetting("ttl", "90m"), 5400);
    assert.equal(parseSetting("ttl", "45s"), 45);
    assert.equal(parseSetting("memory", "3GiB"), 3 * 2 ** 30);
    assert.equal(parseSetting("memory", "5MiB"), 5 * 2 ** 20);
    assert.equal(parseSetting("memory", "2048KiB"), 2 ** 21);
    assert.equal(parseSetting("memory", "3000000"), 3_000_000);
    assert.throws(() => parseSetting("memory", "2d"), RangeError);
    assert.throws(() => parseSetting("rate", "5s"), RangeError);
  });

  it("take a time without a unit for seconds", () => {
    assert.equal(parseSetting("ttl", "100"), 100);
  });

  it("are changed one by one", () => {
    assert.deepEqual(relaySettings({ ttl: 5 }), { ...relaySettings(), ttl: 5 });
    assert.equal(Object.keys(relaySettings()).length, RELAY_FLAGS.length);
  });
});

describe("where to listen", () => {
  for (const [text, expected] of [
    ["127.0.0.1:0", { kind: "tcp", host: "127.0.0.1", port: 0 }],
    ["127.0.0.1", { kind: "tcp", host: "127.0.0.1", port: PORT }],
    ["[::]:3309", { kind: "tcp", host: "::", port: 3309 }],
    ["[::1]", { kind: "tcp", host: "::1", port: PORT }],
    ["relay.example:1", { kind: "tcp", host: "relay.example", port: 1 }],
    ["unix:/run/relay.sock", { kind: "unix", path: "/run/relay.sock" }],
  ] as const) {
    it(`reads ${text}`, () => assert.deepEqual(parseListen(text), expected));
  }

  for (const text of [
    "",
    ":3308",
    "::1",
    "127.0.0.1:",
    "127.0.0.1:70000",
    "unix:",
    "unix:here.sock",
    `unix:/${"x".repeat(103)}`,
    "unix:/a\nb",
    "a b",
    "1.2.3",
  ]) {
    it(`refuses "${text}"`, () => assert.throws(() => parseListen(text), { code: "wrong-usage" }));
  }

  for (const [text, host] of [
    ["relay.example", "relay.example"],
    ["192.0.2.1", "192.0.2.1"],
    ["::1", "::1"],
    ["[2001:DB8::1]", "2001:db8::1"],
  ] as const) {
    it(`advertises ${text}`, () => assert.equal(parseAdvertise(text), host));
  }

  for (const text of ["", "relay.example:443", "[::1]:443", "a;b", "a#b", "a/b", "1.2.3"]) {
    it(`does not advertise "${text}"`, () =>
      assert.throws(() => parseAdvertise(text), { code: "wrong-usage", message: /--advertise/ }));
  }

  it("prints what clients can use", () => {
    const pin = nameOf("relay");
    const printed = (text: string, advertise?: string) =>
      printedAddress(parseListen(text), 7, pin, advertise);
    assert.equal(printed("0.0.0.0:0"), `asfaleia://localhost:7#${pin}`);
    assert.equal(printed("[::]:0"), `asfaleia://localhost:7#${pin}`);
    assert.equal(printed("[::1]:0"), `asfaleia://[::1]:7#${pin}`);
    assert.equal(printed("0.0.0.0:0", "chat.example"), `asfaleia://chat.example:7#${pin}`);
    assert.equal(printed("unix:/run/a b.sock"), `asfaleia+unix:/run/a%20b.sock#${pin}`);
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail("it passed");
}
