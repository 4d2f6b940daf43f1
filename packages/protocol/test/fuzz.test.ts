import { test } from "node:test";
import fc from "fast-check";
import { lineBytes } from "./arbitraries.ts";
import { FUZZ_TARGETS, runTarget } from "./fuzz.ts";

for (const target of FUZZ_TARGETS) {
  test(`any bytes, ${target.name}: ProtocolError or nothing`, () => {
    const input = fc.oneof(fc.uint8Array({ maxLength: 300 }), lineBytes(300));
    fc.assert(
      fc.property(input, (bytes) => runTarget(target, bytes)),
      { numRuns: 500 },
    );
  });
}
