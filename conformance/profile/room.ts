/** How much of the disk what others said takes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { contact, device, fresh, identity, message } from "../../packages/client/test/profile/samples.ts";
import type { OnProfile } from "../profile.ts";

const LINE = 512;
const SEEN = 320;

const weight = (text: string | undefined, body: number): number =>
  LINE + body + 5 * Buffer.byteLength(text ?? "");

export function roomConforms(test: OnProfile): void {
  test("a line of others is charged while it is there, and one's own is not", ({
    contacts,
    messages,
    room,
  }) => {
    const [of, other] = [contacts.add(contact()), contacts.add(contact())];
    assert.deepEqual([room.taken(of), room.taken(999)], [0, 0]);
    const line = messages.add(message(of, { text: "déjà vu", body: fresh(10) }))!;
    messages.add(message(of, { isOwn: true }));
    assert.equal(room.taken(of), weight("déjà vu", 10));
    messages.update(line.row, { readAt: 5 });
    assert.equal(room.taken(of), weight("déjà vu", 10));
    messages.update(line.row, { text: "longer than before", body: fresh(30) });
    assert.equal(room.taken(of), weight("longer than before", 30));
    messages.update(line.row, { text: undefined, body: new Uint8Array(0), isDeleted: true });
    assert.equal(room.taken(of), LINE);
    messages.remove(line.row);
    assert.deepEqual([room.taken(of), room.taken(other)], [0, 0]);
  });

  test("a ciphertext is charged for as long as it is remembered, once", (profile) => {
    const { contacts, identities, devices, seen, room } = profile;
    const of = contacts.add(contact());
    const key = identity(of);
    identities.add(key);
    const one = device(key.fingerprint);
    devices.add(one);
    const hash = fresh(32);
    const add = (contactOf: number | undefined, until: number, what = fresh(32)): void =>
      seen.add({ hash: what, device: one.id, contact: contactOf, id: fresh(), until });
    add(of, 10, hash);
    add(of, 20, hash);
    add(of, 30);
    add(undefined, 30);
    assert.equal(room.taken(of), 2 * SEEN);
    seen.removeEnded(20);
    assert.equal(room.taken(of), SEEN);
    devices.remove(one.id);
    assert.equal(room.taken(of), 0);
  });

  test("who is full is remembered, and forgotten with the contact", ({ contacts, messages, room }) => {
    const [of, other] = [contacts.add(contact()), contacts.add(contact())];
    room.setFull(other, true);
    messages.add(message(of));
    room.setFull(of, true);
    messages.add(message(of));
    assert.deepEqual(room.full(), [of, other]);
    assert.deepEqual([room.fullAt(of), room.fullAt(999)], [weight("hello", 10), undefined]);
    room.setFull(of, false);
    assert.deepEqual([room.full(), room.fullAt(of)], [[other], undefined]);
    assert.equal(room.taken(of), 2 * weight("hello", 10));
    contacts.remove(other);
    assert.deepEqual(room.full(), []);
  });

  test("whatever is done, what is charged is what is there", (profile) => {
    const { contacts, messages, seen, room } = profile;
    const text = fc.option(fc.string({ unit: "grapheme", maxLength: 20 }), { nil: undefined });
    const act = fc.record({
      what: fc.constantFrom("add", "edit", "remove", "expire", "retain", "see", "forget"),
      text,
      n: fc.nat(30),
    });
    profile.transaction(() =>
      fc.assert(
        fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
          const of = contacts.add(contact());
          for (const { what, text: said, n } of acts) {
            const lines = messages.last(of, 99);
            const line = lines[n % Math.max(1, lines.length)];
            if (what === "add")
              messages.add(
                message(of, {
                  text: said,
                  body: new Uint8Array(n),
                  until: n,
                  arrivedAt: n,
                  isOwn: n % 4 === 0,
                }),
              );
            else if (what === "edit" && line)
              messages.update(line.row, { text: said, body: new Uint8Array(n) });
            else if (what === "remove" && line) messages.remove(line.row);
            else if (what === "expire") messages.removeExpired(n, 3);
            else if (what === "retain") messages.removeArrivedBefore(of, n, 3);
            else if (what === "see")
              seen.add({ hash: fresh(32), device: "d", contact: of, id: fresh(), until: n });
            else if (what === "forget") seen.removeEnded(n);
          }
          const lines = messages.last(of, 99).filter(({ isOwn }) => !isOwn);
          const sum = lines.reduce((all, { text: said, body }) => all + weight(said, body.length), 0);
          assert.equal((room.taken(of) - sum) % SEEN, 0);
          assert.ok(room.taken(of) >= sum);
          seen.removeEnded(99);
          assert.equal(room.taken(of), sum);
        }),
      ),
    );
  });
}
