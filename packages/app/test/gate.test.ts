/** The gate of a locked profile by itself: who is asked when, and whose answer counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Profile, Unlock } from "@asfaleia/client/messenger";
import { Gate } from "../src/agent/gate.ts";
import { EXIT, Failure } from "../src/exit.ts";
import { currentPerson, NOBODY, type Person } from "../src/person.ts";

interface Question {
  answer(text: string): void;
  readonly signal: AbortSignal;
}

/** Somebody who answers when the test says so. */
class Asked {
  readonly questions: Question[] = [];
  readonly person: Person = {
    ...NOBODY,
    line: (_, signal) =>
      new Promise((resolve, reject) => {
        this.questions.push({ answer: resolve, signal });
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      }),
  };
}

const wrong = new Failure(EXIT.key, "wrong");

/** A gate whose profile opens with `right`, one try at a time, each as long as the test says. */
function locked() {
  const gate = new Gate();
  const tried: { readonly text: string; end(): void }[] = [];
  let locks = 0;
  const unlock = (signal: AbortSignal): Unlock => ({
    passphrase: async () => {
      const text = await currentPerson().line("?", signal);
      if (text === null) throw new Failure(EXIT.key, "nobody");
      return text;
    },
  });
  const open = async ({ passphrase, asksAgain }: Unlock): Promise<Profile> => {
    for (;;) {
      const text = await passphrase?.();
      const { promise, resolve } = Promise.withResolvers<void>();
      tried.push({ text: String(text), end: resolve });
      await promise;
      if (text === "right") return {} as Profile;
      assert.equal(asksAgain?.(wrong), true);
    }
  };
  const opened = gate.open(open, unlock, () => locks++, new AbortController().signal);
  return { gate, tried, opened, locks: () => locks };
}

/** Every promise that can settle by now has. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await nextTurn();
}

test("an answer of somebody who is gone by then is not tried", async () => {
  const { gate, tried } = locked();
  const [slow, gone] = [new Asked(), new Asked()];
  const hungUp = new AbortController();
  const first = gate.visit({}, slow.person, new AbortController().signal);
  const second = gate.visit({}, gone.person, hungUp.signal);
  await settled();
  slow.questions[0]?.answer("guess");
  await settled();
  gone.questions[0]?.answer("right");
  await settled();
  hungUp.abort(new Error("hung up"));
  await assert.rejects(second, /hung up/);
  tried[0]?.end();
  await assert.rejects(first, /wrong/);
  await settled();
  assert.deepEqual(
    tried.map(({ text }) => text),
    ["guess"],
  );
});

test("nobody is asked while an answer is tried, nor between the right one and the open profile", async () => {
  const { gate, tried, opened, locks } = locked();
  const [one, late, later] = [new Asked(), new Asked(), new Asked()];
  const { signal } = new AbortController();
  const all = [gate.visit({}, one.person, signal)];
  await settled();
  one.questions[0]?.answer("right");
  await settled();
  all.push(gate.visit({}, late.person, signal));
  await settled();
  tried[0]?.end();
  await opened;
  all.push(gate.visit({}, later.person, signal));
  await settled();
  assert.deepEqual([late.questions.length, later.questions.length, locks()], [0, 0, 1]);
  gate.letIn();
  await Promise.all(all);
  await gate.visit({}, later.person, signal);
});

test("two right answers are tried once, and a visitor who cannot be asked does not wait", async () => {
  const { gate, tried, opened } = locked();
  const [one, other] = [new Asked(), new Asked()];
  const { signal } = new AbortController();
  const both = [one, other].map(({ person }) => gate.visit({}, person, signal));
  await settled();
  await assert.rejects(gate.visit({}, NOBODY, signal), /nobody/);
  for (const { questions } of [one, other]) questions[0]?.answer("right");
  await settled();
  tried[0]?.end();
  await opened;
  gate.letIn();
  await Promise.all(both);
  assert.equal(tried.length, 1);
});
