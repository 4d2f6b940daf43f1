/** Starts an agent in the background, and waits until faces can connect to it. */
import { spawn } from "node:child_process";
import { resolve as absolute } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, Failure } from "../exit.ts";
import type { ProfileValues, Where } from "../profile/where.ts";
import { exitOf } from "../rpc/errors.ts";

/** What the agent prints when its socket is there. */
export const LISTENING = "listening";
/** The code of the failure to start where another process has the profile: ProfileError's. */
export const PROFILE_IN_USE = "in-use";
/** What somebody else's program may fill the pipe with before it is given up. */
const MAX_OUTPUT_CHARACTERS = 65_536;

/**
 * Resolves when it listens, or when there was one already.
 * @throws Failure with what kept it from starting; the signal's reason
 */
export async function startAgent(where: Where, values: ProfileValues, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  // From src and from dist alike.
  const launcher = fileURLToPath(new URL("../../bin/asfaleia.js", import.meta.url));
  const args = ["agent", "--home", where.home, "--profile", where.name];
  // From wherever we are: it starts elsewhere.
  if (values.identity !== undefined) args.push("-i", absolute(values.identity));
  if (values["accept-new"]) args.push("--accept-new");
  const child = spawn(process.execPath, [launcher, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // So that it keeps no disk from being unmounted.
    cwd: "/",
  });
  const stop = (): void => void child.kill();
  signal.addEventListener("abort", stop, { once: true });
  let out = "";
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-MAX_OUTPUT_CHARACTERS);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out = (out + text).slice(0, MAX_OUTPUT_CHARACTERS);
    if (out.startsWith(`${LISTENING}\n`)) resolve();
  });
  child.on("error", () => reject(new Failure(EXIT.failed, "the agent could not be started")));
  child.on("close", (code) => reject(signal.aborted ? signal.reason : endedEarly(code, errors)));
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
  }
}

function endedEarly(code: number | null, errors: string): Failure {
  const [line = ""] = errors.trimEnd().split("\n").slice(-1);
  const message = line.replace(/^asfaleia: /, "") || "the agent ended before it was there";
  const exit = code === EXIT.done ? EXIT.failed : exitOf(code);
  const isInUse = exit === EXIT.profile && message.startsWith("the profile is in use");
  return new Failure(exit, message, isInUse ? PROFILE_IN_USE : undefined);
}
