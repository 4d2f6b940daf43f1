/** All or nothing, and what is small. */
import assert from "node:assert/strict";
import { contact, fresh, message, ownDevice } from "../../packages/client/test/profile/samples.ts";
import type { OnProfile } from "../profile.ts";

export function transactionsConform(test: OnProfile): void {
  test("a transaction hands on what its work returns, and keeps everything", (profile) => {
    const id = profile.transaction(() => {
      profile.settings.set("a", "1");
      return profile.contacts.add(contact());
    });
    assert.equal(profile.settings.get("a"), "1");
    assert.equal(profile.contacts.get(id)?.id, id);
  });

  test("a transaction that throws keeps nothing, and throws the same", (profile) => {
    profile.settings.set("a", "before");
    const id = profile.contacts.add(contact());
    const error = new Error("no more");
    const work = (): void => {
      profile.settings.set("a", "after");
      profile.sessions.putSession("x", fresh());
      profile.messages.add(message(id, { text: "zebra" }));
      profile.contacts.remove(id);
      throw error;
    };
    assert.throws(() => profile.transaction(work), error);
    assert.equal(profile.settings.get("a"), "before");
    assert.equal(profile.sessions.session("x"), undefined);
    assert.equal(profile.contacts.get(id)?.id, id);
    assert.deepEqual(profile.messages.search("zebra", 1), []);
    profile.transaction(() => profile.settings.set("a", "later"));
    assert.equal(profile.settings.get("a"), "later");
  });

  test("a transaction in a transaction is an error, and neither is kept", (profile) => {
    const nested = (): void => {
      profile.settings.set("a", "1");
      profile.transaction(() => profile.settings.set("b", "1"));
    };
    assert.throws(() => profile.transaction(nested), /inside a transaction/);
    assert.equal(profile.settings.all().size, 0);
  });

  test("a transaction does not wait", (profile) => {
    const work = async (): Promise<void> => profile.settings.set("a", "1");
    assert.throws(() => profile.transaction(work), /promise/);
    assert.equal(profile.settings.get("a"), undefined);
  });

  test("what is refused in a transaction and caught leaves the rest of it whole", (profile) => {
    profile.transaction(() => {
      profile.contacts.add(contact({ name: "Alice" }));
      assert.throws(() => profile.contacts.add(contact({ name: "alice" })));
      profile.settings.set("a", "1");
    });
    assert.equal(profile.contacts.all().length, 1);
    assert.equal(profile.settings.get("a"), "1");
  });

  test("settings are set, replaced, listed and taken back", (profile) => {
    const { settings } = profile;
    assert.equal(settings.get("a"), undefined);
    settings.set("a", "");
    settings.set("b", "2");
    settings.set("b", "ü\n'");
    assert.deepEqual(
      [...settings.all()],
      [
        ["a", ""],
        ["b", "ü\n'"],
      ],
    );
    settings.set("a", undefined);
    settings.set("a", undefined);
    assert.deepEqual([...settings.all().keys()], ["b"]);
  });

  test("the own device is one", ({ own }) => {
    assert.equal(own.get(), undefined);
    assert.equal(own.list(), undefined);
    const second = ownDevice({ id: "another" });
    own.put(ownDevice());
    own.put(second);
    assert.deepEqual(own.get(), second);
    const list = fresh(300);
    own.putList(fresh(300));
    own.putList(list);
    assert.deepEqual(own.list(), list);
  });

  test("after close everything is an error, but close", (profile) => {
    profile.close();
    profile.close();
    assert.throws(() => profile.settings.get("a"), { code: "closed" });
    assert.throws(() => profile.transaction(() => 1), { code: "closed" });
  });
}
