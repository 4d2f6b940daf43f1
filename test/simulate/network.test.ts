import assert from "node:assert/strict";
import { test } from "node:test";
import type { Link } from "../../packages/client/test/internals.ts";
import { MachineClock, Scheduler } from "./clock.ts";
import { drawKey } from "./keys.ts";
import type { Lies } from "./lies.ts";
import { Network } from "./network.ts";
import { Seeded } from "./random.ts";
import { SimulatedRelay } from "./relay.ts";
import { Witness } from "./witness.ts";

const HONEST: Lies = { lose: 0, delay: 0, repeat: 0, replay: 0, damage: 0, hide: 0, stale: 0, boot: 0 };
const MINUTE = 60_000;
const LATENCY = { least: 10, most: 20 };

async function aNetwork(t: { after(end: () => void): void }) {
  const scheduler = new Scheduler();
  const witness = new Witness();
  const random = new Seeded("network");
  const relay = new SimulatedRelay({ name: "relay", scheduler, witness, random: random.for("relay") });
  scheduler.waitFor(relay);
  await relay.start();
  const network = new Network({ scheduler, random, latency: LATENCY, relays: [relay] });
  t.after(() => {
    network.close();
    relay.stop();
  });
  const dial = (name: string): Promise<Link> =>
    network.dialFor({ name, clock: new MachineClock(scheduler, name) })(relay.address, {
      signal: new AbortController().signal,
    });
  /** Lets virtual time run until it is done. */
  const during = async <T>(work: Promise<T>): Promise<T> => {
    const ends = scheduler.now + MINUTE;
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => {});
    await scheduler.quiet();
    while (!isDone && scheduler.now < ends && (await scheduler.step()));
    return done;
  };
  const later = (ms: number): Promise<void> => scheduler.runUntil(scheduler.now + ms);
  return { scheduler, witness, relay, network, dial, during, later };
}

type World = Awaited<ReturnType<typeof aNetwork>>;

const reader = drawKey(new Seeded("reader")).signer;
const sender = drawKey(new Seeded("sender")).signer;

async function read({ dial, during }: World): Promise<{ got: Buffer[]; waiting: number; link: Link }> {
  const link = await during(dial("reader"));
  const token = await during(link.authenticate(reader));
  const subscription = await during(link.subscribe(token, 16));
  const got: Buffer[] = [];
  const take = async (): Promise<void> => {
    for await (const { envelope } of subscription.messages) got.push(Buffer.from(envelope));
  };
  take().catch(() => {});
  return { got, waiting: subscription.waiting, link };
}

async function send({ dial, during }: World, ...envelopes: string[]): Promise<string> {
  const link = await during(dial("sender"));
  const token = await during(link.authenticate(sender));
  const to = drawKey(new Seeded("reader")).signer.publicKey;
  const receiver = Buffer.from(to.blob).toString("base64");
  for (const envelope of envelopes) await during(link.send(token, receiver, Buffer.from(envelope)));
  link.close();
  return receiver;
}

test("What is sent arrives, in order and in virtual time", async (t) => {
  const world = await aNetwork(t);
  const { got } = await read(world);
  await send(world, "one", "two", "three");
  await world.later(MINUTE);
  assert.deepEqual(got.map(String), ["one", "two", "three"]);
  assert(world.scheduler.now > 10 * LATENCY.least);
});

test("The witness sees who signs in, who gets what, and what must not be in it", async (t) => {
  const world = await aNetwork(t);
  world.witness.guard({ name: "the plan", bytes: Buffer.from("attack at dawn") });
  await send(world, "sealed well");
  assert.deepEqual(world.witness.leaks(), []);
  await send(world, "we attack at dawn, then");
  assert.deepEqual(world.witness.leaks(), ["the plan"]);
  const [first] = world.witness.connections;
  assert.equal(first?.from, "sender");
  assert.equal(first.keys.length, 1);
  assert.deepEqual(
    first.envelopes.map(({ bytes }) => bytes),
    ["sealed well".length],
  );
  assert.equal(first.subscribes, 0);
});

test("A relay that starts anew has forgotten all, and says so", async (t) => {
  const world = await aNetwork(t);
  const before = (await world.during(world.dial("sender"))).relay.bootId;
  await send(world, "lost");
  world.relay.stop();
  await assert.rejects(world.during(world.dial("sender")), /nobody answers/);
  await world.relay.start();
  const after = (await world.during(world.dial("sender"))).relay.bootId;
  assert.notDeepEqual(after, before);
  const { waiting } = await read(world);
  assert.equal(waiting, 0);
});

test("Who is parted from a relay does not reach it until the time is over", async (t) => {
  const world = await aNetwork(t);
  const { link } = await read(world);
  world.network.part("reader", "relay", 5 * MINUTE);
  await assert.rejects(world.during(world.dial("reader")), /nobody answers/);
  await world.later(11 * MINUTE);
  assert.equal(await Promise.race([link.closed.then(() => "closed"), turn()]), "closed");
  const again = await read(world);
  await send(world, "here again");
  await world.later(MINUTE);
  assert.deepEqual(again.got.map(String), ["here again"]);
});

test("A relay that lies loses, repeats, replays, damages and hides", async (t) => {
  const seen = async (lies: Partial<Lies>): Promise<string[]> => {
    const world = await aNetwork(t);
    const { got } = await read(world);
    world.relay.lies = { ...HONEST, ...lies };
    await send(world, "one", "two");
    await world.later(2 * 60 * MINUTE);
    return got.map(String);
  };
  assert.deepEqual(await seen({}), ["one", "two"]);
  assert.deepEqual(await seen({ lose: 1 }), []);
  assert.deepEqual(await seen({ repeat: 1 }), ["one", "one", "two", "two"]);
  assert.equal((await seen({ replay: 1 })).length, 4);
  const damaged = await seen({ damage: 1 });
  assert.equal(damaged.length, 2);
  assert(!damaged.includes("one") && !damaged.includes("two"));
  assert.deepEqual((await seen({ delay: 1 })).toSorted(), ["one", "two"]);
});

test("A relay that hides a document says that there is none", async (t) => {
  const world = await aNetwork(t);
  const link = await world.during(world.dial("reader"));
  const token = await world.during(link.authenticate(reader));
  await world.during(link.publish(token, "card", 3600, Buffer.from("a card")));
  const looking = await world.during(world.dial("sender"));
  const looker = await world.during(looking.authenticate(sender));
  assert.equal((await world.during(looking.lookup(looker, token.mailbox))).length, 1);
  world.relay.lies = { ...HONEST, hide: 1 };
  assert.deepEqual(await world.during(looking.lookup(looker, token.mailbox)), []);
});

test("A relay may show what stood there before, or what stands elsewhere", async (t) => {
  const world = await aNetwork(t);
  const link = await world.during(world.dial("reader"));
  const token = await world.during(link.authenticate(reader));
  for (const document of ["an old card", "a card"])
    await world.during(link.publish(token, "card", 3600, Buffer.from(document)));
  const looking = await world.during(world.dial("sender"));
  const looker = await world.during(looking.authenticate(sender));
  world.relay.lies = { ...HONEST, stale: 1 };
  const shown = new Set<string>();
  for (let look = 0; look < 16; look++) {
    const [found] = await world.during(looking.lookup(looker, token.mailbox));
    shown.add(Buffer.from(found!.document).toString());
  }
  assert.deepEqual([...shown].sort(), ["a card", "an old card"]);
});

async function turn(): Promise<string> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  return "open";
}
