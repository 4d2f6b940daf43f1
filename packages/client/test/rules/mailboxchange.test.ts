/** Mailboxes change, and nobody is ever left writing to one that is not read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ContactMailbox, mailboxStep, nextMailboxStepAt } from "../../src/rules/mailboxchange.ts";

const TTL_MS = 700;
const current: ContactMailbox = { state: "current", changeAt: 100, endsAt: undefined };
const next: ContactMailbox = { state: "next", changeAt: 900, endsAt: undefined };
const old: ContactMailbox = { state: "old", changeAt: 50, endsAt: 300 };

test("a change begins at its time", () => {
  assert.equal(mailboxStep([current], false, 99), "nothing");
  assert.equal(mailboxStep([current], false, 100), "make-next");
  assert.equal(mailboxStep([current], true, 99), "nothing");
});

test("the next one takes over when all have confirmed it, however long that takes", () => {
  assert.equal(mailboxStep([current, next], false, 1e15), "nothing");
  assert.equal(mailboxStep([next, current], true, 0), "promote");
});

test("an old one is read until its end, and until then no change begins", () => {
  assert.equal(mailboxStep([current, old], true, 299), "nothing");
  assert.equal(mailboxStep([old, current], false, 300), "drop-old");
});

test("what should not be does no harm", () => {
  assert.equal(mailboxStep([], true, 1e15), "nothing");
  assert.equal(mailboxStep([current, next, old], true, 299), "nothing");
  assert.equal(mailboxStep([current, { ...old, endsAt: undefined }], true, 1e15), "nothing");
  assert.equal(nextMailboxStepAt([current, { ...old, endsAt: undefined }]), undefined);
});

test("the next step is known beforehand, unless it hangs on a confirmation", () => {
  assert.equal(nextMailboxStepAt([]), undefined);
  assert.equal(nextMailboxStepAt([current]), 100);
  assert.equal(nextMailboxStepAt([current, next]), undefined);
  assert.equal(nextMailboxStepAt([current, old]), 300);
  assert.equal(nextMailboxStepAt([current, old, { ...old, endsAt: 200 }]), 200);
});

test("whoever looks at that time finds something to do, and nothing before it", () => {
  const mailbox = fc.record<ContactMailbox>({
    state: fc.constantFrom("next", "current", "old"),
    changeAt: fc.nat(20),
    endsAt: fc.option(fc.nat(20), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(mailbox, { maxLength: 4 }), fc.nat(25), (mailboxes, now) => {
      const at = nextMailboxStepAt(mailboxes);
      assert.equal(mailboxStep(mailboxes, false, now) !== "nothing", at !== undefined && at <= now);
    }),
  );
});

/** What happens between two looks: time goes by, in either direction, and a device may confirm. */
const happening = fc.record({
  passMs: fc.oneof(fc.nat(100), fc.nat(2_000), fc.integer({ min: -300, max: 0 })),
  confirms: fc.boolean(),
  changeAfterMs: fc.integer({ min: 500, max: 900 }),
});

test("over any history at most two are read, none is dropped before its end, no change is early", () => {
  let changes = 0;
  fc.assert(
    fc.property(fc.array(happening, { minLength: 40, maxLength: 80 }), (history) => {
      let now = 0;
      let read: ContactMailbox[] = [{ ...current, changeAt: 500 }];
      for (const { passMs, confirms, changeAfterMs } of history) {
        now += passMs;
        for (let looks = 0; ; looks++) {
          assert.ok(looks < 4, "it comes to rest");
          const action = mailboxStep(read, confirms, now);
          if (action === "nothing") break;
          if (action === "make-next") {
            assert.deepEqual(
              read.map(({ state }) => state),
              ["current"],
            );
            assert.ok(read[0]!.changeAt <= now);
            read = [...read, { state: "next", changeAt: now + changeAfterMs, endsAt: undefined }];
            changes++;
          } else if (action === "promote") {
            assert.ok(confirms);
            const [was, becomes] = read as [ContactMailbox, ContactMailbox];
            assert.deepEqual([was.state, becomes.state], ["current", "next"]);
            read = [
              { ...becomes, state: "current" },
              { ...was, state: "old", endsAt: now + TTL_MS },
            ];
          } else {
            const ended = read.filter(({ state, endsAt }) => state === "old" && endsAt! <= now);
            assert.ok(ended.length > 0);
            read = read.filter((mailbox) => !ended.includes(mailbox));
          }
        }
        assert.ok(read.length <= 2);
        assert.equal(read.filter(({ state }) => state === "current").length, 1);
      }
    }),
  );
  assert.ok(changes > 100, "the histories do change mailboxes");
});
