/** What is on its way, and the receipts that are owed. */
import assert from "node:assert/strict";
import type { Delivery } from "../../packages/client/test/profile/internals.ts";
import { contact, delivery, fresh } from "../../packages/client/test/profile/samples.ts";
import type { OnProfile } from "../profile.ts";

const STATES = ["queued", "at-relay", "delivered", "read", "expired", "refused"] as const;

function rows(deliveries: readonly Pick<Delivery, "row">[]): number[] {
  return deliveries.map(({ row }) => row);
}

export function deliveriesConform(test: OnProfile): void {
  test("a delivery comes back as it went in, and changes in what is told only", ({
    contacts,
    deliveries,
  }) => {
    const of = contacts.add(contact());
    const made = delivery(of, {
      ciphertext: fresh(99),
      isOpening: true,
      turn: 4,
      bootId: fresh(8),
      role: "copy",
    });
    const row = deliveries.add(made);
    assert.deepEqual(deliveries.get(row), { ...made, row });
    const changes = {
      state: "delivered",
      nextAt: undefined,
      content: new Uint8Array(0),
      ciphertext: undefined,
    } as const;
    deliveries.update(row, changes);
    deliveries.update(row, { isOpening: false });
    const changed = { ...made, row, ...changes, isOpening: false };
    assert.deepEqual(deliveries.get(row), changed);
    assert.deepEqual(deliveries.ofContent(of, made.id), [changed]);
    assert.deepEqual(deliveries.find(made.device, made.id), changed);
    assert.equal(deliveries.find("another", made.id), undefined);
    deliveries.remove(row);
    assert.equal(deliveries.get(row), undefined);
    assert.ok(deliveries.add(made) > row);
  });

  test("only what is not settled is open, due or over its time", ({ contacts, deliveries }) => {
    const of = contacts.add(contact());
    const made = STATES.map((state, i) =>
      deliveries.add(delivery(of, { state, nextAt: 10 + i, expiresAt: 100 + i })),
    );
    const homeless = deliveries.add(delivery(of, { device: "", nextAt: 1, expiresAt: 99 }));
    const [queued, atRelay] = made as [number, number];
    assert.deepEqual(rows(deliveries.openTo("a device")), [queued, atRelay]);
    assert.deepEqual(deliveries.openTo("another"), []);
    assert.deepEqual(rows(deliveries.withoutDevice(of)), [homeless]);
    assert.deepEqual(deliveries.withoutDevice(of + 1), []);
    assert.deepEqual(rows(deliveries.due(10, 9)), [queued]);
    assert.deepEqual(rows(deliveries.due(999, 9)), [queued, atRelay]);
    assert.deepEqual(rows(deliveries.due(999, 1)), [queued]);
    assert.equal(deliveries.nextAt(), 10);
    assert.deepEqual(rows(deliveries.expired(100, 9)), [queued, homeless]);
    assert.deepEqual(rows(deliveries.expired(100, 1)), [queued]);
    assert.deepEqual(rows(deliveries.atRelay()), [atRelay]);
    assert.equal(deliveries.nextExpiry(), 99);
    assert.equal(deliveries.countOpen(), 3);
    for (const row of [queued, atRelay, homeless])
      deliveries.update(row, { state: "refused", nextAt: undefined });
    assert.deepEqual(
      [deliveries.nextAt(), deliveries.nextExpiry(), deliveries.countOpen()],
      [undefined, undefined, 0],
    );
  });

  test("what is due goes in the order it was accepted", ({ contacts, deliveries }) => {
    const of = contacts.add(contact());
    const made = [30, 10, 20].map((nextAt) => deliveries.add(delivery(of, { nextAt })));
    assert.deepEqual(rows(deliveries.due(99, 9)), made);
    assert.deepEqual(rows(deliveries.due(20, 9)), made.slice(1));
  });

  test("settled ones are forgotten by their age, open ones never", ({ contacts, deliveries }) => {
    const of = contacts.add(contact());
    const made = STATES.flatMap((state) =>
      [1, 5].map((acceptedAt) => deliveries.add(delivery(of, { state, acceptedAt }))),
    );
    deliveries.removeSettledBefore(5);
    const left = made.filter((row) => deliveries.get(row) !== undefined);
    assert.deepEqual(
      left,
      made.filter((_, i) => i < 4 || i % 2 === 1),
    );
  });

  test("receipts are owed once, and taken for one device and kind at a time", ({ receipts }) => {
    const ids = [fresh(), fresh(), fresh(), fresh()] as const;
    const owe = (device: string, id: Uint8Array, kind: "delivered" | "read", dueAt: number): void =>
      receipts.add({ device, id, kind, dueAt });
    owe("a", ids[0], "delivered", 30);
    owe("a", ids[0], "delivered", 5);
    owe("b", ids[1], "delivered", 10);
    owe("b", ids[2], "delivered", 90);
    owe("b", ids[1], "read", 11);
    owe("b", ids[3], "delivered", 20);
    assert.equal(receipts.nextAt(), 10);
    assert.deepEqual(receipts.takeDue(9, 64), []);
    assert.deepEqual(receipts.takeDue(10, 2), [
      { device: "b", id: ids[1], kind: "delivered", dueAt: 10 },
      { device: "b", id: ids[3], kind: "delivered", dueAt: 20 },
    ]);
    assert.deepEqual(receipts.takeDue(11, 64), [{ device: "b", id: ids[1], kind: "read", dueAt: 11 }]);
    assert.deepEqual(receipts.takeDue(29, 64), []);
    assert.deepEqual(receipts.takeDue(30, 64), [{ device: "a", id: ids[0], kind: "delivered", dueAt: 30 }]);
    owe("a", ids[0], "delivered", 31);
    receipts.removeOf("b");
    assert.equal(receipts.nextAt(), 31);
    receipts.removeOf("a");
    assert.equal(receipts.nextAt(), undefined);
  });
}
