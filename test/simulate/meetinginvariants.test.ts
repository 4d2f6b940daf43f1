import assert from "node:assert/strict";
import { test } from "node:test";
import type { Aftermath, Found } from "./aftermath.ts";
import { type InvariantName, violationsOf } from "./invariants.ts";
import { Meetings, type Reason, type Told } from "./meetings.ts";
import { makePlan, type Plan, type Step } from "./plan.ts";
import { play } from "./play.ts";
import { standIn } from "./standin.ts";
import type { MeetingBug } from "./standinpost.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const [ALICE, BOB, CAROL] = [0, 1, 2].map((person) => ({ person, device: 0 })) as [Who, Who, Who];
type Who = { readonly person: number; readonly device: number };

/** Three people at one relay that nothing goes wrong with, who have no cards of each other. */
function planOf(...steps: Step[]): Plan {
  return {
    ...makePlan("meetings"),
    homes: [0, 0, 0],
    relays: 1,
    latency: { least: 10, most: 20 },
    expireMs: 3 * 24 * HOUR,
    tokenSeconds: 3600,
    mailboxMessages: 4096,
    hasCards: false,
    endsWell: false,
    steps: [...steps, { do: "wait", afterMs: HOUR }],
  };
}

const INVITE: Step = { do: "invite", who: ALICE, uses: 1, expiresMs: HOUR, afterMs: MINUTE };
const CODE: Step = { do: "make-code", who: ALICE, afterMs: MINUTE };
const LONG: Step = { do: "wait", afterMs: 12 * 24 * HOUR };

function uses(who: Who, isRight = true): Step {
  return { do: "use-invite", who, of: ALICE.person, link: 0, isRight, afterMs: MINUTE };
}

function joins(who: Who, isRight = true): Step {
  return { do: "join-code", who, of: ALICE.person, isRight, afterMs: MINUTE };
}

const CAUGHT_BY: Record<MeetingBug, readonly [InvariantName, Plan]> = {
  overuses: ["counted", planOf(INVITE, uses(BOB), uses(CAROL))],
  "lets-in": ["entitled", planOf(INVITE, uses(BOB, false), LONG)],
  promises: ["mutual", planOf(INVITE, uses(BOB), LONG)],
  "guesses-again": ["single", planOf(CODE, joins(BOB, false), joins(CAROL))],
  "leaves-hanging": ["answered", planOf(INVITE, uses(BOB))],
  remembers: ["forgotten", planOf(INVITE, uses(BOB), LONG)],
  "remembers-own": ["forgotten", planOf(INVITE, uses(BOB), LONG)],
};

for (const [bug, [invariant, plan]] of Object.entries(CAUGHT_BY) as [
  MeetingBug,
  readonly [InvariantName, Plan],
][]) {
  test(`A messenger that ${bug.replaceAll("-", " ")} is caught by "${invariant}"`, async () => {
    assert.deepEqual((await play(plan, standIn())).violations, []);
    const { violations } = await play(plan, standIn(bug));
    assert(violations.some((violation) => violation.invariant === invariant));
  });
}

test("Whose words do not count is caught by a guess at a code", async () => {
  const plan = planOf(CODE, joins(BOB, false), { do: "wait", afterMs: 12 * MINUTE });
  assert.deepEqual((await play(plan, standIn())).violations, []);
  const caught = (await play(plan, standIn("lets-in"))).violations.map(({ invariant }) => invariant);
  assert(caught.includes("entitled") && caught.includes("single"));
});

function told(by: Who, outcome: Told["outcome"], code?: string): Told {
  return { by: nameOf(by), person: by.person, outcome, code, isLate: false };
}

function nameOf({ person, device }: Who): string {
  return `p${person}d${device}`;
}

function found(who: Who, contacts: Found["contacts"], options: Partial<Found> = {}): Found {
  const rest = {
    lines: [],
    fates: new Map(),
    counts: [],
    confirmed: new Set<string>(),
    invites: [],
    holds: [],
  };
  return {
    name: nameOf(who),
    person: who.person,
    device: "",
    isConfirmed: true,
    contacts,
    ...rest,
    ...options,
  };
}

function knows(person: number, invite?: "waiting" | "used"): Found["contacts"][number] {
  return { person, state: "contact", ...(invite === undefined ? {} : { invite }) };
}

function allowed(meetings: Meetings, reason: Reason, ...people: number[]): void {
  for (const person of people)
    for (const other of people) if (person !== other) meetings.allow(person, other, reason);
}

/** What breaks where these people are found after these meetings. */
function broken(meetings: Meetings, people: readonly Found[], change: Partial<Aftermath> = {}): string[] {
  const rest = { said: [], identities: [], connections: [], leaks: [], unexpected: [], at: 1, isSwift: true };
  const aftermath = { ...rest, meetings, found: people, isSettled: true, ...change };
  return [...new Set(violationsOf(aftermath).map(({ invariant }) => invariant))];
}

/** Alice has invited one, and these have used it. */
function invited(...guests: Told[]): Meetings {
  const meetings = new Meetings();
  const used = guests.map((guest) => ({ ...guest, isRight: true }));
  const invite = { by: nameOf(ALICE), person: ALICE.person, link: "", secret: "", uses: 1, guests: used };
  meetings.invites.push(invite);
  for (const { person } of guests) allowed(meetings, "invite 0", ALICE.person, person);
  return meetings;
}

test("An invite that has worked is a contact on both sides, or one side is told", () => {
  const meetings = invited(told(BOB, "worked"), told(CAROL, "worked"));
  const [bob, carol] = [found(BOB, [knows(0)]), found(CAROL, [knows(0, "used")])];
  assert.deepEqual(broken(meetings, [found(ALICE, [knows(1)]), bob, carol]), []);
  assert.deepEqual(broken(meetings, [found(ALICE, []), bob, carol]), ["mutual"]);
  assert.deepEqual(broken(meetings, [found(ALICE, [knows(1)]), found(BOB, []), carol]), ["mutual"]);
  assert.deepEqual(broken(meetings, [found(ALICE, [knows(1), knows(2)]), bob, carol]), ["counted", "mutual"]);
});

test("Who has an answer by another way may have none by the invite", () => {
  const meetings = invited(told(BOB, "worked"));
  meetings.allow(BOB.person, ALICE.person, "own");
  assert.deepEqual(broken(meetings, [found(ALICE, []), found(BOB, [knows(0)])]), []);
});

test("A guest that nobody answers is no guest of somebody whose device is lost", () => {
  const meetings = invited(told(BOB, "worked"));
  const waiting = found(BOB, [knows(0, "waiting")]);
  assert.deepEqual(broken(meetings, [found(ALICE, []), waiting]), ["answered"]);
  assert.deepEqual(broken(meetings, [waiting]), []);
});

test("An invite that is nowhere, somebody who is never told, and a secret that is kept", () => {
  const unpublished = found(ALICE, [], { invites: [{ state: "open", isPublished: false }] });
  assert.deepEqual(broken(new Meetings(), [unpublished]), ["answered"]);
  assert.deepEqual(
    broken(new Meetings(), [{ ...unpublished, invites: [{ state: "spent", isPublished: false }] }]),
    [],
  );
  const meetings = new Meetings();
  meetings.begin({ name: nameOf(ALICE), person: 0 }).isLate = true;
  assert.deepEqual(broken(meetings, []), ["answered"]);
  assert.deepEqual(broken(new Meetings(), [found(ALICE, [], { holds: ["a code"] })]), ["forgotten"]);
});

test("A contact without a reason", () => {
  assert.deepEqual(broken(new Meetings(), [found(ALICE, [knows(1)])]), ["entitled"]);
  assert.deepEqual(broken(new Meetings(), [found(ALICE, [{ person: 1, state: "request" }])]), []);
});

/** Alice has made a code, and these have tried it. */
function coded(
  inviter: Told["outcome"],
  ...guests: (Told & { isRight: boolean; before?: string })[]
): Meetings {
  const meetings = new Meetings();
  const tries = guests.map((guest) => ({ before: undefined, ...guest }));
  meetings.codes.push({
    code: "",
    inviter: told(ALICE, inviter, inviter === "refused" ? "code-ended" : undefined),
    guests: tries,
  });
  for (const { person, isRight } of guests) if (isRight) allowed(meetings, "code 0", ALICE.person, person);
  return meetings;
}

test("A code serves one, who knows it", () => {
  const right = { ...told(BOB, "worked"), isRight: true };
  const all = [found(ALICE, [knows(1), knows(2)]), found(BOB, [knows(0)]), found(CAROL, [knows(0)])];
  const [alice, bob] = [found(ALICE, [knows(1)]), found(BOB, [knows(0)])];
  assert.deepEqual(broken(coded("worked", right), [alice, bob]), []);
  assert.deepEqual(broken(coded("worked", right), [found(ALICE, []), bob]), ["mutual"]);
  assert.deepEqual(broken(coded("worked", right), [alice, found(BOB, [])]), ["mutual"]);
  const lost = { ...told(BOB, "refused", "code-ended"), isRight: true };
  assert.deepEqual(broken(coded("worked", lost), [alice, found(BOB, [])]), []);
  assert.deepEqual(broken(coded("worked", { ...lost, code: "code-wrong" }), [alice, found(BOB, [])]), [
    "mutual",
  ]);
  const half = coded("refused", right);
  assert.deepEqual(broken(half, [found(ALICE, []), bob]), []);
  half.codes[0]!.inviter.code = "code-wrong";
  assert.deepEqual(broken(half, [found(ALICE, []), bob]), ["mutual"]);
  assert.deepEqual(broken(coded("worked", right, { ...told(CAROL, "worked"), isRight: true }), all), [
    "single",
  ]);
  assert.deepEqual(broken(coded("worked", { ...right, before: "code-wrong" }), [alice, bob]), ["single"]);
  const guessed = coded("worked", { ...right, isRight: false });
  assert.deepEqual(broken(guessed, [alice, bob]), ["entitled", "single"]);
});
