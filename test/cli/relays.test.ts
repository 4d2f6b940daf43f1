/** Which relay is trusted: pinned by its address, or met before, as ssh does it with known_hosts. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { missing } from "../../packages/identity/test/oracle.ts";
import { Place } from "./kit.ts";

/** A place with a key, and a relay whose key can be drawn anew on the same port. */
async function withRelay() {
  const place = new Place();
  const key = place.key(place.ssh("id_ed25519"));
  const { address, running } = await place.relay();
  const [, port, fingerprint] = /:(\d+)#(.*)$/.exec(address) as unknown as [string, string, string];
  return { place, key, address, running, port, fingerprint, where: `127.0.0.1:${port}` };
}

const GET = ["letters", "get"];

test("an address with a fingerprint needs nothing else, and writes nothing down", async () => {
  const { place, address } = await withRelay();
  await using _ = place;
  const { code, stderr } = await place.run([...GET, "--relay", address]);
  assert.deepEqual([code, stderr], [6, "No letters wait.\n"]);
  assert.throws(() => statSync(place.asfaleiaHome), { code: "ENOENT" });
});

test("a wrong fingerprint is refused loudly, whatever is accepted", async () => {
  const { place, where } = await withRelay();
  await using _ = place;
  const pinned = `${where}#SHA256:${"A".repeat(43)}`;
  const { code, stderr, stdout } = await place.run([...GET, "--accept-new", "--relay", pinned]);
  assert.deepEqual([code, stdout], [3, ""]);
  assert.match(stderr, /WARNING: THE KEY OF THE RELAY HAS CHANGED!/);
});

test("a new relay is refused where nobody can be asked, and taken with --accept-new", async () => {
  const { place, where, fingerprint } = await withRelay();
  await using _ = place;
  const env = { ASFALEIA_RELAY: where };
  const refused = await place.run(GET, { env });
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /not trusted.*--accept-new/);
  assert.equal((await place.run([...GET, "--accept-new"], { env })).code, 6);
  const file = place.path("asfaleia", "known_relays");
  assert.equal(readFileSync(file, "utf8"), `${where} ${fingerprint}\n`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(place.asfaleiaHome).mode & 0o777, 0o700);
  assert.equal((await place.run(GET, { env: { ASFALEIA_RELAY: `asfaleia://${where}` } })).code, 6);
});

test("a relay whose key has changed is refused, also with --accept-new", async () => {
  const { place, where, port, running } = await withRelay();
  await using _ = place;
  const env = { ASFALEIA_RELAY: where };
  assert.equal((await place.run([...GET, "--accept-new"], { env })).code, 6);
  running.process.kill("SIGTERM");
  await running.ended;
  const other = place.start(["relay", "--listen", `127.0.0.1:${port}`]);
  await other.says("ready");
  for (const args of [GET, [...GET, "--accept-new"]]) {
    const { code, stderr } = await place.run(args, { env });
    assert.equal(code, 3);
    assert.match(stderr, /HAS CHANGED!.*known_relays.*Nothing was sent\.\nasfaleia: /s);
  }
});

const terminal = { skip: missing("script") };

test("at a terminal one is asked: no, yes, and then no more", terminal, async () => {
  const { place, where, fingerprint } = await withRelay();
  await using _ = place;
  const env = { ASFALEIA_RELAY: where };
  const no = place.atTerminal(GET, { env });
  // A line of its own at 80 columns, and whole.
  await no.says(`fingerprint is\r\n  ${fingerprint}.\r\n`);
  await no.says("(yes/no/[fingerprint])?");
  no.process.stdin?.write("no\r");
  assert.equal((await no.ended).code, 3);

  const yes = place.atTerminal(GET, { env });
  await yes.says("(yes/no/[fingerprint])?");
  yes.process.stdin?.write("y\r");
  await yes.says("Type 'yes', 'no' or the fingerprint");
  yes.process.stdin?.write("yes\r");
  assert.equal((await yes.ended).code, 6);

  const known = await place.run(GET, { env });
  assert.deepEqual([known.code, known.stderr], [6, "No letters wait.\n"]);
});

test("the fingerprint itself is an answer; Ctrl-C trusts nothing", terminal, async () => {
  const { place, where, fingerprint } = await withRelay();
  await using _ = place;
  const env = { ASFALEIA_RELAY: where };
  const interrupted = place.atTerminal(GET, { env });
  await interrupted.says("(yes/no/[fingerprint])?");
  interrupted.process.stdin?.write("yes\x03");
  assert.equal((await interrupted.ended).code, 130);
  const typed = place.atTerminal(GET, { env });
  await typed.says("(yes/no/[fingerprint])?");
  typed.process.stdin?.write(`${fingerprint}\r`);
  assert.equal((await typed.ended).code, 6);
});

test("a damaged known_relays file trusts nobody", async () => {
  const { place, where } = await withRelay();
  await using _ = place;
  place.write("asfaleia/known_relays", `${where} SHA256:nonsense\n`);
  const { code, stderr } = await place.run([...GET, "--accept-new", "--relay", where]);
  assert.equal(code, 3);
  assert.match(stderr, /known_relays line 1/);
});

test("the home is found by ASFALEIA_HOME, XDG_DATA_HOME, or below HOME", async () => {
  const { place, where } = await withRelay();
  await using _ = place;
  for (const [env, folder] of [
    [{ XDG_DATA_HOME: place.path("xdg"), ASFALEIA_HOME: "" }, ["xdg", "asfaleia"]],
    [{ XDG_DATA_HOME: "relative", ASFALEIA_HOME: "" }, ["home", ".local", "share", "asfaleia"]],
    [{ ASFALEIA_HOME: place.path("own") }, ["own"]],
  ] as [Record<string, string>, string[]][]) {
    assert.equal((await place.run([...GET, "--accept-new", "--relay", where], { env })).code, 6);
    assert.ok(statSync(place.path(...folder, "known_relays")).isFile());
  }
});

test("a relay on a Unix socket, and one that nobody answers for", async () => {
  await using place = new Place();
  place.key(place.ssh("id_ed25519"));
  const running = place.start(["relay", "--listen", `unix:${place.path("r.sock")}`]);
  await running.says("ready");
  const address = /listening (\S+)/.exec(running.stdout)?.[1] as string;
  assert.equal((await place.run([...GET, "--relay", address])).code, 6);
  running.process.kill("SIGTERM");
  await running.ended;
  const { code, stderr } = await place.run([...GET, "--relay", address]);
  assert.equal(code, 3);
  assert.match(stderr, /nobody answers/);
});
