/** Sessions, prekeys, and what is remembered of ciphertexts. */
import assert from "node:assert/strict";
import { fresh, person } from "../../packages/client/test/profile/samples.ts";
import type { OnProfile } from "../profile.ts";

export function sessionsConform(test: OnProfile): void {
  test("sessions and device keys are put, replaced and read as bytes", ({ sessions }) => {
    assert.equal(sessions.session("a"), undefined);
    assert.equal(sessions.deviceKey("a"), undefined);
    const records = [fresh(200), new Uint8Array(0), fresh(160_000)];
    for (const record of records) {
      sessions.putSession("a", record);
      assert.deepEqual(sessions.session("a"), record);
    }
    const pooled = Buffer.from("a view of a larger buffer").subarray(2, 6);
    sessions.putDeviceKey("a", pooled);
    assert.deepEqual(sessions.deviceKey("a"), Uint8Array.from(pooled));
    sessions.removeSession("a");
    assert.equal(sessions.session("a"), undefined);
  });

  test("each kind of prekey is found by its own name", ({ sessions }) => {
    const kinds = ["signed", "kyber", "once", "kyber-once"] as const;
    const made = kinds.map((kind, i) => {
      const prekey = { id: i + 1, record: fresh(50), createdAt: 5 };
      sessions.putPrekey(kind, prekey);
      assert.deepEqual(sessions.newestPrekey(kind), prekey);
      return prekey.record;
    });
    const found = [1, 2, 3, 4].map((id) => [
      sessions.signedPrekey(id),
      sessions.kyberPrekey(id),
      sessions.oneTimePrekey(id),
    ]);
    const none = undefined;
    assert.deepEqual(found, [
      [made[0], none, none],
      [none, made[1], none],
      [none, none, made[2]],
      [none, made[3], none],
    ]);
    assert.deepEqual(
      [2, 4, 9].map((id) => sessions.isOneTimeKyber(id)),
      [false, true, false],
    );
    sessions.removeOneTimePrekey(3);
    sessions.removeKyberPrekey(4);
    sessions.removeOneTimePrekey(1);
    assert.equal(sessions.oneTimePrekey(3), undefined);
    assert.equal(sessions.kyberPrekey(4), undefined);
    assert.deepEqual(sessions.signedPrekey(1), made[0]);
  });

  test("ids of prekeys are never used again", ({ sessions }) => {
    assert.equal(sessions.highestPrekeyId(), 0);
    sessions.putPrekey("signed", { id: 3, record: fresh(), createdAt: 1 });
    sessions.putPrekey("once", { id: 9, record: fresh(), createdAt: 1 });
    sessions.putPrekey("kyber", { id: 4, record: fresh(), createdAt: 1 });
    sessions.removeOneTimePrekey(9);
    assert.equal(sessions.highestPrekeyId(), 9);
  });

  test("old prekeys go with their marks of use, the newest of a kind stays", ({ sessions }) => {
    const put = (kind: "signed" | "kyber", id: number, createdAt: number): void =>
      sessions.putPrekey(kind, { id, record: fresh(), createdAt });
    put("signed", 1, 10);
    put("kyber", 2, 10);
    put("signed", 3, 20);
    put("kyber", 4, 20);
    put("signed", 5, 15);
    const base = fresh(32);
    const pairs = [
      [2, 1],
      [2, 3],
      [4, 1],
      [4, 3],
    ] as const;
    for (const [kyber, signed] of pairs) {
      sessions.putKyberUsed(kyber, signed, base);
      sessions.putKyberUsed(kyber, signed, base);
    }
    const marks = (): boolean[] => pairs.map(([kyber, signed]) => sessions.wasKyberUsed(kyber, signed, base));
    assert.deepEqual(marks(), [true, true, true, true]);
    assert.equal(sessions.wasKyberUsed(4, 3, fresh(32)), false);
    sessions.removePrekeysBefore(20);
    assert.deepEqual(
      [1, 3, 5].map((id) => sessions.signedPrekey(id) !== undefined),
      [false, true, true],
    );
    assert.deepEqual(
      [2, 4].map((id) => sessions.kyberPrekey(id) !== undefined),
      [false, true],
    );
    assert.deepEqual(marks(), [false, false, false, true]);
    sessions.removePrekeysBefore(1000);
    assert.equal(sessions.newestPrekey("signed")?.id, 5);
    assert.equal(sessions.newestPrekey("kyber")?.id, 4);
    assert.equal(sessions.signedPrekey(3), undefined);
  });

  test("a ciphertext is known until its time is over", ({ seen }) => {
    const [first, second] = [fresh(32), fresh(32)];
    const id = fresh();
    const add = (hash: Uint8Array, until: number): void =>
      seen.add({ hash, device: "a", contact: undefined, id, until });
    add(first, 100);
    add(second, 50);
    add(second, 101);
    assert.deepEqual(seen.get(first), { device: "a", id });
    seen.removeEnded(99);
    assert.deepEqual(seen.get(first), { device: "a", id });
    seen.removeEnded(100);
    assert.equal(seen.get(first), undefined);
    assert.deepEqual(seen.get(second), { device: "a", id });
  });

  test("gaps are filled, or told once", ({ gaps }) => {
    gaps.add({ device: "a", n: 3, since: 10 });
    gaps.add({ device: "a", n: 3, since: 99 });
    gaps.add({ device: "a", n: 4, since: 20 });
    gaps.add({ device: "b", n: 3, since: 5 });
    assert.equal(gaps.nextSince(), 5);
    assert.deepEqual([gaps.remove("b", 3), gaps.remove("b", 3)], [true, false]);
    assert.deepEqual(gaps.takeOpenBefore(10), []);
    assert.deepEqual(gaps.takeOpenBefore(11), [{ device: "a", n: 3, since: 10 }]);
    assert.deepEqual(gaps.takeOpenBefore(11), []);
    assert.equal(gaps.nextSince(), 20);
    assert.equal(gaps.remove("a", 4), true);
    assert.equal(gaps.nextSince(), undefined);
  });

  test("a device that is removed takes its session with it, and what is owed or missing", (profile) => {
    const { device } = person(profile);
    const hash = fresh(32);
    profile.sessions.putSession(device.id, fresh());
    profile.sessions.putSession("another", fresh());
    profile.sessions.putDeviceKey(device.id, fresh(33));
    profile.receipts.add({ device: device.id, id: fresh(), kind: "read", dueAt: 1 });
    profile.gaps.add({ device: device.id, n: 1, since: 1 });
    profile.seen.add({ hash, device: device.id, contact: undefined, id: fresh(), until: 100 });
    profile.devices.addShortId(fresh(), device.id, 1);
    profile.devices.remove(device.id);
    assert.equal(profile.sessions.session(device.id), undefined);
    assert.notEqual(profile.sessions.session("another"), undefined);
    assert.equal(profile.sessions.deviceKey(device.id), undefined);
    assert.equal(profile.receipts.nextAt(), undefined);
    assert.equal(profile.gaps.nextSince(), undefined);
    assert.equal(profile.seen.get(hash), undefined);
    assert.equal(profile.devices.newestShortId(device.id), undefined);
  });
}
