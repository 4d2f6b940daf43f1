/** Making contacts in the chat, where standard input is the terminal. */
import { describe, it } from "node:test";
import { KEY, withTui } from "./kit.ts";

describe("adding somebody in the chat", () => {
  it("does not wait for standard input, which verbs read for -", () =>
    withTui(
      () => {},
      async ({ press, shows }) => {
        await shows("Write, /");
        press("/add -", KEY.enter);
        await shows("paste what you were given: - is for the command line");
        press("still here");
        await shows("› still here");
      },
    ));
});
