import assert from "node:assert/strict";
import { test } from "node:test";
import type { Aftermath, Found, Line } from "./aftermath.ts";
import { INVARIANTS, type InvariantName, violationsOf } from "./invariants.ts";
import type { Said } from "./ledger.ts";
import { Meetings } from "./meetings.ts";
import { makePlan } from "./plan.ts";
import { play } from "./play.ts";
import { standIn } from "./standin.ts";
import type { Bug, MeetingBug } from "./standinpost.ts";
import type { Seen } from "./witness.ts";

/** Short worlds in which everything comes up that the bugs need. */
const SEEDS = Array.from({ length: 24 }, (_, seed) => String(seed));

test("In a world of messengers that keep their promises nothing is broken", async () => {
  let said = 0;
  for (const seed of SEEDS) {
    const { violations, aftermath } = await play(makePlan(seed), standIn());
    assert.deepEqual(violations, [], `seed ${seed}`);
    said += aftermath?.said.length ?? 0;
  }
  assert(said > SEEDS.length, "hardly anything was said");
});

test("One seed is one world", async () => {
  const [one, other] = [await play(makePlan("5"), standIn()), await play(makePlan("5"), standIn())];
  assert(one.trace.length > 100);
  assert.deepEqual(one.trace, other.trace);
});

const CAUGHT_BY: Record<Exclude<Bug, MeetingBug>, InvariantName> = {
  throws: "unharmed",
  "forgets-own": "kept",
  "confirms-unkept": "delivered",
  "shows-twice": "once",
  "shows-anew": "once",
  disorders: "ordered",
  invents: "true",
  "ignores-edits": "changed",
  "sends-plain": "sealed",
  "sends-alike": "fresh",
  "signs-in": "separate",
  hoards: "bounded",
};

for (const [bug, invariant] of Object.entries(CAUGHT_BY) as [Exclude<Bug, MeetingBug>, InvariantName][]) {
  test(`A messenger that ${bug.replaceAll("-", " ")} is caught by "${invariant}"`, async () => {
    for (const seed of SEEDS) {
      const { violations } = await play(makePlan(seed), standIn(bug));
      if (violations.some((violation) => violation.invariant === invariant)) return;
    }
    assert.fail("nobody noticed");
  });
}

const SAID: Said = {
  id: "01",
  by: "p0d0",
  person: 0,
  to: 1,
  texts: ["hello"],
  editors: new Set(),
  isDeleted: false,
  devices: ["B"],
  ownDevices: ["A2"],
  at: 0,
};

const LINE: Line = { contact: 1, id: "01", text: "hello", isOwn: true, isDeleted: false, from: "SHA256:a" };

function found(name: string, device: string, options: Partial<Found> = {}): Found {
  const person = Number(name[1]);
  const rest = {
    isConfirmed: true,
    lines: [{ ...LINE, isOwn: person === 0 }],
    fates: new Map(),
    counts: [],
    contacts: [],
    invites: [],
    holds: [],
  };
  return { name, person, device, confirmed: new Set(["A", "A2", "B"]), ...rest, ...options };
}

const SENDER = found("p0d0", "A", { fates: new Map([["01", [{ device: "B", state: "delivered" }]]]) });

/** One message from a person with two devices to another one, and all is well. */
const WELL: Aftermath = {
  said: [SAID],
  found: [SENDER, found("p0d1", "A2"), found("p1d0", "B")],
  identities: ["SHA256:a", "SHA256:b"],
  meetings: new Meetings(),
  connections: [],
  leaks: [],
  unexpected: [],
  isSettled: true,
  at: 1,
  isSwift: true,
};

function broken(change: Partial<Aftermath>): string[] {
  return [...new Set(violationsOf({ ...WELL, ...change }).map(({ invariant }) => invariant))];
}

test("What is well breaks no invariant", () => assert.deepEqual(violationsOf(WELL), []));

test("A message that its sender believes delivered, and is not there", () => {
  assert.deepEqual(broken({ found: [SENDER, found("p0d1", "A2"), found("p1d0", "B", { lines: [] })] }), [
    "delivered",
  ]);
});

test("A message that was given up is told of, and none of our business", () => {
  for (const state of ["expired", "refused"] as const) {
    const sender = { ...SENDER, fates: new Map([["01", [{ device: "B", state }]]]) };
    assert.deepEqual(broken({ found: [sender, found("p0d1", "A2"), found("p1d0", "B", { lines: [] })] }), []);
  }
});

test("A message still on its way when all time is over, or never on its way", () => {
  const [, second, receiver] = WELL.found;
  const open = { ...SENDER, fates: new Map([["01", [{ device: "B", state: "at-relay" as const }]]]) };
  assert.deepEqual(broken({ found: [open, second!, receiver!] }), ["delivered"]);
  const never = { ...SENDER, fates: new Map([["01", []]]) };
  assert.deepEqual(broken({ found: [never, second!, receiver!] }), ["delivered"]);
  assert.deepEqual(broken({ isSettled: false }), ["delivered"]);
});

test("A message that the sender's other device does not show", () => {
  const [, , receiver] = WELL.found;
  assert.deepEqual(broken({ found: [SENDER, found("p0d1", "A2", { lines: [] }), receiver!] }), ["copied"]);
});

test("An edit or a deletion that did not come", () => {
  const said = { ...SAID, texts: ["hello", "hallo"], isDeleted: true };
  const [, second, receiver] = WELL.found;
  const edited = { ...SENDER, lines: [{ ...LINE, text: "hallo" }] };
  const others = [second!, receiver!].map((one) => ({ ...one, lines: edited.lines }));
  assert.deepEqual(broken({ said: [said], found: [edited, ...others] }), []);
  assert.deepEqual(broken({ said: [said], found: [edited, others[0]!, receiver!] }), ["changed"]);
  const deleted = { ...SENDER, lines: [{ ...LINE, text: "", isDeleted: true }] };
  assert.deepEqual(broken({ said: [said], found: [deleted, others[0]!, receiver!] }), ["changed"]);
});

test("A line that nobody said, or that is put into somebody's mouth", () => {
  const [, second] = WELL.found;
  for (const change of [{ id: "02" }, { text: "goodbye" }, { from: "SHA256:b" }, { isDeleted: true }]) {
    const receiver = found("p1d0", "B", {
      lines: [
        { ...LINE, isOwn: false },
        { ...LINE, ...change, contact: 2 },
      ],
    });
    assert(broken({ found: [SENDER, second!, receiver] }).includes("true"));
  }
});

const SEEN: Seen = {
  from: "p0d0",
  relay: "relay0",
  keys: ["SHA256:x"],
  envelopes: [],
  lookedUp: [],
  subscribes: 0,
  publishes: 0,
  marks: 0,
};
const TO_M = { receiver: "SHA256:m", bytes: 4096, head: "1" };
const TO_N = { receiver: "SHA256:n", bytes: 4096, head: "2" };

test("A connection may read, send, look up, or publish", () => {
  const connections: Seen[] = [
    { ...SEEN, keys: ["SHA256:1"], subscribes: 1 },
    { ...SEEN, keys: ["SHA256:2"], envelopes: [TO_M, { ...TO_M, head: "3" }] },
    { ...SEEN, keys: ["SHA256:3"], lookedUp: ["SHA256:b"] },
    { ...SEEN, keys: ["SHA256:a"], publishes: 1 },
    { ...SEEN, keys: ["SHA256:a"], publishes: 1, subscribes: 1 },
  ];
  assert.deepEqual(INVARIANTS.separate({ ...WELL, connections }), []);
});

test("Where a code leads, one connection marks, looks and reads, and another looks and says hello", () => {
  const host: Seen = {
    ...SEEN,
    keys: ["SHA256:m"],
    lookedUp: ["SHA256:m"],
    subscribes: 1,
    publishes: 2,
    marks: 2,
  };
  const guest: Seen = { ...SEEN, keys: ["SHA256:1"], lookedUp: ["SHA256:m"], envelopes: [TO_M] };
  assert.deepEqual(INVARIANTS.separate({ ...WELL, connections: [host, guest, host] }), []);
  for (const connections of [
    [guest],
    [host, { ...guest, envelopes: [TO_N] }],
    [host, { ...guest, subscribes: 1 }],
    [host, { ...guest, keys: ["SHA256:1", "SHA256:2"] }],
    [{ ...host, envelopes: [TO_M] }],
    [{ ...host, lookedUp: ["SHA256:b"] }],
    [{ ...host, publishes: 3 }],
  ]) {
    assert.deepEqual(broken({ connections }), ["separate"], JSON.stringify(connections));
  }
});

test("A connection that tells more is seen", () => {
  const telling: Seen[][] = [
    [{ ...SEEN, subscribes: 1, envelopes: [TO_M] }],
    [{ ...SEEN, keys: ["SHA256:1", "SHA256:2"], subscribes: 1 }],
    [{ ...SEEN, envelopes: [TO_M, TO_N] }],
    [{ ...SEEN, lookedUp: ["SHA256:a", "SHA256:b"] }],
    [{ ...SEEN, keys: ["SHA256:a"], envelopes: [TO_M] }],
    [{ ...SEEN, keys: ["SHA256:a"], lookedUp: ["SHA256:b"] }],
    [{ ...SEEN, envelopes: [{ ...TO_M, receiver: "SHA256:b" }] }],
    [
      { ...SEEN, envelopes: [TO_M] },
      { ...SEEN, envelopes: [TO_N] },
    ],
    [
      { ...SEEN, envelopes: [TO_M] },
      { ...SEEN, subscribes: 1 },
    ],
    [
      { ...SEEN, lookedUp: ["SHA256:a"] },
      { ...SEEN, lookedUp: ["SHA256:b"] },
    ],
    [
      { ...SEEN, lookedUp: ["SHA256:a"] },
      { ...SEEN, envelopes: [TO_M] },
    ],
  ];
  for (const connections of telling) {
    assert.deepEqual(broken({ connections }), ["separate"], JSON.stringify(connections));
  }
});
