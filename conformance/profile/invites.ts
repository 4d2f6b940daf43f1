/** Invites of the user's own, answers to those of others, and where keys were found. */
import assert from "node:assert/strict";
import type { Profile } from "../../packages/client/test/profile/internals.ts";
import {
  answer,
  contact,
  fresh,
  invite,
  mailbox,
  person,
} from "../../packages/client/test/profile/samples.ts";
import type { OnProfile } from "../profile.ts";

function newInvite(profile: Profile, changes: Parameters<typeof invite>[1] = {}) {
  const of = profile.mailboxes.add(mailbox({ kind: "invite" }));
  const made = invite(of, changes);
  return { ...made, id: profile.invites.add(made) };
}

export function invitesConform(test: OnProfile): void {
  test("an invite comes back as it went in, and changes in what is told only", (profile) => {
    const { invites } = profile;
    const made = newInvite(profile, { as: "Bob", once: 7, uses: 3, published: "x", publishAt: 5 });
    const other = newInvite(profile);
    assert.deepEqual(invites.get(made.id), made);
    assert.deepEqual(invites.ofMailbox(other.mailbox), other);
    assert.deepEqual(invites.all(), [made, other]);
    invites.update(made.id, { used: 3, spentAt: 9, publishAt: undefined });
    invites.update(made.id, {});
    assert.deepEqual(invites.get(made.id), { ...made, used: 3, spentAt: 9, publishAt: undefined });
    assert.equal(invites.get(other.id + 1), undefined);
    assert.equal(invites.ofMailbox(other.mailbox + 1), undefined);
    assert.throws(() => invites.add(invite(other.mailbox)), "a mailbox serves one invite");
    assert.throws(() => newInvite(profile, { secret: fresh(15) }));
  });

  test("an invite goes with its mailbox, and its prekeys with it", (profile) => {
    const { invites, mailboxes, sessions } = profile;
    const kept = newInvite(profile, { once: 3 });
    const gone = newInvite(profile, { once: 1 });
    for (const id of [1, 3]) {
      sessions.putPrekey("once", { id, record: fresh(), createdAt: 1 });
      sessions.putPrekey("kyber-once", { id: id + 1, record: fresh(), createdAt: 1 });
      // Of another kind: ids alone do not tell.
      sessions.putPrekey("signed", { id, record: fresh(), createdAt: 1 });
    }
    invites.addUse(gone.id, "SHA256:a");
    mailboxes.remove(gone.mailbox);
    assert.deepEqual(invites.all(), [kept]);
    assert.equal(sessions.oneTimePrekey(1), undefined);
    assert.equal(sessions.kyberPrekey(2), undefined);
    assert.ok(sessions.signedPrekey(1));
    assert.ok(sessions.oneTimePrekey(3));
    assert.ok(sessions.kyberPrekey(4));
    assert.equal(invites.wasUsedBy(gone.id, "SHA256:a"), false);
    assert.ok(newInvite(profile).id > gone.id, "its number is not used again");
  });

  test("who has used an invite is told apart", (profile) => {
    const { invites } = profile;
    const [a, b] = [newInvite(profile), newInvite(profile)];
    invites.addUse(a.id, "SHA256:x");
    invites.addUse(a.id, "SHA256:x");
    assert.ok(invites.wasUsedBy(a.id, "SHA256:x"));
    assert.ok(!invites.wasUsedBy(a.id, "SHA256:y"));
    assert.ok(!invites.wasUsedBy(b.id, "SHA256:x"));
  });

  test("what is to be published comes when it is due, the longest overdue first", (profile) => {
    const { invites } = profile;
    assert.equal(invites.nextPublishAt(), undefined);
    const [late, early] = [newInvite(profile, { publishAt: 20 }), newInvite(profile, { publishAt: 10 })];
    newInvite(profile);
    assert.equal(invites.nextPublishAt(), 10);
    assert.deepEqual(invites.toPublish(9), []);
    assert.deepEqual(invites.toPublish(10), [early]);
    assert.deepEqual(invites.toPublish(20), [early, late]);
    invites.hasten(15);
    assert.deepEqual(invites.toPublish(15), [early, { ...late, publishAt: 15 }]);
  });

  test("an answer takes the place of an older one to the same contact, and goes with the contact", (profile) => {
    const { answers, contacts } = profile;
    const [a, b] = [contacts.add(contact()), contacts.add(contact())];
    const first = answer(a, { lookAt: 5 });
    answers.put(first);
    assert.deepEqual(answers.get(a), first);
    const second = answer(a, { lookAt: 9 });
    answers.put(second);
    assert.deepEqual(answers.get(a), second);
    answers.update(a, { state: "used", lookAt: undefined, looks: 4 });
    assert.deepEqual(answers.get(a), { ...second, state: "used", lookAt: undefined, looks: 4 });
    answers.put(answer(b));
    answers.remove(b);
    assert.equal(answers.get(b), undefined);
    contacts.remove(a);
    assert.equal(answers.get(a), undefined);
    assert.throws(() => answers.put(answer(a)), "nobody is there to answer to");
  });

  test("answers are looked at when they are due, and a clock that was ahead does not put them off", (profile) => {
    const { answers, contacts } = profile;
    const [a, b, c] = [contacts.add(contact()), contacts.add(contact()), contacts.add(contact())];
    assert.equal(answers.nextLookAt(), undefined);
    answers.put(answer(a, { lookAt: 20 }));
    answers.put(answer(b, { lookAt: 10 }));
    answers.put(answer(c));
    assert.equal(answers.nextLookAt(), 10);
    assert.equal(answers.toLookAt(9), undefined);
    assert.equal(answers.toLookAt(30)?.contact, b);
    answers.hasten(15);
    assert.equal(answers.get(a)?.lookAt, 15);
    assert.equal(answers.get(b)?.lookAt, 10);
    assert.equal(answers.get(c)?.lookAt, undefined);
  });

  test("sources of a contact: one of each name, by name, until the contact goes", (profile) => {
    const { sources, contacts } = profile;
    const { id } = person(profile);
    const { id: other } = person(profile);
    const github = {
      contact: id,
      source: "github:alice",
      checkedAt: 5,
      fingerprints: ["SHA256:b", "SHA256:a"],
    };
    const file = { contact: id, source: "/etc/keys/é.pub", checkedAt: 6, fingerprints: [] };
    sources.put({ ...github, checkedAt: 1, fingerprints: [] });
    sources.put(github);
    sources.put(file);
    sources.put({ ...github, contact: other });
    assert.deepEqual(sources.ofContact(id), [file, github]);
    sources.remove(id, "github:alice");
    sources.remove(id, "github:nobody");
    assert.deepEqual(sources.ofContact(id), [file]);
    assert.equal(sources.ofContact(other).length, 1);
    contacts.remove(id);
    assert.deepEqual(sources.ofContact(id), []);
    assert.throws(() => sources.put({ ...file, contact: other, source: "x".repeat(513) }));
    assert.throws(() => sources.put({ ...file, contact: other, source: "" }));
    assert.throws(() => sources.put(file), "a contact that is not there");
  });
}
