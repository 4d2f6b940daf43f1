/** What fails together is one failure: a link that is lost with many envelopes on it is soon tried again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Link, LinkError } from "@asfaleia/client";
import type { Environment } from "@asfaleia/client/messenger";
import { environment, introduce, newPerson, newRelay, type Person, QUICK, until } from "../engine/kit.ts";

const TEXTS = 40;
const HOUR_MS = 3_600_000;
/** The first wait is a second, and up to half a second more. */
const FIRST_WAIT_MS = 1_500;

test("forty envelopes are lost with one link, and wait no longer than one would", {
  timeout: 20_000,
}, async (t) => {
  const relay = await newRelay(t);
  let lose = (): void => {};
  let sent = 0;
  const lost = new Promise<never>((_, reject) => {
    lose = () => reject(new LinkError("closed"));
  });
  lost.catch(() => {});
  const send = (): Promise<never> => {
    sent++;
    return lost;
  };
  const losing: Environment = {
    ...environment,
    dial: async (address, options) => withSend(await environment.dial(address, options), send),
  };
  const alice = await newPerson(t, relay, {
    environment: losing,
    delays: { ...QUICK, resendFirstMs: HOUR_MS, resendMostMs: HOUR_MS },
  });
  const bob = await newPerson(t, relay);
  const { aToB } = await introduce(alice, bob);
  for (let n = 1; n <= TEXTS; n++) await alice.messenger.send(aToB, `text ${n}`);
  await until(() => sent === TEXTS);

  lose();
  await until(() => waitsOf(alice, aToB).every((ms) => ms < HOUR_MS / 4));
  assert.equal(waitsOf(alice, aToB).length, TEXTS);
  assert.ok(Math.max(...waitsOf(alice, aToB)) <= FIRST_WAIT_MS, `${Math.max(...waitsOf(alice, aToB))} ms`);
});

test("forty texts that find no relay are not forty failures in a row", { timeout: 20_000 }, async (t) => {
  const relay = await newRelay(t);
  let isGone = false;
  const losing: Environment = {
    ...environment,
    dial: (address, options) => {
      if (isGone) return Promise.reject(new LinkError("unreachable"));
      return environment.dial(address, options);
    },
  };
  const delays = { ...QUICK, resendFirstMs: HOUR_MS, resendMostMs: HOUR_MS };
  const alice = await newPerson(t, relay, { environment: losing, delays });
  const bob = await newPerson(t, relay);
  const { aToB } = await introduce(alice, bob);
  isGone = true;
  for (let n = 1; n <= TEXTS; n++) {
    await alice.messenger.send(aToB, `text ${n}`);
    await until(() => waitsOf(alice, aToB).every((ms) => ms < HOUR_MS / 4));
  }
  assert.equal(waitsOf(alice, aToB).length, TEXTS);
  // Ten seconds without a relay are five failures in a row.
  assert.ok(Math.max(...waitsOf(alice, aToB)) < 30_000, `${Math.max(...waitsOf(alice, aToB))} ms`);
});

/** How long each text waits, in milliseconds. */
function waitsOf({ profile }: Person, contact: number): number[] {
  const [device] = profile.devices.ofContact(contact);
  return profile.deliveries.openTo(device?.id ?? "").map(({ nextAt }) => (nextAt ?? 0) - Date.now());
}

/** The link, with another way to send. */
function withSend(link: Link, send: Link["send"]): Link {
  return {
    relay: link.relay,
    closed: link.closed,
    send,
    authenticate: (signer) => link.authenticate(signer),
    get: (token) => link.get(token),
    subscribe: (token, window) => link.subscribe(token, window),
    ack: (token, ids) => link.ack(token, ids),
    publish: (token, slot, seconds, document) => link.publish(token, slot, seconds, document),
    lookup: (token, of) => link.lookup(token, of),
    close: () => link.close(),
  };
}
