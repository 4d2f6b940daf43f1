/** Two devices, with whatever the way between them does: what is to be read is read, and no message key serves twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { PreKeySignalMessage, SignalMessage } from "@signalapp/libsignal-client";
import fc from "fast-check";
import { messageInOpening } from "../../src/session/ratchet.ts";
import type { Encrypted, Outcome } from "../../src/session/session.ts";
import { hear, hears, NOW, newPair, newParty, open, type Party, say, textOf } from "./party.ts";

/** Chains that libsignal remembers. */
const CHAINS = 5;

type Step =
  | { readonly do: "say"; readonly by: 0 | 1 }
  | { readonly do: "say-and-crash"; readonly by: 0 | 1 }
  /** `pick` chooses among all that is under way to somebody. */
  | { readonly do: "hear" | "hear-and-crash" | "lose" | "repeat"; readonly by: 0 | 1; readonly pick: number };

const by = fc.constantFrom<0 | 1>(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("say" as const), by }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("say-and-crash" as const), by }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("hear" as const), by, pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("hear-and-crash" as const, "lose" as const, "repeat" as const),
      by,
      pick: fc.nat(),
    }),
  },
);

interface Sent extends Encrypted {
  readonly text: string;
  /** The how many-th sending chain of its sender. */
  readonly chain: number;
}

/** One of the two, and a model of what their ratchet knows. */
interface Side {
  readonly party: Party;
  chain: number;
  /** The newest chain of the other side that something came in. */
  seen: number;
  readonly underWay: Sent[];
  readonly heard: Sent[];
}

function newSide(party: Party, chain: number): Side {
  return { party, chain, seen: 0, underWay: [], heard: [] };
}

/** After `newPair`: Alice has heard the answer, so that what she says next is in a chain of its own. */
async function newSides(): Promise<[Side, Side]> {
  const [alice, bob] = await newPair();
  return [newSide(alice, 1), newSide(bob, 0)];
}

function isRemembered(side: Side, { chain }: Sent): boolean {
  return side.seen - chain < CHAINS;
}

/** Ratchet key and counter: these two name a message key. */
function keyName({ ciphertext, isOpening }: Encrypted): string {
  const message = isOpening ? messageInOpening(ciphertext)! : ciphertext;
  assert.deepEqual([...message.subarray(1, 3)], [0x0a, 33]);
  const ratchetKey = Buffer.from(message.subarray(3, 36)).toString("hex");
  return `${ratchetKey} ${SignalMessage.deserialize(new Uint8Array(message)).counter()}`;
}

async function take(one: Side, other: Side, sent: Sent): Promise<void> {
  const outcome = await hear(one.party, other.party, sent);
  if (!isRemembered(one, sent)) {
    assert.equal(outcome.kind, "unreadable");
    return;
  }
  assert.equal(textOf(outcome), sent.text);
  one.heard.push(sent);
  if (sent.chain > one.seen) {
    one.seen = sent.chain;
    one.chain++;
  }
}

async function run(steps: readonly Step[]): Promise<void> {
  const sides = await newSides();
  const keys = new Set<string>();
  for (const [i, each] of steps.entries()) {
    const [one, other] = each.by === 0 ? sides : [sides[1], sides[0]];
    const text = `text ${i}`;
    if (each.do === "say") {
      const sent = await say(one.party, other.party, text);
      assert.ok(!keys.has(keyName(sent)), "a message key served twice");
      keys.add(keyName(sent));
      other.underWay.push({ ...sent, text, chain: one.chain });
    } else if (each.do === "say-and-crash") {
      await one.party.sessions.stage().encrypt(other.party.id, Buffer.from(text), NOW);
    } else if (each.do === "repeat") {
      const sent = one.heard[each.pick % one.heard.length];
      if (sent === undefined) continue;
      const kind: Outcome["kind"] = isRemembered(one, sent) ? "repeat" : "unreadable";
      assert.equal((await hear(one.party, other.party, sent)).kind, kind);
    } else {
      const at = each.pick % one.underWay.length;
      const sent = one.underWay[at];
      if (sent === undefined) continue;
      if (each.do === "hear-and-crash") {
        await one.party.sessions.stage().decrypt(other.party.id, sent.ciphertext, NOW);
        continue;
      }
      one.underWay.splice(at, 1);
      if (each.do === "hear") await take(one, other, sent);
    }
  }
  for (const [one, other] of [sides, [sides[1], sides[0]]] as const) {
    for (const sent of one.underWay.splice(0).reverse()) await take(one, other, sent);
  }
}

test("lost, late, repeated, with crashes: all that is remembered is read", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => run(steps)),
    { numRuns: 60 },
  );
});

test("openings in any order, some of them lost, begin one session", async () => {
  const order = fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(order, async (arriving) => {
      const [alice, bob] = [newParty(), newParty()];
      await open(alice, bob, bob.oneTimeBundle(10));
      const sent: Encrypted[] = [];
      for (let i = 0; i < 6; i++) sent.push(await say(alice, bob, `text ${i}`));
      assert.equal(new Set(sent.map(keyName)).size, 6);
      const isNew: boolean[] = [];
      for (const i of arriving) {
        assert.ok(PreKeySignalMessage.deserialize(new Uint8Array(sent[i]!.ciphertext)));
        const outcome = await hear(bob, alice, sent[i]!);
        assert.equal(textOf(outcome), `text ${i}`);
        isNew.push(outcome.kind === "ok" && outcome.isNew);
      }
      assert.deepEqual(isNew, [true, ...arriving.slice(1).map(() => false)]);
      await hears(alice, bob, await say(bob, alice, "answer"), "answer");
    }),
    { numRuns: 20 },
  );
});

test("two who begin at once, with losses and in any order, end in sessions that both can read", async () => {
  const shuffled = fc.shuffledSubarray([0, 1, 2], { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(shuffled, shuffled, async (toAlice, toBob) => {
      const [alice, bob] = [newParty(), newParty()];
      await open(alice, bob);
      await open(bob, alice);
      const fromAlice: Encrypted[] = [];
      const fromBob: Encrypted[] = [];
      for (let i = 0; i < 3; i++) {
        fromAlice.push(await say(alice, bob, `a${i}`));
        fromBob.push(await say(bob, alice, `b${i}`));
      }
      for (const i of toAlice) await hears(alice, bob, fromBob[i]!, `b${i}`);
      for (const i of toBob) await hears(bob, alice, fromAlice[i]!, `a${i}`);
      for (let round = 0; round < 7; round++) {
        await hears(alice, bob, await say(bob, alice, "x"), "x");
        await hears(bob, alice, await say(alice, bob, "y"), "y");
      }
    }),
    { numRuns: 20 },
  );
});
