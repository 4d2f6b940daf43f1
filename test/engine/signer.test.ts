/** A signature that nobody gives must not stop the messenger. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { introduce, newPerson, newRelay } from "./kit.ts";
import { soon } from "./puppet.ts";

test("what comes is taken in while the SSH key waits for a finger", { timeout: 10_000 }, async (t) => {
  const relay = await newRelay(t);
  const alice = await newPerson(t, relay);
  const bob = await newPerson(t, relay);
  const { bToA } = await introduce(alice, bob);
  let touch = (): void => {};
  const touched = new Promise<void>((resolve) => (touch = resolve));
  const slow = {
    ...alice.signer,
    publicKey: alice.signer.publicKey,
    sign: async (...args: Parameters<typeof alice.signer.sign>) => {
      await touched;
      return alice.signer.sign(...args);
    },
  };
  const renewing = alice.messenger.renewDevice(slow);
  await bob.messenger.send(bToA, "are you there");
  const isThere = (): boolean => alice.events.some(({ type }) => type === "message");
  const came = await soon(isThere, "every turn waits for the signature").then(
    () => true,
    () => false,
  );
  touch();
  await renewing;
  assert.equal(came, true, "nothing is read and nothing is sent while somebody is asked for a signature");
});
