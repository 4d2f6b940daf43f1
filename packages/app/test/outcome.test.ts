import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint, publicKeyFromText } from "@asfaleia/identity";
import fc from "fast-check";
import { nameForFile, nameForKey } from "../src/contacts/names.ts";
import { durationMs, durationText } from "../src/duration.ts";
import { EXIT, Failure, failureOf } from "../src/exit.ts";
import { exitAfter, waitingOf } from "../src/face/outcome.ts";
import { isoTime } from "../src/lines.ts";
import { chatNoticeText, noticeText } from "../src/notices.ts";
import { realEnvironment } from "../src/profile/environment.ts";

const KEY = publicKeyFromText(
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f bob@laptop",
);
const nobody = () => false;

test("what a verb that waits ends with", () => {
  const plain = waitingOf({});
  assert.deepEqual(plain, { target: "at-relay", isAsked: false, ms: 15_000 });
  assert.deepEqual(
    (["queued", "at-relay", "delivered", "read", "expired", "refused"] as const).map((state) =>
      exitAfter(state, plain),
    ),
    [EXIT.queued, EXIT.done, EXIT.done, EXIT.done, EXIT.expired, EXIT.turnedDown],
  );
  const asked = waitingOf({ wait: "delivered", timeout: "1" });
  assert.deepEqual(asked, { target: "delivered", isAsked: true, ms: 1000 });
  assert.deepEqual(
    (["queued", "at-relay", "delivered", "expired"] as const).map((state) => exitAfter(state, asked)),
    [EXIT.timeout, EXIT.timeout, EXIT.done, EXIT.expired],
  );
  assert.equal(waitingOf({ wait: "delivered" }).ms, 60_000);
  for (const wrong of [{ wait: "read" }, { timeout: "-1" }, { timeout: "soon" }]) {
    assert.throws(() => waitingOf(wrong), Failure);
  }
});

test("errors of the profile and of the messenger end as the documentation says", () => {
  const named = (name: string, code: string, more: object = {}) =>
    failureOf(Object.assign(new Error("text"), { name, code }, more));
  const inUse = named("ProfileError", "in-use", { pid: 42 });
  assert.deepEqual([inUse.exit, inUse.message], [EXIT.profile, "the profile is in use by process 42"]);
  for (const code of ["damaged", "newer-version"])
    assert.equal(named("ProfileError", code).exit, EXIT.profile);
  assert.equal(named("ProfileError", "wrong-key").exit, EXIT.key);
  assert.equal(named("ProfileError", "disk-full").exit, EXIT.failed);
  assert.equal(named("MessengerError", "no-such-contact").exit, EXIT.usage);
  assert.equal(named("MessengerError", "signer-needed").exit, EXIT.key);
});

test("names come from comments and files, are free, and are never taken for a key", () => {
  assert.equal(nameForKey(KEY, nobody), "bob");
  assert.equal(
    nameForKey(KEY, (name) => name === "bob"),
    "bob-2",
  );
  const short = fingerprint(KEY.key)
    .slice("SHA256:".length)
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 8);
  for (const comment of ["", "ssh-key", "me", "AAAAB3", "-x", "\u202e"]) {
    assert.equal(nameForKey({ ...KEY, comment }, nobody), `key-${short}`, comment);
  }
  assert.equal(nameForFile("/tmp/carol.card", nobody), "carol");
  assert.equal(nameForFile("me.card", nobody), undefined);
});

test("spans of time are written as they are read", () => {
  assert.equal(durationMs("x", "30d"), 30 * 86_400_000);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 900_000 }),
      fc.constantFrom("s", "m", "h", "d", "w"),
      (number, unit) => {
        const ms = durationMs("x", `${number}${unit}`);
        assert.equal(durationMs("x", durationText(ms)), ms);
      },
    ),
  );
  for (const wrong of ["", "1", "d", "1.5d", "-1d", "1y", "1234567s", "1d "]) {
    assert.throws(() => durationMs("x", wrong), Failure, wrong);
  }
});

test("a time that no calendar has is left out", () => {
  assert.equal(isoTime(0), "1970-01-01T00:00:00.000Z");
  for (const ms of [8.64e15 + 1, -8.64e15 - 1, Number.NaN, undefined]) assert.equal(isoTime(ms), undefined);
});

test("notices are words; what is not known is shown as it is, cleaned", () => {
  assert.equal(noticeText("gap 3"), "3 messages never arrived");
  assert.equal(noticeText("blocked"), "blocked");
  assert.match(noticeText("device-added"), /\(asfaleia device accept\|refuse NAME ID\)$/);
  assert.match(chatNoticeText("device-added"), /\(\/devices\)$/);
  assert.match(chatNoticeText("verification-fell", "x"), /\(\/verify\): x$/);
  assert.equal(noticeText("toString \u001b"), "toString <U+001B>");
});

test("a timer longer than Node takes does not fire at once, and can be called off", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { clock } = realEnvironment(() => Promise.reject(new Error("no relay")));
  const long = 2 ** 31 + 5;
  let fired = 0;
  clock.after(long, () => fired++);
  const cancel = clock.after(long, () => fired++);
  t.mock.timers.tick(2 ** 31 - 1);
  assert.equal(fired, 0);
  cancel();
  t.mock.timers.tick(5);
  assert.equal(fired, 0);
  t.mock.timers.tick(1);
  assert.equal(fired, 1);
});
