/** Whether system calls can be traced here. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

/** Why nothing can be traced here; undefined where it can. Under CI=true it must be. */
export function untraceable(): string | undefined {
  const { error, status, stderr } = spawnSync("strace", ["-o", "/dev/null", "true"], { encoding: "utf8" });
  if (!error && status === 0) return undefined;
  const reason = error ? "strace is not installed" : `strace may not trace here: ${stderr.trim()}`;
  assert.notEqual(process.env.CI, "true", reason);
  return reason;
}
