/** Safety numbers out of SHA-2 alone, after docs/messaging.md, "Safety numbers": nothing of libsignal's is in it. */
import { createHash } from "node:crypto";

const ITERATIONS = 5_200;
const GROUPS = 6;
const GROUP_BYTES = 5;

export function oracleNumber(own: readonly Uint8Array[], theirs: readonly Uint8Array[]): string {
  return [digitsOf(own), digitsOf(theirs)].sort().join("");
}

function digitsOf(blobs: readonly Uint8Array[]): string {
  const each = [...new Set(blobs.map((blob) => Buffer.from(blob).toString("hex")))].sort();
  const side = sha(
    "sha256",
    each.map((hex) => `${(hex.length / 2).toString(16).padStart(8, "0")}${hex}`),
  );
  const key = `05${side}`;
  let hash = sha("sha512", ["0000", key, side, key]);
  for (let round = 1; round < ITERATIONS; round++) hash = sha("sha512", [hash, key]);
  return Array.from({ length: GROUPS }, (_, group) => {
    const at = group * GROUP_BYTES * 2;
    return String(Number.parseInt(hash.slice(at, at + GROUP_BYTES * 2), 16) % 100_000).padStart(5, "0");
  }).join("");
}

function sha(algorithm: "sha256" | "sha512", hex: readonly string[]): string {
  return createHash(algorithm).update(hex.join(""), "hex").digest("hex");
}
