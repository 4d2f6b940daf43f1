/**
 * A relay of one's own: a process as sealed as every relay, started and ended with whoever holds the profile. Its key is a
 * file beside the profiles; what it carries is in its memory only.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, Failure, usage } from "../exit.ts";
import { makePrivateFolder } from "../home.ts";
import { type OwnRelayPlace, parseHere } from "./settings.ts";

/** In the home of the profiles, which all of them share. */
export const RELAY_KEY_FILE = "relay_key";
/** What it has to say fits: an address, and a reason for not starting. */
const MAX_OUTPUT_CHARACTERS = 65_536;
/** How long it may take to end: nothing that it has is kept. */
const STOP_MS = 5000;

export interface OwnRelay {
  /** As others are told it, with the fingerprint of its key. */
  readonly address: string;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** The one among the relays of an option that is to be run here. @throws Failure `usage` */
export function whereOwnRelay(options: readonly string[] | undefined): OwnRelayPlace | undefined {
  const places = (options ?? []).map(parseHere).filter((place) => place !== undefined);
  if (places.length > 0 && (options ?? []).length > 1)
    throw usage("a relay of your own stands by itself: say --relay once");
  return places[0];
}

/**
 * Resolves when it listens.
 * @param home where its key is, made with ssh-keygen when there is none
 * @throws Failure with what kept it from starting; the signal's reason
 */
export async function startOwnRelay(
  home: string,
  { host, port }: OwnRelayPlace,
  signal: AbortSignal,
): Promise<OwnRelay> {
  const key = join(home, RELAY_KEY_FILE);
  await makePrivateFolder(home);
  if (!existsSync(key)) await makeKey(key, signal);
  const launcher = fileURLToPath(new URL("../../bin/asfaleia.js", import.meta.url));
  const args = [launcher, "relay", "--attached", "--key", key, "--advertise", host.replace(/^\[|\]$/g, "")];
  args.push("--listen", `0.0.0.0:${port}`, "--listen", `[::]:${port}`);
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"], cwd: home });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill();
    const limit = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(limit);
  };
  try {
    const address = await listening(child, signal);
    return { address, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Node itself writes no OpenSSH keys, and who has an SSH key has ssh-keygen. */
async function makeKey(path: string, signal: AbortSignal): Promise<void> {
  const args = ["-q", "-t", "ed25519", "-N", "", "-C", "relay", "-f", path];
  const child = spawn("ssh-keygen", args, { stdio: "ignore", signal });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => (signal.aborted ? reject(signal.reason) : reject(noKeygen(error))));
    child.on("close", resolve);
  });
  if (code !== 0) throw noKeygen();
}

function noKeygen(error?: NodeJS.ErrnoException): Failure {
  const why = error?.code === "ENOENT" ? "ssh-keygen is not there" : "ssh-keygen failed";
  return new Failure(EXIT.key, `the key of the relay could not be made: ${why}`);
}

async function listening(child: ChildProcess, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let out = "";
  let errors = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out = (out + text).slice(-MAX_OUTPUT_CHARACTERS);
    const address = /^listening (asfaleia:\/\/\S+)$/m.exec(out)?.[1];
    if (address !== undefined && /^ready$/m.test(out)) resolve(address);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-MAX_OUTPUT_CHARACTERS);
  });
  child.on("error", () => reject(new Failure(EXIT.failed, "the relay could not be started")));
  child.on("close", () => reject(new Failure(EXIT.relay, `your relay does not start: ${reasonIn(errors)}`)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function reasonIn(errors: string): string {
  const complaint = errors.split("\n").find((line) => line.startsWith("asfaleia: "));
  return complaint?.slice("asfaleia: ".length) ?? "it ended without a reason";
}
