import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkHook, Hook, MAX_HOOKS_AT_ONCE, MAX_HOOKS_WAITING } from "../src/hook.ts";

const root = mkdtempSync(join(tmpdir(), "asfaleia-hook-"));
after(() => rmSync(root, { recursive: true }));

let drawn = 0;
/** A program of the user's, and a folder for what it writes. */
function program(text: string): { path: string; folder: string } {
  const folder = join(root, String(drawn++));
  const path = join(folder, "hook $(touch evil); it's.sh");
  mkdirSync(join(folder, "out"), { recursive: true });
  writeFileSync(path, `#!/bin/sh\ncd "${folder}"\n${text}\n`);
  chmodSync(path, 0o755);
  return { path, folder };
}

/** Whether a process is still there and no zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

test("a message is one line of JSON on standard input; no shell sees it, nor anything of ours", async () => {
  const { path, folder } = program(`cat > message; printf %s "$#" > count; env > environment`);
  const message = { from: "$(touch evil) `touch evil`; touch evil\n\x1b[2J", text: "a\nb" };
  const env = { PATH: process.env.PATH, HOME: "/h", SSH_AUTH_SOCK: "/secret", ASFALEIA_PASSPHRASE: "secret" };
  const hook = new Hook(path, { env });
  hook.tell(message);
  await hook.idle();
  const told = readFileSync(join(folder, "message"), "utf8");
  assert.match(told, /^[\x20-\x7e]*\n$/);
  assert.deepEqual(JSON.parse(told), message);
  assert.equal(readFileSync(join(folder, "count"), "utf8"), "0");
  assert.deepEqual(hook.counts, { started: 1, failed: 0, killed: 0, dropped: 0 });
  assert.equal(existsSync(join(folder, "evil")), false);
  const seen = readFileSync(join(folder, "environment"), "utf8");
  assert.match(seen, /^HOME=\/h$/m);
  assert.doesNotMatch(seen, /secret/);
});

test("messages are told in their order, four at once at most, and what is too much is counted and said once", async () => {
  const { path, folder } = program(`
    read line
    mkdir "out/$$" && ls out | wc -l >> running
    while [ ! -e go ]; do sleep 0.02; done
    rmdir "out/$$"`);
  let overflows = 0;
  const hook = new Hook(path, { onOverflow: () => overflows++ });
  const sent = MAX_HOOKS_AT_ONCE + MAX_HOOKS_WAITING;
  for (let number = 0; number < sent + 10; number++) hook.tell({ number });
  assert.deepEqual([hook.counts.started, hook.counts.dropped, overflows], [MAX_HOOKS_AT_ONCE, 10, 1]);
  writeFileSync(join(folder, "go"), "");
  await hook.idle();
  assert.deepEqual(hook.counts, { started: sent, failed: 0, killed: 0, dropped: 10 });
  const running = readFileSync(join(folder, "running"), "utf8").trim().split(/\s+/).map(Number);
  assert.equal(running.length, sent);
  assert.ok(Math.max(...running) <= MAX_HOOKS_AT_ONCE);
});

test("one at a time would be in order; four start in order", async () => {
  const { path, folder } = program(`read line; echo "$line" >> told`);
  const hook = new Hook(path);
  for (let number = 0; number < 12; number++) {
    hook.tell(number);
    await hook.idle();
  }
  const told = readFileSync(join(folder, "told"), "utf8").trim().split("\n").map(Number);
  assert.deepEqual(
    told,
    Array.from({ length: 12 }, (_, number) => number),
  );
});

test("what runs too long is killed with all that it started", async () => {
  const { path, folder } = program(`sleep 1000 & echo $! > out/child; wait`);
  const hook = new Hook(path, { maxMs: 400 });
  hook.tell("x");
  await hook.idle();
  assert.deepEqual(hook.counts, { started: 1, failed: 1, killed: 1, dropped: 0 });
  const child = Number(readFileSync(join(folder, "out", "child"), "utf8"));
  assert.equal(isRunning(child), false);
});

test("the end kills what runs and drops what waits", async () => {
  const { path, folder } = program(`echo $$ > "out/started-$$"; sleep 1000`);
  const hook = new Hook(path);
  for (let number = 0; number < 6; number++) hook.tell(number);
  while (readdirSync(join(folder, "out")).length < MAX_HOOKS_AT_ONCE) {
    const started = readdirSync(join(folder, "out")).length;
    await new Promise<void>((resolve) => {
      const watcher = watch(join(folder, "out"), () => {
        watcher.close();
        resolve();
      });
      if (readdirSync(join(folder, "out")).length > started) {
        watcher.close();
        resolve();
      }
    });
  }
  await hook.end();
  assert.deepEqual(hook.counts, { started: 4, failed: 4, killed: 4, dropped: 2 });
  hook.tell("late");
  assert.equal(hook.counts.dropped, 3);
});

test("a program that is gone, fails or does not listen disturbs nothing", async () => {
  const gone = new Hook(join(root, "no such program"));
  gone.tell("x");
  await gone.idle();
  assert.deepEqual(gone.counts, { started: 1, failed: 1, killed: 0, dropped: 0 });

  const failing = new Hook(program("exit 3").path);
  failing.tell("x".repeat(1_000_000));
  await failing.idle();
  assert.equal(failing.counts.failed, 1);

  const deaf = new Hook(program("exec 0<&-").path);
  deaf.tell("x".repeat(1_000_000));
  await deaf.idle();
  assert.equal(deaf.counts.failed, 0);
});

test("a hook is a program of the user's own", async () => {
  const { path, folder } = program("true");
  assert.equal(await checkHook(path), path);
  await assert.rejects(checkHook("hook.sh"), /whole path/);
  await assert.rejects(checkHook(`${path} --option`), /no such program/);
  await assert.rejects(checkHook(folder), /no such program/);
  chmodSync(path, 0o644);
  await assert.rejects(checkHook(path), /chmod \+x/);
  chmodSync(path, 0o777);
  await assert.rejects(checkHook(path), /chmod go-w/);
});
