/** Devices in the chat: one that nobody has confirmed is told loudly, looked at, and taken or refused by a key. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Contact } from "../../src/tui/model/state.ts";
import { AT, contact, KEY, type MadeUpFace, message, withTui } from "./kit.ts";

const NEW = "0f3c8a52-9d1e-8b7a-a1c0-5e2f6b7d8c90";
const OLD = "11111111-9d1e-8b7a-a1c0-5e2f6b7d8c90";
const THIS = "22222222-9d1e-8b7a-a1c0-5e2f6b7d8c90";
const ART = "+--[ED25519 256]--+\n|      o.+        |\n+----[SHA256]-----+";

type Device = Contact["devices"][number];

const device = (id: string, state: Device["state"], over: Partial<Device> = {}): Device => ({
  id,
  identity: "SHA256:bob",
  state,
  isOwn: false,
  ...over,
});

/** Bob has a second device, which none of his has confirmed. */
function withNewDevice(face: MadeUpFace): void {
  const devices = [device(OLD, "confirmed"), device(NEW, "unconfirmed")];
  face.contacts = face.contacts.with(1, contact(2, "bob", { devices }));
  face.answers.set("contacts.keys", () => [
    { line: "", type: "ssh-ed25519", bits: 256, fingerprint: "SHA256:bob", randomart: ART },
  ]);
  face.answers.set("contacts.changes", () => [{ at: AT, kind: "device-added", about: NEW }]);
}

describe("devices in the chat", () => {
  it("tells of a new one where it comes, and above the conversation as long as nothing is decided", () =>
    withTui(
      () => {},
      async ({ shows, screen, face, press }) => {
        await shows("Write, /");
        assert.doesNotMatch(screen().join("\n"), /new device/);
        withNewDevice(face);
        const line = message(1, { kind: "notice", text: "device-added" });
        face.messages.push(line);
        face.emit({ type: "notice", contact: 2, what: "device-added", about: NEW });
        await shows("a new device of bob asks to be taken: /devices");
        await shows(/│ bob {3}new device: \/devices {2}not verified/);
        await shows(/1 new device \/devices/);
        await shows(/\* {2}a device was added; it gets nothing before it/);
        press("x");
        await shows("› x");
        // The remark has been read; the rest stays, in other conversations too.
        press("\x7f", KEY.altDown);
        await shows(/│ carol {3}not verified/);
        assert.match(screen().at(-1) ?? "", /1 new device \/devices/);
        assert.doesNotMatch(screen().slice(0, -1).join("\n"), /asks to be taken/);
      },
    ));

  it("shows it with its key, and takes it when that is said", () =>
    withTui(withNewDevice, async ({ shows, press, face, until }) => {
      await shows("new device: /devices");
      face.answers.set("devices.list", () => [device(THIS, "confirmed", { isOwn: true })]);
      press("/devices", KEY.enter);
      await shows(/• bob {2}0f3c8a52 +asks to be taken/);
      await shows(new RegExp(`${THIS} +this one, confirmed`));
      press(KEY.enter);
      await shows(/A device of bob[\s\S]*has confirmed this one[\s\S]*Ask bob in another way/);
      await shows(new RegExp(`device +${NEW}`));
      await shows(/key +SHA256:bob[\s\S]*ED25519 256/);
      assert.equal(face.last("contacts.acceptDevice"), undefined);
      press("y");
      await until("accepted", () => face.last("contacts.acceptDevice") !== undefined);
      assert.deepEqual(face.last("contacts.acceptDevice"), { contact: 2, device: NEW });
      await shows("the device is accepted: bob");
    }));

  it("refuses it after a question, and not for a no", () =>
    withTui(withNewDevice, async ({ shows, press, face, until, screen }) => {
      await shows("new device: /devices");
      for (const answer of ["n", "y"]) {
        press("/devices bob", KEY.enter);
        await shows(new RegExp(`${OLD} +confirmed\\n.*${NEW} +asks to be taken`));
        press(KEY.down, KEY.enter);
        await shows("y it is theirs: accept · n refuse");
        press("n");
        await shows("Refuse this device of bob?");
        assert.equal(face.last("contacts.refuseDevice"), undefined);
        press(answer);
        await until("closed", () => !screen().join("\n").includes("Refuse this"));
      }
      await until("refused", () => face.last("contacts.refuseDevice") !== undefined);
      assert.deepEqual(face.last("contacts.refuseDevice"), { contact: 2, device: NEW });
      assert.equal(face.last("contacts.acceptDevice"), undefined);
    }));

  it("leads to it from what is known of the contact, and offers nothing for those that are confirmed", () =>
    withTui(withNewDevice, async ({ shows, press, screen, face }) => {
      await shows("new device: /devices");
      press("/info", KEY.enter);
      await shows("A device that nobody has confirmed: d shows it");
      press("d");
      await shows("Devices of bob");
      press(KEY.enter);
      await shows(new RegExp(`A device of bob[\\s\\S]*${OLD}`));
      assert.doesNotMatch(screen().join("\n"), /accept/);
      press("y");
      await shows("A device of bob");
      assert.equal(face.last("contacts.acceptDevice"), undefined);
    }));

  it("is silent about devices of requests and of those who are blocked", () =>
    withTui(
      (face) => {
        const devices = [device(NEW, "unconfirmed")];
        face.contacts.push(contact(8, "request 8", { state: "request", devices }));
        face.contacts.push(contact(9, "mallory", { state: "blocked", devices }));
      },
      async ({ shows, screen }) => {
        await shows("1 request");
        assert.doesNotMatch(screen().join("\n"), /new device/);
      },
    ));

  it("lists the own ones, confirms, withdraws and refuses them", () =>
    withTui(
      (face) => {
        const own = (id: string, state: Device["state"]) =>
          device(id, state, { identity: "SHA256:me", isOwn: true });
        const [asking, listed] = [own(NEW, "unconfirmed"), own(OLD, "confirmed")];
        face.contacts[0] = contact(1, "me", { state: "me", devices: [asking, listed] });
        face.answers.set("devices.list", () => [own(THIS, "confirmed"), asking, listed]);
      },
      async ({ shows, press, face, until, screen }) => {
        await shows(/1 new device \/devices/);
        press("/devices", KEY.enter);
        await shows(new RegExp(`• ${THIS} +this one, confirmed\\n.*${NEW} +asks to be taken\\n.*${OLD}`));
        await shows("asfaleia init with the same");
        press(KEY.enter);
        await shows(new RegExp(`This device[\\s\\S]*${THIS}`));
        press(KEY.escape, "/devices", KEY.enter);
        await shows("asks to be taken");
        press(KEY.down, KEY.enter);
        await shows("y it is mine: confirm · n refuse");
        press("y");
        await until("confirmed", () => face.last("devices.confirm")?.id === NEW);
        await shows("the device is confirmed");

        press("/devices me", KEY.enter);
        await shows("asks to be taken");
        press(KEY.down, KEY.enter, "n");
        await shows("Refuse this device? It gets nothing");
        press("y");
        await until("refused", () => face.last("contacts.refuseDevice") !== undefined);
        assert.deepEqual(face.last("contacts.refuseDevice"), { contact: 1, device: NEW });

        press("/devices", KEY.enter);
        await shows("asks to be taken");
        press(KEY.down, KEY.down, KEY.enter);
        await shows("w withdraw");
        press("w");
        await shows("Take this device off the list");
        assert.equal(face.last("devices.withdraw"), undefined);
        press("y");
        await until("withdrawn", () => face.last("devices.withdraw")?.id === OLD);
        await shows("the device is withdrawn");
        assert.doesNotMatch(screen().join("\n"), /one moment/);
      },
    ));
});
