/** What the makers of vectors have in common: keys drawn anew each time, and how a file is written. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { Signer } from "@asfaleia/identity";
import { toBase64 } from "./formatvectors.ts";
import { drawSigner, type Installation, install } from "./people.ts";
import { VECTORS } from "./vectors.ts";

export type Fields = Record<string, unknown>;

export const alice = install();
export const laptop = install(alice.signer);
export const phone = install(alice.signer);
export const rsa = install(drawSigner("rsa2048"));
export const eve = install();

export const sha256 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update(bytes).digest());
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const blob = (of: Installation): string => toBase64(of.signer.publicKey.blob);
export const without = (map: Fields, ...keys: string[]): Fields =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));

export function write(name: string, about: string, clause: string, scenarios: readonly object[]): void {
  writeFileSync(new URL(name, VECTORS), `${JSON.stringify({ about, clause, scenarios }, null, 1)}\n`);
}

/** The last byte with its lowest bit turned: the signature ends there, since its key sorts last. */
export function spoiled(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  changed[changed.length - 1] = changed.at(-1)! ^ 1;
  return changed;
}

/** What is signed otherwise than it should be. */
export interface Signing {
  readonly signer?: Signer;
  readonly namespace?: string;
  readonly deviceKey?: Uint8Array;
  readonly context?: string;
  readonly also?: Fields;
}
