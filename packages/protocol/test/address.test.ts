/** docs/protocol.md, "Addresses". */
import assert from "node:assert/strict";
import { isIPv6 } from "node:net";
import { test } from "node:test";
import { type Address, formatAddress, hostAndPort, ProtocolError, parseAddress } from "@asfaleia/protocol";
import fc from "fast-check";
import { address, textOf } from "./arbitraries.ts";
import { type Scenario, vectors } from "./vectors.ts";

interface AddressScenario extends Scenario {
  readonly text: string;
  readonly address: Address;
  readonly canonical: string;
}

const wrongUsage = (error: unknown) => error instanceof ProtocolError && error.code === "wrong-usage";

for (const vector of vectors<AddressScenario>("addresses.json")) {
  test(`address ${vector.refused ? "refused" : "taken"}: ${vector.name}`, () => {
    if (vector.refused) return assert.throws(() => parseAddress(vector.text), wrongUsage);
    assert.deepEqual(parseAddress(vector.text), vector.address);
    assert.equal(formatAddress(vector.address), vector.canonical);
    assert.deepEqual(parseAddress(vector.canonical), vector.address);
  });
}

test("what is written is read again, and is printable ASCII", () => {
  fc.assert(
    fc.property(address, ({ fingerprint, ...place }) => {
      const whole: Address = fingerprint === undefined ? place : { ...place, fingerprint };
      const written = formatAddress(whole);
      assert.match(written, /^[\x21-\x7e]+$/);
      assert.deepEqual(parseAddress(written), whole);
    }),
    { numRuns: 1000 },
  );
});

test("an IPv6 address is what the platform takes for one", () => {
  const near = fc.oneof(
    fc.ipV6(),
    textOf("0:1f", 2, 12),
    fc
      .array(fc.constantFrom("0", "1f", "ffff", "00000", "", "1.2.3.4", ":"), { maxLength: 9 })
      .map((all) => all.join(":")),
  );
  fc.assert(
    fc.property(near, (host) => {
      let taken = true;
      try {
        hostAndPort(`[${host}]`);
      } catch (error) {
        assert.ok(wrongUsage(error));
        taken = false;
      }
      assert.equal(taken, isIPv6(host), host);
    }),
    { numRuns: 5000 },
  );
});

test("any text: an address or ProtocolError, lone surrogates too", () => {
  const unit = fc.oneof(fc.constantFrom("\ud800", "\udc00", "%", "#", "/", ":"), fc.string({ maxLength: 3 }));
  const any = fc.tuple(
    fc.constantFrom("", "asfaleia://", "asfaleia+unix:/", "asfaleia://["),
    fc.string({ unit, maxLength: 40 }),
  );
  fc.assert(
    fc.property(any, ([scheme, rest]) => {
      try {
        parseAddress(scheme + rest);
      } catch (error) {
        assert.ok(wrongUsage(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test("where a relay listens may be port 0, where it is reached may not", () => {
  assert.deepEqual(hostAndPort("127.0.0.1:0"), { host: "127.0.0.1", port: 0 });
  assert.deepEqual(hostAndPort("[::]"), { host: "::", port: 3308 });
  assert.throws(() => parseAddress("asfaleia://127.0.0.1:0"), wrongUsage);
});
