/** Contacts, their SSH keys and devices, the own mailboxes, the log of changes. */
import assert from "node:assert/strict";
import {
  contact,
  delivery,
  device,
  early,
  file,
  fresh,
  identity,
  mailbox,
  message,
  person,
} from "../../packages/client/test/profile/samples.ts";
import type { OnProfile } from "../profile.ts";

export function contactsConform(test: OnProfile): void {
  test("a contact comes back as it went in, and changes in what is told only", ({ contacts }) => {
    const made = contact({
      verified: true,
      retentionMs: 0,
      timerMs: 7,
      sent: 3,
      createdAt: 1.7e12,
      state: "request",
    });
    const id = contacts.add(made);
    assert.deepEqual(contacts.get(id), { ...made, id });
    contacts.update(id, { retentionMs: undefined, state: "blocked" });
    contacts.update(id, {});
    contacts.update(id, { sent: 4 });
    const changed = { ...made, id, retentionMs: undefined, state: "blocked", sent: 4 };
    assert.deepEqual(contacts.get(id), changed);
    assert.deepEqual(contacts.all(), [changed]);
    assert.equal(contacts.get(id + 1), undefined);
  });

  test("names are one but for letter case, of any language", ({ contacts }) => {
    const names = { Zoë: "ZOË", Straße: "STRASSE", ΣΟΦΟΣ: "σοφος", "e\u0301t\u00e9": "ÉTÉ" };
    for (const [name, same] of Object.entries(names)) {
      const id = contacts.add(contact({ name }));
      assert.equal(contacts.byName(same)?.id, id);
      assert.equal(contacts.byName(same)?.name, name);
      assert.throws(() => contacts.add(contact({ name: same })));
    }
    const other = contacts.add(contact({ name: "Bob" }));
    assert.throws(() => contacts.update(other, { name: "zoë" }));
    contacts.update(other, { name: "BOB" });
    assert.equal(contacts.byName("bob")?.name, "BOB");
    assert.equal(contacts.byName("nobody"), undefined);
  });

  test("the number of a removed contact is not used again", ({ contacts }) => {
    const first = contacts.add(contact());
    contacts.remove(first);
    contacts.remove(first);
    assert.ok(contacts.add(contact()) > first);
  });

  test("a removed contact takes everything of it along, and nothing else", (profile) => {
    const [gone, kept] = [person(profile), person(profile)];
    const target = fresh();
    for (const {
      id,
      device: { id: theirs },
    } of [gone, kept]) {
      profile.messages.add(message(id, { id: target, text: "zebra" }));
      profile.messages.putReaction(id, { target, by: "x", emoji: "👍" });
      profile.messages.addEarly(early(id, { target }));
      profile.deliveries.add(delivery(id, { id: target, device: theirs }));
      profile.mailboxes.add(mailbox({ kind: "contact", contact: id }));
      profile.files.add(file(id, { id: target, message: target }));
      profile.files.putPart(id, target, 0, fresh(100));
      profile.changes.add({ at: 1, contact: id, kind: "verified", about: "" });
      profile.sessions.putSession(theirs, fresh());
    }
    const front = profile.mailboxes.add(mailbox());
    profile.contacts.remove(gone.id);
    assert.equal(profile.identities.get(gone.identity.fingerprint), undefined);
    assert.equal(profile.devices.get(gone.device.id), undefined);
    assert.equal(profile.sessions.session(gone.device.id), undefined);
    assert.deepEqual(profile.messages.last(gone.id, 9), []);
    assert.deepEqual(profile.messages.reactions(gone.id, target), []);
    assert.deepEqual(profile.messages.takeEarly(gone.id, target), []);
    assert.deepEqual(profile.deliveries.ofContent(gone.id, target), []);
    assert.equal(profile.files.get(gone.id, target), undefined);
    assert.deepEqual(profile.changes.of(gone.id), []);
    assert.deepEqual(
      profile.messages.search("zebra", 9).map(({ contact: id }) => id),
      [kept.id],
    );
    assert.deepEqual(
      profile.mailboxes.all().map(({ id, contact: of }) => of ?? id),
      [kept.id, front],
    );
    assert.equal(profile.files.bytesKept(), 100);
    assert.notEqual(profile.sessions.session(kept.device.id), undefined);
    assert.equal(profile.messages.reactions(kept.id, target).length, 1);
  });

  test("identities belong to a contact, and are looked up when it is time", ({ contacts, identities }) => {
    const id = contacts.add(contact());
    const made = [30, undefined, 10, 20].map((lookupAt) => identity(id, { lookupAt }));
    for (const one of made) identities.add(one);
    assert.deepEqual(identities.ofContact(id), made);
    assert.throws(() => identities.add(made[0]!));
    assert.throws(() => identities.add(identity(id + 1)));
    assert.equal(identities.nextLookupAt(), 10);
    assert.deepEqual(identities.toLookUp(20, 9), [made[2], made[3]]);
    assert.deepEqual(identities.toLookUp(99, 2), [made[2], made[3]]);
    const list = fresh(500);
    identities.update(made[2]!.fingerprint, { lookupAt: undefined, list, counter: 3, lookups: 1 });
    const changed = { ...made[2]!, lookupAt: undefined, list, counter: 3, lookups: 1 };
    assert.deepEqual(identities.get(made[2]!.fingerprint), changed);
    assert.equal(identities.nextLookupAt(), 20);
    identities.remove(made[3]!.fingerprint);
    identities.remove(made[0]!.fingerprint);
    assert.equal(identities.nextLookupAt(), undefined);
    assert.deepEqual(identities.ofContact(id), [made[1], changed]);
  });

  test("devices are found by id, identity and contact, and keep their route", (profile) => {
    const { id, identity: first, device: one } = person(profile);
    const second = identity(id);
    profile.identities.add(second);
    const two = device(second.fingerprint, { sayAs: fresh(), resetAt: 5 });
    profile.devices.add(two);
    assert.deepEqual(profile.devices.get(two.id), two);
    assert.deepEqual(profile.devices.ofIdentity(first.fingerprint), [one]);
    assert.deepEqual(profile.devices.ofContact(id), [one, two]);
    const changes = {
      route: { relay: "r", mailbox: "m" },
      state: "confirmed",
      turn: 9,
      sayAs: undefined,
    } as const;
    profile.devices.update(two.id, changes);
    assert.deepEqual(profile.devices.get(two.id), { ...two, ...changes });
    profile.devices.update(two.id, { session: "answered" });
    assert.deepEqual(profile.devices.get(two.id), { ...two, ...changes, session: "answered" });
    profile.identities.remove(second.fingerprint);
    assert.equal(profile.devices.get(two.id), undefined);
  });

  test("the last two short ids of a device count, in the order they were told", (profile) => {
    const { device: one, identity: of } = person(profile);
    const other = device(of.fingerprint);
    profile.devices.add(other);
    const ids = [fresh(), fresh(), fresh()] as const;
    const others = fresh();
    assert.equal(profile.devices.newestShortId(one.id), undefined);
    profile.devices.addShortId(others, other.id, 1);
    // The clock was set back in between.
    for (const [i, shortId] of ids.entries()) profile.devices.addShortId(shortId, one.id, 10 - i);
    assert.deepEqual(profile.devices.newestShortId(one.id), ids[2]);
    assert.equal(profile.devices.byShortId(ids[0]), undefined);
    assert.equal(profile.devices.byShortId(ids[1])?.id, one.id);
    assert.equal(profile.devices.byShortId(ids[2])?.id, one.id);
    assert.equal(profile.devices.byShortId(others)?.id, other.id);
    profile.devices.addShortId(ids[1], one.id, 11);
    assert.deepEqual(profile.devices.newestShortId(one.id), ids[1]);
    assert.throws(() => profile.devices.addShortId(fresh(15), one.id, 12));
  });

  test("own mailboxes change their state, and are listed by contact", ({ contacts, mailboxes }) => {
    const of = contacts.add(contact());
    const [front, own] = [mailbox(), mailbox({ kind: "contact", contact: of, endsAt: 9 })];
    const [a, b] = [mailboxes.add(front), mailboxes.add(own)];
    assert.deepEqual(mailboxes.get(a), { ...front, id: a });
    assert.deepEqual(mailboxes.ofContact(of), [{ ...own, id: b }]);
    mailboxes.update(b, { state: "old", endsAt: undefined, changeAt: 77 });
    mailboxes.update(a, { kind: "contact", contact: of });
    const changed = { ...own, id: b, state: "old", endsAt: undefined, changeAt: 77 };
    assert.deepEqual(mailboxes.all(), [{ ...front, id: a, kind: "contact", contact: of }, changed]);
    mailboxes.remove(a);
    assert.deepEqual(mailboxes.all(), [changed]);
  });

  test("the log keeps the last 1,000 of each contact", ({ contacts, changes }) => {
    const [much, little] = [contacts.add(contact()), contacts.add(contact())];
    changes.add({ at: 1, contact: little, kind: "blocked", about: "" });
    for (let at = 1; at <= 1003; at++)
      changes.add({ at, contact: much, kind: "device-added", about: `${at}` });
    const kept = changes.of(much);
    assert.equal(kept.length, 1000);
    assert.deepEqual(kept[0], { at: 4, contact: much, kind: "device-added", about: "4" });
    assert.equal(kept.at(-1)?.at, 1003);
    assert.equal(changes.of(little).length, 1);
  });
}
