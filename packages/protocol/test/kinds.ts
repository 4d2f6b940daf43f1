/** All packets as one table, so that a test can say something of every one of them. */
import * as p from "@asfaleia/protocol";
import { hex, latin1, text, unhex } from "./vectors.ts";

type Value = string | number | Uint8Array | readonly Uint8Array[];

/** A packet's fields by their names in the vectors; bytes where the field is binary, a token or a proof. */
export type Fields = Readonly<Record<string, Value>>;

export interface Kind {
  readonly name: string;
  readonly id: number;
  /** Takes the packet apart down to its last field. */
  parse(rest: Uint8Array): Fields;
  /** The whole line, LF included. */
  format(fields: Fields): Uint8Array;
}

function kind<T>(
  name: string,
  id: number,
  parse: (rest: Uint8Array) => T,
  format: (value: T) => Uint8Array,
): Kind {
  return { name, id, parse: parse as Kind["parse"], format: (fields) => format(fields as T) };
}

/** A relay checks receiver and envelope where it handles them: parseSend only finds them. */
function parseSendWhole(rest: Uint8Array) {
  const { token, receiver, envelope } = p.parseSend(rest);
  p.keyOrFingerprintField(receiver);
  return { token, receiver: text(receiver), envelope: p.decodeBase64(envelope, p.MAX_ENVELOPE_BYTES) };
}

function parseLookupWhole(rest: Uint8Array) {
  const { token, of } = p.parseLookup(rest);
  return { token, of: "key" in of ? text(p.encodeBase64(of.key)) : of.fingerprint };
}

export const KINDS: readonly Kind[] = [
  kind("AUTH", p.AUTH, p.parseAuth, p.formatAuth),
  kind("ANSWER", p.ANSWER, p.parseAnswer, p.formatAnswer),
  kind("VERIFY", p.VERIFY, p.parseVerify, p.formatVerify),
  kind("SEND", p.SEND, parseSendWhole, (v) => p.formatSend(v.token, v.receiver, v.envelope)),
  kind(
    "GET",
    p.GET,
    (rest) => ({ token: p.parseGet(rest) }),
    (v) => p.formatGet(v.token),
  ),
  kind("SUBSCRIBE", p.SUBSCRIBE, p.parseSubscribe, p.formatSubscribe),
  kind("ACK", p.ACK, p.parseAck, p.formatAck),
  kind("PUBLISH", p.PUBLISH, p.parsePublish, p.formatPublish),
  kind("LOOKUP", p.LOOKUP, parseLookupWhole, (v) => p.formatLookup(v.token, v.of)),
  kind(
    "HELLO",
    p.HELLO,
    (rest) => ({ random: p.parseHello(rest) }),
    (v) => p.formatHello(v.random),
  ),
  kind("RELAY", p.RELAY, p.parseRelay, p.formatRelay),
  kind("TOKEN", p.TOKEN, p.parseToken, p.formatToken),
  kind("ERROR", p.ERROR, p.parseError, p.formatError),
  kind(
    "SENT",
    p.SENT,
    (rest) => ({ id: p.parseSent(rest) }),
    (v) => p.formatSent(v.id),
  ),
  kind("MESSAGE", p.MESSAGE, p.parseMessage, p.formatMessage),
  kind(
    "END",
    p.END,
    (rest) => ({ count: p.parseEnd(rest) }),
    (v) => p.formatEnd(v.count),
  ),
  kind("DOCUMENT", p.DOCUMENT, p.parseDocument, p.formatDocument),
];

/** The kind of that name. */
export function kindNamed(name: string): Kind {
  const found = KINDS.find((each) => each.name === name);
  if (!found) throw new Error(`there is no packet ${name}`);
  return found;
}

/** Takes any line apart. @throws ProtocolError */
export function parseAnyLine(line: Uint8Array): { kind: Kind; fields: Fields } {
  const { id, rest } = p.splitLine(line);
  const found = KINDS.find((each) => each.id === id);
  if (!found) throw p.malformed("nobody's packet");
  return { kind: found, fields: found.parse(rest) };
}

/** In vectors these bytes stand as text, all others as hexadecimal digits. */
const AS_TEXT = ["token", "proof"];
const BINARY = ["key", "challenge", "envelope", "document", "random", "bootId", "signature", "id", "ids"];

export type JsonFields = Readonly<Record<string, string | number | readonly string[]>>;

export function toJson(fields: Fields): JsonFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (value instanceof Uint8Array) return [name, AS_TEXT.includes(name) ? text(value) : hex(value)];
      return [name, typeof value === "object" ? value.map(hex) : value];
    }),
  );
}

export function fromJson(fields: JsonFields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (typeof value === "object") return [name, value.map(unhex)];
      if (AS_TEXT.includes(name)) return [name, latin1(String(value))];
      return [name, BINARY.includes(name) ? unhex(String(value)) : value];
    }),
  );
}
