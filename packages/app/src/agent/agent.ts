/**
 * The agent: one process that holds a profile open, with its connections to relays, for any number of faces.
 * It begins with the lock of the profile, so there is one; it ends on a signal, `agent.stop`, when nobody has been there
 * for as long as was asked, or when its socket is gone, as it is after a log-out, or the folder of the profile.
 */
import { Session } from "../api/session.ts";
import { EXIT, Failure, failureOf } from "../exit.ts";
import { OwnRelayKeeper } from "../ownrelay/keeper.ts";
import { ownRelayOf } from "../ownrelay/settings.ts";
import { NOBODY, onBehalfOf, type Person } from "../person.ts";
import { keyOf, loadMessenger, runWith, unlockStored } from "../profile/open.ts";
import { publishInTime } from "../profile/publishing.ts";
import { needProfile, type ProfileValues, type Where } from "../profile/where.ts";
import { proxyMark, proxySetting } from "../proxy.ts";
import { version } from "../version.ts";
import type { Host } from "./connection.ts";
import { Gate } from "./gate.ts";
import { OnMessage } from "./onmessage.ts";
import { socketToBind } from "./place.ts";
import { AgentServer } from "./server.ts";
import { onceGone, stillThere } from "./vigil.ts";

export interface AgentOptions {
  readonly where: Where;
  readonly values: ProfileValues;
  /** Ends it after so long without a face; undefined: never. */
  readonly idleMs: number | undefined;
  /** How long another process may take to let go of the profile. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Told once, when faces can connect. */
  readonly onListening: () => void | Promise<void>;
}

/** Why it ended, as its faces are told. */
const STOPPED = "the agent was stopped";

/**
 * Runs to the end.
 * @throws Failure, ProfileError; what the messenger could not go on after
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  const { where, values, signal } = options;
  needProfile(where);
  const place = socketToBind(where);
  // A setting that cannot be read is told now, not at each relay.
  const proxy = proxyMark(proxySetting());
  const ending = new AbortController();
  let failure: unknown;
  const end = (): void => ending.abort();
  const fail = (error: unknown): void => {
    failure ??= error;
    end();
  };
  signal.addEventListener("abort", end, { once: true });
  // It may have come while this was being loaded.
  if (signal.aborted) end();
  const idle = idleTimer(options.idleMs, end);
  const gate = new Gate();
  let session: Session | undefined;
  let server: AgentServer | undefined;
  // What is said into a folder that is gone would be lost.
  const unwatch = [onceGone(where.folder, stillThere(where.folder), () => fail(folderGone()))];
  let relay: OwnRelayKeeper | undefined;
  let hook: OnMessage | undefined;
  let binding: Promise<void> | undefined;
  const host: Host = {
    profile: where.name,
    version: version(),
    proxy,
    session: () => session,
    unlock: (face, person, aborted) => gate.visit(face, person, aborted),
    stop: end,
  };
  const bind = (): Promise<void> => (binding ??= listen());
  const listen = async (): Promise<void> => {
    server = await AgentServer.listen(place, host, idle.faces);
    if (ending.signal.aborted) return announceEnd();
    unwatch.push(onceGone(place.path, server.isThere, end));
    await options.onListening();
    idle.begin();
  };
  const announceEnd = (): void => {
    const told = failure === undefined ? { message: STOPPED, exit: EXIT.failed } : failureOf(failure);
    server?.announceEnd(told.message, told.exit);
  };
  ending.signal.addEventListener("abort", announceEnd, { once: true });
  try {
    const { openProfile, protectionOf } = await loadMessenger();
    const profile = await gate.open(
      (unlock) => openProfile(where.folder, unlock, { waitMs: options.waitMs }),
      (signal) => unlockStored(where, values, signal),
      () => void bind().catch(fail),
      ending.signal,
    );
    try {
      const protection = await protectionOf(where.folder);
      const key = keyOf(profile, values, ending.signal);
      const opened = { where, profile, protection, key, signal: ending.signal };
      await onBehalfOf(alone(), () =>
        runWith(
          opened,
          values,
          async (all) => {
            const at = ownRelayOf(profile);
            if (at !== undefined) relay = new OwnRelayKeeper(where.home, at);
            session = new Session(all, values, {
              onFailure: fail,
              ...(relay === undefined ? {} : { ready: relay.tried }),
              troubles: () => [relay?.trouble, hook?.trouble].filter((text) => text !== undefined),
            });
            hook = new OnMessage(session);
            session.start();
            gate.letIn();
            await bind();
            // It ends by itself, at the latest when the messenger is closed.
            publishInTime(all).catch(() => {});
            await aborted(ending.signal);
          },
          { staysPublished: true },
        ),
      );
    } catch (error) {
      if (!ending.signal.aborted) fail(error);
    } finally {
      profile.close();
    }
  } catch (error) {
    if (!ending.signal.aborted) fail(error);
  } finally {
    await binding?.catch(() => {});
    for (const stop of unwatch) stop();
    idle.stop();
    await Promise.all([relay?.close(), hook?.close()]);
    await server?.close();
  }
  if (failure !== undefined) throw failure;
}

function folderGone(): Failure {
  return new Failure(EXIT.profile, "the folder of the profile is gone");
}

/** The agent by itself: nobody answers, but keys in an ssh-agent sign. */
function alone(): Person {
  return { ...NOBODY, sshAgent: process.env.SSH_AUTH_SOCK };
}

/** Ends what no face has been connected to for so long, from `begin` on. */
function idleTimer(
  ms: number | undefined,
  end: () => void,
): { begin(): void; faces(count: number): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let hasBegun = false;
  let connected = 0;
  const stop = (): void => clearTimeout(timer);
  const faces = (count: number): void => {
    stop();
    connected = count;
    if (ms !== undefined && hasBegun && count === 0) timer = setTimeout(end, ms);
  };
  const begin = (): void => {
    hasBegun = true;
    faces(connected);
  };
  return { begin, faces, stop };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
