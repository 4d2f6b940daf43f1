/** Profiles in folders that are gone after the test, other processes that hold them, SSH keys. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { type PrivateKey, parsePrivateKey } from "@asfaleia/identity";
import { ProfileError, type ProfileErrorCode } from "./internals.ts";

/** A path where nothing is yet. */
export function newFolder(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), "asfaleia-"));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, "profile");
}

export function sshKey(type: "ed25519" | "rsa" | "ec" = "ed25519"): PrivateKey {
  const made =
    type === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : type === "ec"
        ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        : generateKeyPairSync("ed25519");
  return parsePrivateKey(Buffer.from(made.privateKey.export({ format: "pem", type: "pkcs8" })));
}

/** Every file of a folder. */
export function filesOf(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

export async function failsWith(code: ProfileErrorCode, promise: Promise<unknown>): Promise<ProfileError> {
  let thrown: unknown;
  await assert.rejects(promise, (error) => {
    thrown = error;
    return error instanceof ProfileError && error.code === code;
  });
  return thrown as ProfileError;
}

export interface OtherProcess {
  readonly pid: number;
  /** The next line that it says. */
  says(): Promise<string>;
  /** Lets it go on. */
  tell(): void;
  kill(): Promise<void>;
}

/** Runs a scene of holder.ts on a profile, in a process of its own. */
export function otherProcess(t: TestContext, scene: string, folder: string): OtherProcess {
  const script = join(import.meta.dirname, "holder.ts");
  const args = ["--conditions=asfaleia-source", script, scene, folder];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    pid: child.pid!,
    says: async () => (await lines.next()).value as string,
    tell: () => child.stdin!.write("\n"),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
