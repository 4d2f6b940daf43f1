/** Where a passphrase comes from: the terminal or an askpass program, by the rules of OpenSSH (readpass.c, ssh(1)). */
import { spawn } from "node:child_process";
import { askSecret, hasTerminal } from "./terminal.ts";

const MAX_PASSPHRASE_BYTES = 1024;

/**
 * Asks for a passphrase. The bytes are the caller's to wipe.
 * @returns null where nobody can be asked, or nobody answered
 * @throws Interrupted on Ctrl-C; the signal's reason when it aborts
 */
export async function askpassOrTerminal(prompt: string, signal: AbortSignal): Promise<Uint8Array | null> {
  const { prefer, allowed } = askpassRule(process.env);
  if (prefer || (allowed && !hasTerminal())) return askpass(prompt, signal);
  return askSecret(prompt, signal);
}

/** Whether there is a terminal, or an askpass program that may be used. */
export function canAskForPassphrase(): boolean {
  const { prefer, allowed } = askpassRule(process.env);
  return prefer || allowed || hasTerminal();
}

/** Whether an askpass program is to be used although there is a terminal, and whether one may be used at all. */
export function askpassRule(env: NodeJS.ProcessEnv): { prefer: boolean; allowed: boolean } {
  const display = Boolean(env.DISPLAY ?? env.WAYLAND_DISPLAY);
  switch (env.SSH_ASKPASS_REQUIRE?.toLowerCase()) {
    case "force":
      return { prefer: true, allowed: true };
    case "prefer":
      return { prefer: display, allowed: display };
    case "never":
      return { prefer: false, allowed: false };
    default:
      return { prefer: false, allowed: display };
  }
}

/** The first line that the program prints; null where it fails, which is how it says that somebody pressed Cancel. */
function askpass(prompt: string, signal: AbortSignal): Promise<Uint8Array | null> {
  const program = process.env.SSH_ASKPASS || "ssh-askpass";
  return new Promise((resolve, reject) => {
    const child = spawn(program, [prompt], { stdio: ["ignore", "pipe", "inherit"], signal });
    const answer = new Uint8Array(MAX_PASSPHRASE_BYTES);
    let length = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      const part = chunk.subarray(0, answer.length - length);
      answer.set(part, length);
      length += part.length;
      chunk.fill(0);
    });
    child.on("error", () => (signal.aborted ? reject(signal.reason) : resolve(null)));
    child.on("close", (code) => {
      const given = answer.subarray(0, length);
      const end = given.findIndex((byte) => byte === 0x0a || byte === 0x0d);
      const passphrase = given.slice(0, end < 0 ? length : end);
      answer.fill(0);
      resolve(code === 0 ? passphrase : null);
    });
  });
}
