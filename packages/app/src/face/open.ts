/** A face for as long as a verb works: at the agent of the profile, which is started where none runs, or in this process. */
import { setTimeout as sleep } from "node:timers/promises";
import { hasAgents, socketsToTry } from "../agent/place.ts";
import { PROFILE_IN_USE, startAgent } from "../agent/start.ts";
import { EXIT, Failure } from "../exit.ts";
import { note } from "../io.ts";
import { canAsk } from "../person.ts";
import {
  needProfile,
  PROFILE_HELP,
  PROFILE_OPTIONS,
  type ProfileValues,
  type Where,
  whereIs,
} from "../profile/where.ts";
import type { Face } from "./face.ts";
import { connectTo, needSameApi, type RemoteFace } from "./remote.ts";

/** The options of every verb that is a face, for parseArgs. */
export const FACE_OPTIONS = { ...PROFILE_OPTIONS, "no-agent": { type: "boolean" } } as const;

export const FACE_HELP = `${PROFILE_HELP}
  --no-agent       open the profile in this process: start no agent, and use none`;

export interface FaceValues extends ProfileValues {
  readonly "no-agent"?: boolean;
}

export interface FaceOptions {
  /** What else can be said where there is no profile. */
  readonly otherwise?: string;
  /** In this process: publishes the card again where a relay has lost it, if the SSH key signs without a person. */
  readonly staysPublished?: boolean;
}

/** How a verb sees its profile. */
export interface Seen {
  readonly face: Face;
  readonly where: Where;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` with a face of the profile.
 * @throws Failure, Interrupted, the signal's reason, and what `work` throws
 */
export async function withFace<T>(
  values: FaceValues,
  signal: AbortSignal,
  work: (seen: Seen) => Promise<T>,
  options: FaceOptions = {},
): Promise<T> {
  const where = whereIs(values);
  needProfile(where, options.otherwise);
  if (!usesAgent(values)) {
    await needNoAgent(where, signal);
    const { withLocalFace } = await import("./own.ts");
    return withLocalFace(values, signal, (face) => work({ face, where, signal }), options);
  }
  const face = await openRemote(where, values, signal);
  try {
    return await work({ face, where, signal });
  } finally {
    await face.close();
  }
}

/** `ASFALEIA_AGENT=off` is `--no-agent` for all of a script. */
export function usesAgent(values: FaceValues): boolean {
  const setting = process.env.ASFALEIA_AGENT ?? "";
  if (setting !== "" && setting !== "on" && setting !== "off")
    throw new Failure(EXIT.usage, "ASFALEIA_AGENT is on or off");
  return hasAgents() && !values["no-agent"] && setting !== "off";
}

/** @throws Failure `profile` where an agent has the profile, which it does not share */
async function needNoAgent(where: Where, signal: AbortSignal): Promise<void> {
  const face = hasAgents() ? await findAgent(where, signal) : undefined;
  if (face === undefined) return;
  await face.close();
  throw new Failure(
    EXIT.profile,
    `the agent has the profile open (process ${face.hello.pid}): leave out --no-agent (or ASFALEIA_AGENT=off), or end it with asfaleia agent stop`,
  );
}

/** The agent that runs; undefined where none does. @throws Failure; the signal's reason */
export async function findAgent(where: Where, signal: AbortSignal): Promise<RemoteFace | undefined> {
  for (const path of socketsToTry(where)) {
    const face = await connectTo(path, signal);
    if (face !== undefined) return face;
  }
  return undefined;
}

/** Ends the agent of a profile, and waits until it has. @returns whether there was one */
export async function stopAgent(where: Where, signal: AbortSignal): Promise<boolean> {
  const face = await findAgent(where, signal);
  if (face === undefined) return false;
  const { promise: left, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  try {
    // One that ends for another reason does not answer: what counts is that it is gone.
    await Promise.race([face.stop().catch(() => {}), left]);
    await Promise.race([face.closed, left]);
    return true;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** A face at the agent, started and unlocked where it takes that. @throws Failure, Interrupted; the signal's reason */
export async function openRemote(where: Where, values: FaceValues, signal: AbortSignal): Promise<RemoteFace> {
  const face = (await findAgent(where, signal)) ?? (await started(where, values, signal));
  try {
    needSameApi(face.hello);
    await expectSameProxy(face);
    if (face.hello.state === "locked") await unlocked(face);
    return face;
  } catch (error) {
    await face.close();
    throw error;
  }
}

async function started(where: Where, values: FaceValues, signal: AbortSignal): Promise<RemoteFace> {
  try {
    await startAgent(where, values, signal);
  } catch (error) {
    // Two faces may start one at the same time: the other's has the profile, and may not listen so far.
    const isTaken = error instanceof Failure && error.exit === EXIT.profile && error.code === PROFILE_IN_USE;
    const raced = isTaken ? await awaitAgent(where, signal) : undefined;
    if (raced === undefined) throw error;
    return raced;
  }
  const face = await findAgent(where, signal);
  if (face !== undefined) return face;
  throw new Failure(EXIT.failed, "the agent has ended as soon as it was there");
}

/** Whoever has set a proxy must not be dialled for past it, nor through another one. */
async function expectSameProxy({ hello }: RemoteFace): Promise<void> {
  if (hello.proxy === "" && !process.env.ASFALEIA_PROXY) return;
  const { proxyMark, proxySetting } = await import("../proxy.ts");
  if (proxyMark(proxySetting()) === hello.proxy) return;
  throw new Failure(
    EXIT.usage,
    "the agent was started with another ASFALEIA_PROXY than is set here: asfaleia agent stop, then try again",
  );
}

/** How long another face's agent may take from the lock of the profile to its socket. */
const RACE_MS = 3000;
const LOOK_AGAIN_MS = 100;

async function awaitAgent(where: Where, signal: AbortSignal): Promise<RemoteFace | undefined> {
  for (const deadline = performance.now() + RACE_MS; performance.now() < deadline; ) {
    const face = await findAgent(where, signal);
    if (face !== undefined) return face;
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
  return undefined;
}

/** As ssh's NumberOfPasswordPrompts. */
const PASSPHRASE_TRIES = 3;

async function unlocked(face: RemoteFace): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await face.unlock();
    } catch (error) {
      const isWrong = error instanceof Failure && error.code === "wrong-key";
      if (!isWrong || !canAsk() || tries === PASSPHRASE_TRIES) throw error;
      note("This passphrase does not open the profile.");
    }
  }
}
