/** The SSH keys that somebody could begin with. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fingerprint, type PublicKey, publicKeyFromText } from "@asfaleia/identity";
import { cleanLine } from "../../display.ts";
import { EXIT, Failure } from "../../exit.ts";

export interface FoundKey {
  /** For `-i`; undefined: the one that ssh would take first. */
  readonly path: string | undefined;
  readonly type: string;
  readonly fingerprint: string;
  /** Cleaned. */
  readonly comment: string;
}

/** More are not looked at. */
const MAX_KEYS = 30;
const MAX_PUBLIC_CHARACTERS = 16_384;

/** Public halves in a folder whose private halves are beside them. */
export async function keysIn(folder: string): Promise<FoundKey[]> {
  const names = await readdir(folder).catch(() => []);
  const found: FoundKey[] = [];
  for (const name of names.filter((one) => one.endsWith(".pub")).sort()) {
    const path = join(folder, name.slice(0, -".pub".length));
    if (found.length === MAX_KEYS || !existsSync(path)) continue;
    const half = await publicHalf(join(folder, name));
    if (half !== undefined) found.push(shownKey(path, half.key, half.comment));
  }
  return found;
}

async function publicHalf(path: string): Promise<{ key: PublicKey; comment: string } | undefined> {
  try {
    const text = await readFile(path, "utf8");
    return text.length > MAX_PUBLIC_CHARACTERS ? undefined : publicKeyFromText(text);
  } catch {
    // A certificate, a key of a type that is none of ours, a file that may not be read.
    return undefined;
  }
}

export function shownKey(path: string | undefined, key: PublicKey, comment: string): FoundKey {
  return { path, type: key.type, fingerprint: fingerprint(key), comment: cleanLine(comment) };
}

/**
 * Makes `id_ed25519`, with ssh-keygen, without a passphrase.
 * @returns its path
 * @throws Failure `key`
 */
export async function makeKey(folder: string, signal: AbortSignal): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "id_ed25519");
  const args = ["-q", "-t", "ed25519", "-N", "", "-f", path];
  const child = spawn("ssh-keygen", args, { stdio: "ignore", signal });
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
  signal.throwIfAborted();
  if (code === 0) return path;
  throw new Failure(
    EXIT.key,
    "ssh-keygen could not make a key: is it installed, and may it write to ~/.ssh?",
  );
}
