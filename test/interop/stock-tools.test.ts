/** Runs stock-tools.sh, which speaks to the relay and reads and writes letters with openssl, ssh-keygen and age only. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { missing } from "../../packages/identity/test/oracle.ts";
import { type Ended, LAUNCHER, Place, Running, shellWord } from "../cli/kit.ts";

const SCRIPT = fileURLToPath(new URL("stock-tools.sh", import.meta.url));
const TOOLS = missing("bash", "openssl", "ssh-keygen", "age");

/** Ends the script and everything it has started, should the test end first. */
async function stockTools(place: Place, address: string): Promise<Ended> {
  const bin = place.path("bin");
  const command = [process.execPath, LAUNCHER].map(shellWord).join(" ");
  place.write("bin/asfaleia", `#!/bin/sh\nexec ${command} "$@"\n`, 0o755);
  const script = spawn("bash", [SCRIPT, address], {
    env: { ...place.environment(), PATH: `${bin}:${process.env.PATH}`, TMPDIR: place.folder },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const running = new Running(script);
  try {
    return await running.ended;
  } finally {
    if (script.exitCode === null && script.pid !== undefined) process.kill(-script.pid, "SIGKILL");
  }
}

test("stock tools speak to the relay, and read and write letters", {
  skip: TOOLS,
  timeout: 120_000,
}, async () => {
  await using place = new Place();
  const { address, running } = await place.relay();
  const { code, stdout, stderr } = await stockTools(place, address);
  assert.equal(code, 0, `${stdout}${stderr}${running.stderr}`);
  assert.match(stdout, /^- all is well$/m);
});

test("the script notices a relay of another key, and says what failed", {
  skip: TOOLS,
  timeout: 60_000,
}, async () => {
  await using place = new Place();
  const { address } = await place.relay();
  const other = `${address.split("#")[0]}#SHA256:${"A".repeat(43)}`;
  const { code, stderr } = await stockTools(place, other);
  assert.equal(code, 1);
  assert.match(stderr, /failed: the relay's certificate .*: the certificate is of another key/);
});
