import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { homePath, userHome } from "../src/home.ts";

test("an empty HOME means the home of the user, and not the folder that they are in", (t) => {
  const before = process.env.HOME;
  t.after(() => {
    if (before === undefined) delete process.env.HOME;
    else process.env.HOME = before;
  });
  process.env.HOME = "";
  assert.equal(userHome(), userInfo().homedir);
  assert.equal(homePath({}), join(userInfo().homedir, ".local", "share", "asfaleia"));
  process.env.HOME = "/elsewhere";
  assert.equal(userHome(), "/elsewhere");
});
