/** `asfaleia agent`: holds a profile open for every other verb. */
import { LISTENING } from "../agent/start.ts";
import { parseArguments, wholeNumber } from "../arguments.ts";
import { EXIT, usage } from "../exit.ts";
import { print } from "../io.ts";
import { PROFILE_HELP, PROFILE_OPTIONS, whereIs } from "../profile/where.ts";

export const help = `Usage: asfaleia agent [--idle S] [--home DIR] [--profile NAME]
       asfaleia agent stop

Holds the profile open, with its connections to relays, for every other verb and the terminal UI: they talk to it over
a socket that only you can reach, and start it by themselves. It runs in the foreground, prints "listening" when it is
there, and ends on SIGTERM, Ctrl-C, log-out or asfaleia agent stop. A locked profile stays locked until one of the
others has been told its passphrase.

  --idle S         end when nobody has been connected for S seconds (default: never)
${PROFILE_HELP}

Examples:
  asfaleia agent
  asfaleia agent stop
`;

const MAX_IDLE_SECONDS = 1_000_000;
/** A verb with --no-agent may be at its end. */
const WAIT_MS = 2000;

const OPTIONS = { idle: { type: "string" }, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 0)
    throw usage(
      "agent takes no word but stop: verbs start it by themselves, and asfaleia status tells how it is doing",
    );
  const idleMs =
    values.idle === undefined ? undefined : 1000 * wholeNumber("idle", values.idle, 1, MAX_IDLE_SECONDS);
  // Whatever is made from here on is for its owner only.
  process.umask(0o077);
  process.title = "asfaleia agent";
  const { runAgent } = await import("../agent/agent.ts");
  await runAgent({
    where: whereIs(values),
    values,
    idleMs,
    waitMs: WAIT_MS,
    signal,
    onListening: () => print(`${LISTENING}\n`),
  });
  return EXIT.done;
}
