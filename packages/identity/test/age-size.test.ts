import assert from "node:assert/strict";
import { test } from "node:test";
import { encryptAgeFile } from "../src/age-file.ts";
import { ageFileBytes, agePlaintextBytes } from "../src/age-size.ts";
import { drawKey } from "./letter-keys.ts";

// 3072 and 1536 bits fill the last line of the stanza's body, which then ends in an empty one.
const kinds = ["ed25519", "rsa-2048", "rsa-2056", "rsa-3072"] as const;

for (const kind of kinds) {
  test(`the length of an age file for ${kind} is known beforehand`, async () => {
    const { publicKey } = drawKey(kind);
    for (const length of [0, 1, 47, 48, 65_535, 65_536, 65_537, 131_072, 200_000]) {
      const file = await encryptAgeFile(publicKey, new Uint8Array(length));
      assert.equal(ageFileBytes(publicKey, length), file?.length);
      assert.equal(agePlaintextBytes(publicKey, file!.length), length);
    }
  });
}

test("lengths that no age file has are refused", () => {
  const { publicKey } = drawKey("ed25519");
  const empty = ageFileBytes(publicKey, 0);
  const oneChunk = ageFileBytes(publicKey, 65_536);
  // After a full chunk, up to 16 bytes would be a tag without a text.
  for (const length of [0, empty - 1, oneChunk + 1, oneChunk + 16]) {
    assert.throws(() => agePlaintextBytes(publicKey, length), RangeError);
  }
  assert.equal(agePlaintextBytes(publicKey, oneChunk + 17), 65_537);
});
