/** Stock tools as oracles: ssh-keygen and openssl. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scenario } from "./vectors.ts";

/** A key of docs/vectors/keys.json. */
export interface TestKey extends Scenario {
  readonly type: string;
  readonly bits?: number;
  readonly openssh: string;
  readonly spki?: string;
  readonly fingerprint: string;
  readonly private: string;
}

/** A reason to skip a test where `tool` is missing; under CI=true it must be there, so it is false. */
export function missing(tool: string): string | false {
  const absent = spawnSync("which", [tool]).status !== 0;
  return absent && process.env.CI !== "true" ? `not installed: ${tool}` : false;
}

/** A folder for the tools' files, gone when it is disposed of. */
export class Workbench implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "asfaleia-vectors-"));

  /** Writes a file that only its owner reads. */
  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.#folder, name), content, { mode: 0o600 });
  }

  /** Runs a tool in the folder. @returns what it printed, or undefined where it failed */
  run(tool: string, args: readonly string[], input: string | Uint8Array = ""): Buffer | undefined {
    const { status, stdout } = spawnSync(tool, args, { cwd: this.#folder, input });
    return status === 0 ? stdout : undefined;
  }

  /** Whether `ssh-keygen -Y verify` takes this SSHSIG (base64 of its binary form) of a text by a key. */
  verifies(key: Pick<TestKey, "type" | "openssh">, namespace: string, sshsig: string, text: string): boolean {
    this.write("allowed", `someone ${key.type} ${key.openssh}\n`);
    const lines = (sshsig.match(/.{1,70}/g) ?? []).join("\n");
    this.write("text.sig", `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`);
    const args = ["-Y", "verify", "-f", "allowed", "-I", "someone", "-n", namespace, "-s", "text.sig"];
    return this.run("ssh-keygen", args, text) !== undefined;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
