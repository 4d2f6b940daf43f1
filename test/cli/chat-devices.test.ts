/** Devices in the chat, with real agents and a real relay: what the made-up agent of packages/app/test/tui cannot know. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, type TestContext, test } from "node:test";
import { readCardText } from "@asfaleia/client/messenger";
import type { Relay } from "@asfaleia/relay";
import { missing } from "../../packages/identity/test/oracle.ts";
import { newPerson } from "../engine/kit.ts";
import { Chat, Stage } from "../hostile-contacts/kit.ts";
import { Place } from "./kit.ts";

const skip = missing("script");

test("a device of a contact that nobody confirmed is told, and speaks once it is accepted", {
  skip,
}, async (t: TestContext) => {
  await using stage = await Stage.open();
  await stage.heard(await stage.says("before"));
  await using chat = new Chat(stage.bob);
  await chat.shows("before");
  const { signer, messenger: lost } = stage.mallory;
  const link = lost.card();
  await lost.close();
  // All that Mallory had is gone but for the SSH key. Somebody who has taken it would come in the same way.
  const again = await newPerson(t, { addresses: [stage.relay] } as unknown as Relay, {
    signer,
    link,
    replaces: true,
  });
  using face = await stage.bob.face();
  const { card } = await face.ok("card.get");
  const { id } = await again.messenger.addCard(readCardText(String(card))!, "bob");
  await again.messenger.send(id, "it is me again");
  await chat.shows(/│ mallory {3}new device: \/devices/);
  await chat.shows(/1 new device \/devices/);
  assert.doesNotMatch(chat.screen().join("\n"), /it is me again/);
  chat.types("/devices\r");
  await chat.shows("Enter looks at it");
  chat.types("\r");
  await chat.shows(again.messenger.status().device);
  chat.types("y");
  await chat.shows("it is me again");
  await chat.until(() => !chat.screen().join("\n").includes("new device"), "nothing waits");
});

describe("an own device, whose confirmation the SSH key signs after its passphrase", { skip }, () => {
  for (const agent of ["on", "off"]) {
    test(`is confirmed in the chat with the agent ${agent}`, async () => {
      await using place = new Place();
      const { address } = await place.relay();
      place.env = { ASFALEIA_RELAY: address, ASFALEIA_AGENT: agent };
      const key = place.key("key");
      const init = ["init", "-i", "key", "--no-passphrase"];
      const begin = async (...more: string[]) => {
        const made = await place.run([...init, ...more]);
        assert.equal(made.code, 0, made.stderr);
        return made;
      };
      await begin();
      const made = await begin("--profile", "second");
      const [, device = ""] = /device confirm (\S+)/.exec(made.stderr) ?? [];
      // It says hello as long as it runs.
      const second = place.start(["listen", "--json", "--profile", "second"]);
      await second.says('"up":true');
      execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "over the hills", "-f", key]);
      await using chat = new Chat(place, { env: { ASFALEIA_AGENT: agent } });
      // The profile is sealed to the key too.
      await chat.shows("Enter passphrase for key");
      chat.types("over the hills\r");
      await chat.shows(/1 new device \/devices/);
      chat.types("/devices\r");
      await chat.shows(/this one, confirmed[\s\S]*asks to be taken/);
      chat.types("\x1b[B\r");
      await chat.shows(new RegExp(`A device of yours[\\s\\S]*${device}`));
      chat.types("y");
      await chat.shows(/Passphrase[\s\S]*passphrase/);
      chat.types("over the hills\r");
      await chat.shows("the device is confirmed");
      await chat.until(() => !chat.screen().join("\n").includes("new device"), "nothing waits");
      second.process.kill();
      await second.ended;
    });
  }
});
