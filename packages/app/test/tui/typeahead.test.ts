import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { COMMANDS } from "../../src/tui/commands/table.ts";
import { FREE_COMMANDS } from "../../src/tui/model/typeahead.ts";
import { type Harness, KEY, message, withTui } from "./kit.ts";

const ctrl = (letter: string) => String.fromCharCode(letter.charCodeAt(0) & 0x1f);

/** Runs a test with what was pressed before the agent was there. */
function afterEarly(keys: readonly string[], test: (harness: Harness) => Promise<void>): Promise<void> {
  const ready = Promise.withResolvers<void>();
  return withTui(
    (face) => {
      face.messages = [message(0, { text: "mine", isOwn: true })];
    },
    async (harness) => {
      await harness.shows("connecting");
      harness.press(...keys);
      ready.resolve();
      await test(harness);
    },
    { ready: ready.promise },
  );
}

describe("keys that are pressed before the contacts are here", () => {
  it("are in the composer, in order, when they are", () =>
    afterEarly(["on", "e", "\x1b[200~ two\nthree\x1b[201~", "!", "\x1b[D", "?"], async ({ shows }) => {
      await shows(/› one two\n.*three\?!/);
    }));

  it("send nothing to whom nobody has chosen", () =>
    afterEarly(["hello", KEY.enter, "again", KEY.enter], async ({ shows, face, press, until }) => {
      await shows("not sent: it was typed before");
      await shows(/› hello\n.*again/);
      assert.equal(face.last("messages.send"), undefined);
      press(KEY.enter);
      await until("sent", () => face.last("messages.send")?.text === "hello\nagain");
    }));

  it("run commands that need no conversation, and go where they lead", async () => {
    await afterEarly(["/help", KEY.enter], ({ shows }) => shows("Alt+1 … Alt+9"));
    await afterEarly([ctrl("k"), "carol", KEY.enter, "psst"], ({ shows }) => shows(/│ carol[\s\S]*› psst/));
  });

  it("do nothing to a conversation, and answer no question", async () => {
    await afterEarly(["/delete", KEY.enter, "y"], async ({ shows, screen, face }) => {
      await shows("not done: it was typed before");
      await shows("› /delete");
      assert.doesNotMatch(screen().join("\n"), /for everybody/);
      assert.equal(face.last("messages.delete"), undefined);
    });
    await afterEarly([KEY.ctrlUp, "d", "y"], async ({ shows, face }) => {
      await shows("not done: it was typed before");
      assert.equal(face.last("messages.delete"), undefined);
    });
  });

  it("are bounded, and nothing is done behind what was left out", () =>
    afterEarly(["x".repeat(16_000), "y".repeat(1_000), "/quit", KEY.enter], async ({ shows, loop }) => {
      await shows("not done: it was typed before");
      const [text] = [...loop.state.talks.values()].map(({ composer }) => composer.text);
      assert.equal(text, "x".repeat(16_000));
      assert.deepEqual(loop.state.early, { inputs: [], isFull: false });
    }));

  it("end the chat where they say so", async () => {
    const ready = new Promise<void>(() => {});
    await withTui(
      () => {},
      async ({ shows, press, loop, terminal, until }) => {
        await shows("connecting");
        press("abc", ctrl("c"));
        await until("asked", () => loop.state.isLeaving);
        press(ctrl("c"));
        await until("ended", () => terminal.isClosed);
      },
      { ready },
    );
  });

  it("count among the commands that need no conversation only such as there are", () => {
    const names = COMMANDS.map(({ name }) => name);
    assert.deepEqual(
      FREE_COMMANDS.filter((name) => !names.includes(name)),
      [],
    );
  });
});
