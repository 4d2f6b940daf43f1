import assert from "node:assert/strict";
import { test } from "node:test";
import { notifyWay } from "../src/notify.ts";

const ENVIRONMENTS: [env: Record<string, string>, way: string][] = [
  [{}, "bell"],
  [{ TERM: "xterm-256color" }, "bell"],
  [{ TERM: "xterm-256color", VTE_VERSION: "7600" }, "osc777"],
  [{ TERM: "foot" }, "osc777"],
  [{ TERM: "xterm-kitty" }, "osc9"],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "iTerm.app" }, "osc9"],
  [{ TERM: "xterm-256color", LC_TERMINAL: "iTerm2" }, "osc9"],
  [{ TERM: "tmux-256color", TMUX: "/tmp/x,1,0", TERM_PROGRAM: "tmux", LC_TERMINAL: "iTerm2" }, "bell"],
  [{ TERM: "screen", VTE_VERSION: "7600" }, "bell"],
];

for (const [env, way] of ENVIRONMENTS) {
  test(`${JSON.stringify(env)} is notified by ${way}`, () => assert.equal(notifyWay(env), way));
}
