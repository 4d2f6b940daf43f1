/** docs/vectors/{xwing,envelope-good,envelope-bad}.json, as make-envelope-vectors.ts writes them. */
import { readFileSync } from "node:fs";

export interface VectorFile<Scenario> {
  readonly about: string;
  readonly clause: string;
  readonly scenarios: readonly Scenario[];
}

/** What is there of a key, hexadecimal. */
export interface XwingScenario {
  readonly name: string;
  readonly about: string;
  readonly seed?: string;
  /** Instead of random bytes. */
  readonly eseed?: string;
  readonly publicKey?: string;
  readonly ciphertext?: string;
  readonly sharedSecret?: string;
  /** Sealing for the public key, or opening the ciphertext, must fail. */
  readonly refused?: true;
}

export interface GoodEnvelope {
  readonly name: string;
  readonly about: string;
  /** The receiver's. */
  readonly seed: string;
  /** Instead of random bytes. */
  readonly eseed: string;
  /** Base64. */
  readonly envelope: string;
  readonly inner: {
    readonly kind: "opening" | "first" | "message";
    readonly deviceKey?: string;
    readonly shortId?: string;
    readonly ciphertext: string;
  };
}

export interface BadEnvelope {
  readonly name: string;
  readonly about: string;
  /** What must refuse it, everything before being in order. */
  readonly layer: "size" | "version" | "seal" | "inner";
  readonly seed: string;
  readonly envelope: string;
  readonly refused: true;
}

export const VECTORS = new URL("../../../../docs/vectors/", import.meta.url);

export function readVectors<Scenario>(name: string): readonly Scenario[] {
  return (JSON.parse(readFileSync(new URL(name, VECTORS), "utf8")) as VectorFile<Scenario>).scenarios;
}

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
