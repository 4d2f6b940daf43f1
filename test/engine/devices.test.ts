/** More than one device of an SSH key: what is said is seen on each, and a device that nobody confirmed gets nothing. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { introduce, newPerson, newRelay, type Person, until } from "./kit.ts";

async function twoDevices(t: TestContext) {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB, bToA } = await introduce(alice, bob);
  await alice.messenger.send(aToB, "before");
  await bob.next("message");
  await bob.messenger.send(bToA, "before too");
  await alice.next("message");
  const phone = await newPerson(t, relay, { signer: alice.signer, link: alice.messenger.card() });
  return { relay, alice, bob, phone, aToB, bToA };
}

async function confirm(alice: Person, phone: Person): Promise<void> {
  const id = phone.messenger.status().device;
  await alice.next("notice", ({ what, about }) => what === "device-added" && about === id);
  await alice.messenger.confirmDevice(id, alice.signer);
  await until(() => phone.messenger.status().isConfirmed);
}

test("a second device shows the whole conversation from then on", async (t) => {
  const { alice, bob, phone, aToB, bToA } = await twoDevices(t);
  assert.equal(phone.messenger.status().isConfirmed, false);
  await confirm(alice, phone);
  await bob.next("notice", ({ what }) => what === "device-added");
  await until(() => phone.messenger.contact("bob")?.state === "contact");
  await bob.messenger.send(bToA, "to both");
  assert.equal(
    (await alice.next("message", ({ message }) => message.text === "to both")).message.with,
    "bob",
  );
  const there = (await phone.next("message", ({ message }) => message.text === "to both")).message;
  assert.deepEqual([there.with, there.isOwn], ["bob", false]);
  await alice.messenger.send(aToB, "from the first");
  const copy = (await phone.next("message", ({ message }) => message.text === "from the first")).message;
  assert.deepEqual([copy.with, copy.isOwn], ["bob", true]);
  await phone.messenger.send(phone.messenger.contact("bob")!.id, "from the second");
  assert.equal(
    (await bob.next("message", ({ message }) => message.text === "from the second")).message.with,
    "alice",
  );
  assert.equal(
    (await alice.next("message", ({ message }) => message.text === "from the second")).message.isOwn,
    true,
  );
});

test("a device that nobody confirmed gets nothing, and cannot speak", async (t) => {
  const { alice, bob, phone, bToA } = await twoDevices(t);
  const id = phone.messenger.status().device;
  await alice.next("notice", ({ what, about }) => what === "device-added" && about === id);
  // Bob is shown the card too, by whoever has the SSH key.
  await bob.messenger.addCard(phone.messenger.card());
  await bob.messenger.send(bToA, "for alice only");
  await alice.next("message", ({ message }) => message.text === "for alice only");
  const said = bob.messenger.history(bToA).at(-1)!;
  assert.deepEqual(
    bob.messenger.deliveries(bToA, said.id).map(({ device }) => device),
    [alice.messenger.status().device],
  );
  await phone.messenger.addCard(bob.messenger.card(), "bob");
  await assert.rejects(phone.messenger.send(phone.messenger.contact("bob")!.id, "me"), {
    code: "not-confirmed",
  });
});

test("a withdrawn device gets nothing more", async (t) => {
  const { alice, bob, phone, bToA } = await twoDevices(t);
  await confirm(alice, phone);
  const id = phone.messenger.status().device;
  await bob.next("notice", ({ what }) => what === "device-added");
  await alice.messenger.withdrawDevice(id, alice.signer);
  await bob.next("notice", ({ what, about }) => what === "device-withdrawn" && about === id);
  await bob.messenger.send(bToA, "for the first only");
  await alice.next("message", ({ message }) => message.text === "for the first only");
  const said = bob.messenger.history(bToA).at(-1)!;
  assert.deepEqual(
    bob.messenger.deliveries(bToA, said.id).map(({ device }) => device),
    [alice.messenger.status().device],
  );
});

test("a renewed device goes on where the old one was", async (t) => {
  const relay = await newRelay(t);
  const [alice, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB, bToA } = await introduce(alice, bob);
  await alice.messenger.send(aToB, "before");
  await bob.next("message");
  await bob.messenger.send(bToA, "before too");
  await alice.next("message");
  const before = alice.messenger.status().device;
  await alice.messenger.renewDevice(alice.signer);
  assert.notEqual(alice.messenger.status().device, before);
  await bob.next("notice", ({ what, about }) => what === "device-withdrawn" && about === before);
  await bob.messenger.send(bToA, "to the new one");
  assert.equal(
    (await alice.next("message", ({ message }) => message.text === "to the new one")).message.with,
    "bob",
  );
  await alice.messenger.send(aToB, "from the new one");
  assert.equal(
    (await bob.next("message", ({ message }) => message.text === "from the new one")).message.with,
    "alice",
  );
});

test("a device that is lost with everything is replaced, and contacts are asked", async (t) => {
  const relay = await newRelay(t);
  const [lost, bob] = [await newPerson(t, relay), await newPerson(t, relay)];
  const { aToB, bToA } = await introduce(lost, bob);
  await lost.messenger.send(aToB, "before");
  await bob.next("message");
  const link = lost.messenger.card();
  await lost.messenger.close();
  const alice = await newPerson(t, relay, { signer: lost.signer, link, replaces: true });
  assert.equal(alice.messenger.status().isConfirmed, true);
  const id = alice.messenger.status().device;
  const contact = await alice.messenger.addCard(bob.messenger.card(), "bob");
  const said = await alice.messenger.send(contact.id, "it is me again");
  await bob.next("notice", ({ what, about }) => what === "device-added" && about === id);
  assert.equal(
    bob.messenger.history(bToA).some(({ text }) => text === "it is me again"),
    false,
  );
  await bob.messenger.acceptDevice(bToA, id);
  await alice.next("state", (event) => event.id === said.id && event.state === "delivered");
  assert.equal(
    (await bob.next("message", ({ message }) => message.text === "it is me again")).message.with,
    "alice",
  );
});

test("a device that was refused waits no more, and comes by a list that counts only", async (t) => {
  const { alice, bob, phone, aToB, bToA } = await twoDevices(t);
  const id = phone.messenger.status().device;
  const stateOf = () => bob.messenger.contact("alice")?.devices.find((device) => device.id === id)?.state;
  await alice.next("notice", ({ what, about }) => what === "device-added" && about === id);
  await bob.messenger.addCard(phone.messenger.card());
  assert.equal(stateOf(), "unconfirmed");
  const known = alice.messenger.status().device;
  await assert.rejects(bob.messenger.refuseDevice(bToA, known), { code: "not-allowed" });
  await assert.rejects(bob.messenger.refuseDevice(bob.messenger.contact("me")!.id, id), {
    code: "not-allowed",
  });
  await bob.messenger.refuseDevice(bToA, id);
  assert.equal(stateOf(), "withdrawn");
  assert.deepEqual(bob.messenger.changes(bToA).at(-1)?.kind, "device-refused");
  // Its card, shown again, asks for nothing.
  await bob.messenger.addCard(phone.messenger.card());
  assert.equal(stateOf(), "withdrawn");
  await assert.rejects(bob.messenger.acceptDevice(bToA, id), { code: "not-allowed" });
  await alice.messenger.confirmDevice(id, alice.signer);
  await bob.next("notice", ({ what, about }) => what === "device-confirmed" && about === id);
  await until(() => phone.messenger.contact("bob")?.state === "contact");
  await bob.messenger.send(bToA, "to both");
  await phone.next("message", ({ message }) => message.text === "to both");
  await alice.messenger.send(aToB, "and back");
  await bob.next("message", ({ message }) => message.text === "and back");
});

test("an own device that was refused can still be confirmed", async (t) => {
  const { alice, phone } = await twoDevices(t);
  const id = phone.messenger.status().device;
  await alice.next("notice", ({ what, about }) => what === "device-added" && about === id);
  await alice.messenger.refuseDevice(alice.messenger.contact("me")!.id, id);
  assert.equal(alice.messenger.devices().find((device) => device.id === id)?.state, "withdrawn");
  await alice.messenger.confirmDevice(id, alice.signer);
  await until(() => phone.messenger.status().isConfirmed);
});
