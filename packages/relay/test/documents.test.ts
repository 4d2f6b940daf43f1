import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProtocolError } from "@asfaleia/protocol";
import { Documents } from "../src/documents.ts";
import { nameOf } from "./kit.ts";

const ALICE = nameOf("alice");
const NOTHING = new Uint8Array(0);
const refusedWith = (code: string) => (error: unknown) =>
  error instanceof ProtocolError && error.code === code;

function setUp(limit = 1_000_000) {
  const budget = {
    used: 0,
    charge(bytes: number) {
      if (budget.used + bytes > limit) throw new ProtocolError("relay-full", "full");
      budget.used += bytes;
    },
    credit(bytes: number) {
      budget.used -= bytes;
    },
  };
  const documents = new Documents(budget);
  const publish = (slot: string, document: Uint8Array, seconds = 10, now = 0, key = ALICE) =>
    documents.publish(key, { token: NOTHING, slot, seconds, document }, now);
  const slots = (now = 0, key = ALICE) => documents.lookup(key, now).map(({ slot }) => slot);
  return { budget, documents, publish, slots };
}

const some = (byte: number, length = 100) => new Uint8Array(length).fill(byte);

describe("documents", () => {
  it("stand under their key, each in its slot", () => {
    const { documents, publish, slots } = setUp();
    publish("a", some(1));
    publish("b", some(2));
    publish("a", some(3), 10, 0, nameOf("bob"));
    assert.deepEqual(documents.lookup(ALICE, 0), [
      { slot: "a", document: some(1) },
      { slot: "b", document: some(2) },
    ]);
    assert.deepEqual(slots(0, nameOf("bob")), ["a"]);
    assert.deepEqual(slots(0, nameOf("nobody")), []);
  });

  it("replace what their slot held, which is zeroed", () => {
    const { budget, documents, publish } = setUp();
    const [old, young] = [some(1), some(2, 50)];
    publish("a", old);
    const before = budget.used;
    publish("a", young);
    assert.deepEqual(documents.lookup(ALICE, 0), [{ slot: "a", document: young }]);
    assert.ok(old.every((byte) => byte === 0));
    assert.equal(budget.used, before - 50);
  });

  it("leave when their slot is emptied", () => {
    const { budget, publish, slots } = setUp();
    const document = some(1);
    publish("a", document);
    publish("b", some(2));
    publish("a", NOTHING, 0);
    assert.deepEqual(slots(), ["b"]);
    assert.ok(document.every((byte) => byte === 0));
    publish("b", NOTHING, 0);
    publish("b", NOTHING, 0);
    publish("never", NOTHING, 0);
    assert.equal(budget.used, 0);
  });

  it("end with their time, looked at or not", () => {
    const { budget, documents, publish, slots } = setUp();
    const [one, two] = [some(1), some(2)];
    publish("a", one, 10);
    publish("b", two, 20);
    assert.deepEqual(slots(9_999), ["a", "b"]);
    assert.deepEqual(slots(10_000), ["b"]);
    assert.ok(one.every((byte) => byte === 0));
    documents.expire(20_000);
    assert.ok(two.every((byte) => byte === 0));
    assert.equal(budget.used, 0);
  });

  it("are eight at most, but a ninth fits where one has ended or is replaced", () => {
    const { publish, slots } = setUp();
    for (let i = 0; i < 8; i++) publish(`s${i}`, some(i + 1), i === 0 ? 1 : 100);
    assert.throws(() => publish("s8", some(9)), refusedWith("mailbox-full"));
    publish("s7", some(9));
    assert.equal(slots().length, 8);
    publish("s8", some(9), 10, 1000);
    assert.deepEqual(slots(1000), ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"]);
  });

  it("are refused when memory is used up, and what stood there stays", () => {
    const { budget, documents, publish } = setUp(1000);
    publish("a", some(1, 300));
    const before = budget.used;
    assert.throws(() => publish("b", some(2, 300)), refusedWith("relay-full"));
    assert.throws(() => publish("a", some(2, 600)), refusedWith("relay-full"));
    assert.equal(budget.used, before);
    assert.deepEqual(documents.lookup(ALICE, 0), [{ slot: "a", document: some(1, 300) }]);
  });

  it("are all zeroed at the end", () => {
    const { budget, documents, publish } = setUp();
    const all = [some(1), some(2), some(3)];
    for (const [at, document] of all.entries()) publish(`s${at}`, document, 1000, 0, nameOf(String(at % 2)));
    documents.wipeAll();
    assert.ok(all.every((document) => document.every((byte) => byte === 0)));
    assert.equal(budget.used, 0);
  });
});
