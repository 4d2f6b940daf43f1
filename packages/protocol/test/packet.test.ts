/** Every packet, both directions: docs/protocol.md, "Packets". */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ERROR_CODES,
  encodeBase64,
  formatMessage,
  formatSent,
  messageLineBytes,
  ProtocolError,
  parseToken,
  SENT_LINE_BYTES,
  splitLine,
  writeMessageHeadInto,
  writeSentInto,
} from "@asfaleia/protocol";
import fc from "fast-check";
import { envelope, fingerprint, messageId, PACKETS } from "./arbitraries.ts";
import { FUZZ_TARGETS, runTarget } from "./fuzz.ts";
import { fromJson, type JsonFields, KINDS, kindNamed, parseAnyLine, toJson } from "./kinds.ts";
import { latin1, type Scenario, text, vectors } from "./vectors.ts";

interface Good extends Scenario {
  readonly packet: string;
  readonly line: string;
  readonly fields: JsonFields;
}

interface Bad extends Scenario {
  readonly packet: string | null;
  readonly line: string;
  readonly error: string;
}

interface AtLimit extends Scenario {
  readonly packet: string;
  readonly line: string;
  readonly more: string;
  readonly times: number;
  readonly tail: string;
  readonly error?: string;
}

const goods = vectors<Good>("packets.json");
const bads = vectors<Bad>("packets-bad.json");

for (const { name, packet, line, fields } of goods) {
  test(`good packet: ${name}`, () => {
    const parsed = parseAnyLine(latin1(line));
    assert.equal(parsed.kind.name, packet);
    assert.deepEqual(toJson(parsed.fields), fields);
    assert.equal(text(kindNamed(packet).format(fromJson(fields))), `${line}\n`);
  });
}

for (const { name, packet, line, error } of bads) {
  test(`bad packet: ${name}`, () => {
    const bytes = Buffer.from(line, "utf8");
    assert.throws(
      () => parseAnyLine(bytes),
      (thrown) => thrown instanceof ProtocolError && thrown.code === error,
    );
    // The number itself is good where the packet is named: it is the fields that are refused.
    if (packet !== null) assert.equal(splitLine(bytes).id, kindNamed(packet).id);
  });
}

for (const { name, packet, line, more, times, tail, error } of vectors<AtLimit>("packets-limits.json")) {
  test(`limit: ${name}`, () => {
    const written = latin1(line + more.repeat(times) + tail);
    if (error === undefined) {
      const parsed = parseAnyLine(written);
      assert.equal(parsed.kind.name, packet);
      assert.ok(Buffer.from(parsed.kind.format(parsed.fields)).subarray(0, -1).equals(written));
    } else {
      assert.throws(
        () => parseAnyLine(written),
        (thrown) => thrown instanceof ProtocolError && thrown.code === error,
      );
    }
  });
}

test("there are vectors, good and bad, of every packet and of every code", () => {
  for (const { name } of KINDS) {
    assert.ok(
      goods.some(({ packet }) => packet === name),
      `${name}, good`,
    );
    assert.ok(
      bads.some(({ packet }) => packet === name),
      `${name}, bad`,
    );
  }
  const codes = goods.filter(({ packet }) => packet === "ERROR").map(({ fields }) => fields.code);
  assert.deepEqual(new Set(codes), new Set(ERROR_CODES));
});

test("the numbers are those of the article and of docs/protocol.md", () => {
  const numbers = Object.fromEntries(KINDS.map(({ name, id }) => [name, id]));
  assert.deepEqual(numbers, {
    ...{ AUTH: 0, ANSWER: 1, VERIFY: 2, SEND: 3, GET: 4, SUBSCRIBE: 5, ACK: 6, PUBLISH: 7, LOOKUP: 8 },
    ...{ HELLO: 9, RELAY: 100, TOKEN: 101, ERROR: 102, SENT: 103, MESSAGE: 104, END: 105, DOCUMENT: 106 },
  });
});

for (const kind of KINDS) {
  test(`${kind.name}: what is written is read again`, () => {
    fc.assert(
      fc.property(PACKETS[kind.name] as fc.Arbitrary<Record<string, never>>, (fields) => {
        const line = kind.format(fields);
        assert.equal(line.indexOf(0x0a), line.length - 1, "one line, ended by LF");
        const parsed = parseAnyLine(line.subarray(0, -1));
        assert.equal(parsed.kind, kind);
        assert.deepEqual(toJson(parsed.fields), toJson(fields));
      }),
    );
  });

  test(`${kind.name}: a field too many, and one too few, are refused`, () => {
    fc.assert(
      fc.property(PACKETS[kind.name] as fc.Arbitrary<Record<string, never>>, (fields) => {
        const line = text(kind.format(fields).subarray(0, -1));
        const refused = (written: string) =>
          assert.throws(() => parseAnyLine(latin1(written)), ProtocolError, written);
        // VERIFY's proof runs on, and a key without its method is an AUTH too.
        if (kind.name !== "VERIFY") refused(`${line};`);
        refused(`${kind.id}`);
        refused(`${kind.id};`);
      }),
      { numRuns: 20 },
    );
  });
}

test("one byte changed anywhere: refused, or another packet that is written just so", () => {
  const target = FUZZ_TARGETS.find(({ name }) => name === "any line");
  assert.ok(target);
  for (const { line, packet } of goods) {
    if (packet === "ERROR") continue;
    const bytes = latin1(line);
    for (let at = 0; at < bytes.length; at++) {
      for (const byte of [0x00, 0x0a, 0x20, 0x3b, 0x3d, 0x7f, 0xff, (bytes[at] as number) ^ 1]) {
        const changed = bytes.slice();
        changed[at] = byte;
        runTarget(target, changed);
      }
    }
  }
});

test("a parsed token does not lie in the line it came on", () => {
  const line = latin1("token;3600");
  const { token } = parseToken(line);
  line.fill(0);
  assert.equal(text(token), "token");
});

test("lines written in place are those that are formatted", () => {
  fc.assert(
    fc.property(fingerprint, messageId, envelope, fc.nat(9), (mailbox, id, sealed, offset) => {
      const idText = text(encodeBase64(id));
      const target = new Uint8Array(offset + messageLineBytes(sealed.length));
      const at = writeMessageHeadInto(target, offset, mailbox, idText);
      const body = encodeBase64(sealed);
      target.set(body, at);
      target[at + body.length] = 0x0a;
      assert.equal(at + body.length + 1, target.length);
      assert.deepEqual(target.subarray(offset), formatMessage({ mailbox, id, envelope: sealed }));

      const sent = new Uint8Array(offset + SENT_LINE_BYTES);
      assert.equal(writeSentInto(sent, offset, idText), sent.length);
      assert.deepEqual(sent.subarray(offset), formatSent(id));
    }),
  );
});

test("an error repeats nothing of what it was given", () => {
  for (const { line } of bads) {
    try {
      parseAnyLine(Buffer.from(line, "utf8"));
    } catch (error) {
      for (const field of line.split(";").filter((each) => each.length > 6)) {
        assert.ok(!(error as Error).message.includes(field));
      }
      assert.match((error as Error).message, /^[a-z][ -:<-~]{1,200}$/);
    }
  }
});
