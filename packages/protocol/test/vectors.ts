/** The vectors of docs/vectors, as tests read them. docs/vectors/README.md describes every file. */
import { readFileSync } from "node:fs";

const FOLDER = new URL("../../../docs/vectors/", import.meta.url);

export interface Scenario {
  readonly name: string;
  /** Whether this must be refused. */
  readonly refused?: true;
}

/** The scenarios of one file. */
export function vectors<T extends Scenario>(file: string): readonly T[] {
  const { scenarios } = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as { scenarios: T[] };
  if (scenarios.length === 0) throw new Error(`${file} has no scenarios`);
  return scenarios;
}

/** Text to bytes and back, one byte a character (ISO 8859-1). */
export const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const unhex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, "hex"));
