import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { NotifySetting } from "../../src/notify.ts";
import { Notices } from "../../src/tui/runtime/notices.ts";

const folder = mkdtempSync(join(tmpdir(), "asfaleia-notices-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, mode = 0o700): { path: string; told: string } {
  const [path, told] = [join(folder, name), join(folder, `${name}.told`)];
  writeFileSync(path, `#!/bin/sh\ncat >'${told}.part' && mv '${told}.part' '${told}'\n`);
  chmodSync(path, mode);
  return { path, told };
}

/** Notices at a terminal that is written down, and a clock that is set. */
function notices(path: string | undefined, setting: NotifySetting = "name") {
  const seen = { written: "", now: 0 };
  const told = new Notices({
    way: "bell",
    wanted: () => setting,
    program: () => path,
    clock: () => seen.now,
    write: (text) => {
      seen.written += text;
    },
  });
  return { seen, told };
}

describe("notices", () => {
  it("are the terminal's, of whom as far as that is wanted, and not more often than every two seconds", () => {
    const { seen, told } = notices(undefined);
    told.tell("bob");
    told.tell("bob");
    assert.equal(seen.written, "\x07");
    seen.now = 2_000;
    told.tell("bob");
    assert.equal(seen.written, "\x07\x07");
    seen.now = 3_999;
    told.tell("bob");
    assert.equal(seen.written, "\x07\x07");
    const quiet = notices(undefined, "off");
    quiet.told.tell("bob");
    assert.equal(quiet.seen.written, "");
  });

  it("are told to the program instead, as one line of JSON, and never what was written", async () => {
    for (const [setting, name, text] of [
      ["name", "bob\x1b]0;x\x07", "a message from bob<U+001B>]0,x<U+0007>"],
      ["bare", "bob", "a message"],
      ["name", undefined, "a message"],
    ] as const) {
      const { path, told: file } = program(`${setting}-${name === undefined}`);
      const watcher = watch(folder);
      const { seen, told } = notices(path, setting);
      told.tell(name);
      for (;;) {
        const [, changed] = (await once(watcher, "change")) as [string, string];
        if (join(folder, changed) === file) break;
      }
      watcher.close();
      assert.equal(readFileSync(file, "utf8"), `${JSON.stringify({ text })}\n`);
      assert.equal(seen.written, "");
      await told.close();
    }
  });

  it("are the terminal's where the program has gone, or others could change it", async () => {
    for (const path of [join(folder, "none"), program("open", 0o777).path]) {
      const { seen, told } = notices(path);
      const written = Promise.withResolvers<void>();
      Object.defineProperty(seen, "written", { set: () => written.resolve(), get: () => "" });
      told.tell("bob");
      await written.promise;
      await told.close();
    }
  });
});
