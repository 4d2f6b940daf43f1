/** Devices that talk to each other, each over a store in memory. */
import assert from "node:assert/strict";
import { deviceId } from "../../src/format/deviceid.ts";
import { newDevice, newKyberPrekey, newOneTimePrekey, newSignedPrekey } from "../../src/session/keys.ts";
import {
  type Bundle,
  type Encrypted,
  type Outcome,
  openSessions,
  type Sessions,
  type Stage,
} from "../../src/session/session.ts";
import { MemoryStore } from "./memorystore.ts";

export const NOW = 1_795_000_000_000;
export const SIGNED_ID = 1;
export const KYBER_ID = 2;

export interface Party {
  readonly id: string;
  readonly key: Uint8Array;
  readonly store: MemoryStore;
  readonly sessions: Sessions;
  /** Without one-time prekeys, as on a card that everybody gets. */
  readonly bundle: Bundle;
  /** With a one-time prekey and a Kyber prekey for one session. */
  oneTimeBundle(id: number): Bundle;
}

export function newParty(): Party {
  const { deviceKey, publicKey, registration } = newDevice();
  const store = new MemoryStore();
  const id = deviceId(publicKey);
  const signed = newSignedPrekey(SIGNED_ID, deviceKey, NOW);
  const kyber = newKyberPrekey(KYBER_ID, deviceKey, NOW);
  store.signed.set(SIGNED_ID, signed.record);
  store.kyber.set(KYBER_ID, kyber.record);
  const bundle: Bundle = { registration, device: publicKey, signed, kyber };
  return {
    id,
    key: publicKey,
    store,
    sessions: openSessions({ store, ownDevice: id, deviceKey, registration }),
    bundle,
    oneTimeBundle: (first) => {
      const once = newOneTimePrekey(first);
      const kyberOnce = newKyberPrekey(first + 1, deviceKey, NOW);
      store.oneTime.set(once.id, once.record);
      store.kyber.set(kyberOnce.id, kyberOnce.record);
      store.oneTimeKybers.add(kyberOnce.id);
      return { ...bundle, once, kyber: kyberOnce };
    },
  };
}

/** One operation on a stage of its own, which is applied. */
export async function kept<T>(party: Party, work: (stage: Stage) => Promise<T> | T): Promise<T> {
  const stage = party.sessions.stage();
  const result = await work(stage);
  stage.apply();
  return result;
}

export function open(from: Party, to: Party, bundle: Bundle = to.bundle): Promise<void> {
  return kept(from, (stage) => stage.open(to.id, bundle, NOW));
}

export function say(from: Party, to: Party, text: string): Promise<Encrypted> {
  return kept(from, (stage) => stage.encrypt(to.id, Buffer.from(text), NOW));
}

export function hear(to: Party, from: Party, { ciphertext, isOpening }: Encrypted): Promise<Outcome> {
  return kept(to, (stage) =>
    isOpening
      ? stage.decryptOpening(from.id, from.key, ciphertext, NOW)
      : stage.decrypt(from.id, ciphertext, NOW),
  );
}

export async function hears(to: Party, from: Party, message: Encrypted, text: string): Promise<void> {
  const outcome = await hear(to, from, message);
  assert.equal(textOf(outcome), text);
}

export function textOf(outcome: Outcome): string {
  assert.equal(outcome.kind, "ok");
  return Buffer.from(outcome.plaintext).toString();
}

/** Two who have heard of each other, and wait for no answer. */
export async function newPair(): Promise<[Party, Party]> {
  const alice = newParty();
  const bob = newParty();
  await open(alice, bob);
  await hears(bob, alice, await say(alice, bob, "hello"), "hello");
  await hears(alice, bob, await say(bob, alice, "hello yourself"), "hello yourself");
  return [alice, bob];
}
