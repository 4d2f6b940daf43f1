import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { deviceId } from "../../src/format/deviceid.ts";

const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("a known device", () => {
  const key = Uint8Array.from({ length: 33 }, (_, at) => (at === 0 ? 5 : at));
  assert.equal(deviceId(key), "94da8017-8045-88b4-bcf7-d99455724a9a");
});

test("every device has a UUID of version 8 that keeps 122 bits of the hash", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 33, maxLength: 33 }), (bytes) => {
      const id = deviceId(bytes);
      assert.match(id, UUID_V8);
      const digits = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
      const kept = id.replaceAll("-", "");
      assert.equal(
        kept.slice(0, 12) + kept.slice(13, 16) + kept.slice(17),
        digits.slice(0, 12) + digits.slice(13, 16) + digits.slice(17),
      );
      assert.equal(Number.parseInt(kept[16]!, 16) & 3, Number.parseInt(digits[16]!, 16) & 3);
    }),
  );
});
