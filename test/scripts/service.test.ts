/** What starts the agent at login, as systemd and launchd read it. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { missing, run } from "../../packages/identity/test/oracle.ts";

const FOLDER = fileURLToPath(new URL("../../packages/app/service/", import.meta.url));
const UNIT = join(FOLDER, "asfaleia-agent.service");
const PLIST = join(FOLDER, "org.asfaleia.agent.plist");

test("systemd finds nothing wrong with the user unit", { skip: missing("systemd-analyze") }, () => {
  const runtime = mkdtempSync(join(tmpdir(), "asfaleia-unit-"));
  try {
    const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
    // What it does not know it only warns of.
    const said = run("sh", ["-c", 'systemd-analyze verify --user --man=no "$1" 2>&1', "sh", UNIT], { env });
    assert.equal(said, "");
  } finally {
    rmSync(runtime, { recursive: true });
  }
});

test("the user unit runs the agent in the foreground, and again after a failure that may pass", () => {
  const settings = new Map(
    readFileSync(UNIT, "utf8")
      .split("\n")
      .flatMap((line) => (/^\w+=/.test(line) ? [line.split(/=(.*)/s, 2) as [string, string]] : [])),
  );
  assert.equal(settings.get("ExecStart"), "/usr/bin/env asfaleia agent");
  assert.equal(settings.get("Restart"), "on-failure");
  assert.equal(settings.get("RestartPreventExitStatus"), "2 5 7");
  // These need root, or stop Node from compiling.
  for (const name of ["User", "DynamicUser", "ProtectSystem", "MemoryDenyWriteExecute"])
    assert.ok(!settings.has(name), name);
});

test("the plist is a property list that runs the agent", { skip: missing("xmllint") }, () => {
  run("xmllint", ["--noout", "--nonet", PLIST]);
  const at = (path: string) => run("xmllint", ["--nonet", "--xpath", path, PLIST]).trim();
  assert.equal(at("count(/plist[@version='1.0']/dict)"), "1");
  // A key and its value take turns in every dict, and nothing else is in it.
  assert.equal(at("count(//dict/*[position() mod 2 = 1][not(self::key)])"), "0");
  assert.equal(at("count(//dict/*[position() mod 2 = 0][self::key])"), "0");
  assert.equal(at("count(//dict[count(*) mod 2 = 1])"), "0");
  assert.equal(
    at(
      "count(//plist//*[not(self::dict or self::array or self::key)][not(self::string or self::integer or self::true or self::false)])",
    ),
    "0",
  );
  const behind = (key: string) => `/plist/dict/key[.='${key}']/following-sibling::*[1]`;
  assert.equal(at(`string(${behind("Label")})`), "org.asfaleia.agent");
  assert.deepEqual(at(`${behind("ProgramArguments")}/string/text()`).split("\n"), [
    "/usr/bin/env",
    "asfaleia",
    "agent",
  ]);
  assert.equal(at(`name(${behind("RunAtLoad")})`), "true");
  assert.equal(at(`name(${behind("KeepAlive")}/key[.='SuccessfulExit']/following-sibling::*[1])`), "false");
  assert.equal(at(`number(${behind("Umask")})`), String(0o077));
});
