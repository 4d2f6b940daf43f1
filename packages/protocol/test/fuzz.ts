/**
 * What fuzzing runs: each target takes any bytes, and may throw ProtocolError and nothing else. A target that finds a
 * broken promise throws an AssertionError. `npm run fuzz` runs them a million times, fuzz.test.ts a few hundred.
 */
import assert from "node:assert/strict";
import {
  base64Length,
  decodeBase64,
  decodedLength,
  encodeBase64,
  formatAddress,
  hostAndPort,
  isChallengeFor,
  LineReader,
  ProtocolError,
  parseAddress,
} from "@asfaleia/protocol";
import { KINDS, parseAnyLine } from "./kinds.ts";
import { latin1, type Scenario, text, vectors } from "./vectors.ts";

export interface FuzzTarget {
  readonly name: string;
  /** @throws ProtocolError, and nothing else */
  run(bytes: Uint8Array): void;
}

const LINES = vectors<Scenario & { line: string }>("packets.json").map(({ line }) => latin1(line));
const ADDRESSES = vectors<Scenario & { text: string }>("addresses.json").map((each) => latin1(each.text));

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  { name: "line reader", run: readLines },
  { name: "any line", run: (bytes) => roundTrip(bytes) },
  { name: "a packet's line, changed", run: (bytes) => roundTrip(changed(LINES, bytes)) },
  ...KINDS.map(({ name, id }) => ({
    name: `fields of ${name}`,
    run: (bytes: Uint8Array) => roundTrip(Buffer.concat([Buffer.from(`${id};`), bytes])),
  })),
  { name: "base64", run: readBase64 },
  { name: "base64, of its characters only", run: (bytes) => readBase64(bytes.map(toBase64Character)) },
  { name: "address", run: (bytes) => readAddress(Buffer.from(bytes).toString("utf8")) },
  { name: "address, changed", run: (bytes) => readAddress(text(changed(ADDRESSES, bytes))) },
  { name: "host and port", run: (bytes) => void hostAndPort(text(bytes)) },
  { name: "challenge", run: (bytes) => void isChallengeFor(bytes, new Uint8Array(32)) },
];

/** What parses is written again just as it came: no packet has two forms. */
function roundTrip(line: Uint8Array): void {
  const { kind, fields } = parseAnyLine(line);
  assert.equal(text(kind.format(fields)), `${text(line)}\n`);
}

/** The first byte is the limit, the second how the rest is cut. */
function readLines(bytes: Uint8Array): void {
  const [limit = 0, step = 0] = bytes;
  const input = bytes.slice(2);
  const reader = new LineReader(limit);
  let bytesOut = 0;
  for (let from = 0; from < input.length; from += step + 1) {
    reader.feed(input.subarray(from, from + step + 1), (line) => {
      assert.ok(line.length <= limit);
      bytesOut += line.length;
      return true;
    });
    assert.ok(reader.pendingBytes <= limit + 1);
  }
  assert.ok(bytesOut <= input.length);
}

function readBase64(bytes: Uint8Array): void {
  const decoded = decodeBase64(bytes, bytes.length);
  assert.equal(decoded.length, decodedLength(bytes));
  assert.equal(base64Length(decoded.length), bytes.length);
  assert.deepEqual(encodeBase64(decoded), new Uint8Array(bytes));
}

function toBase64Character(byte: number): number {
  return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=".charCodeAt(byte % 65);
}

function readAddress(written: string): void {
  const address = parseAddress(written);
  assert.deepEqual(parseAddress(formatAddress(address)), address);
}

/** One of the seeds, chosen by the first byte; each three bytes more replace, insert or remove one of its bytes. */
function changed(seeds: readonly Uint8Array[], bytes: Uint8Array): Uint8Array {
  const line = [...(seeds[(bytes[0] ?? 0) % seeds.length] as Uint8Array)];
  for (let at = 1; at + 2 < bytes.length && at < 16; at += 3) {
    const [high, low, value] = bytes.subarray(at, at + 3) as unknown as [number, number, number];
    const place = ((high << 8) | low) % (line.length + 1);
    line.splice(place, high < 200 ? 1 : 0, ...(high % 3 === 0 ? [] : [value]));
  }
  return Uint8Array.from(line);
}

/** Whether a target kept its word on these bytes; else throws what it threw. */
export function runTarget(target: FuzzTarget, bytes: Uint8Array): void {
  try {
    target.run(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}
