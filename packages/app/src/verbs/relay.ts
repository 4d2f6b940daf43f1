/** `asfaleia relay`: reads the flags and files, runs the relay, and stops it in good order. bin/launch/relay.js started us. */
import { readFileSync } from "node:fs";
import {
  parseAdvertise,
  parseListen,
  parseSetting,
  RELAY_FLAGS,
  type Relay,
  type RelayFlagName,
  type RelayOptions,
  type RelaySettings,
  relaySettings,
  startRelay,
} from "@asfaleia/relay";
import { noPositionals, parseArguments } from "../arguments.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import { note, print } from "../io.ts";

export const help = `Usage: asfaleia relay [--listen HOST:PORT]… [--key FILE] [FLAG…]

Runs a relay. It carries sealed envelopes in memory, and writes nothing to the disk: it runs without the right to.
Standard output gets a line "listening ADDRESS" for each address that clients can use, then "ready". SIGTERM and SIGINT
stop it: everybody who is connected is told, and all that it held is zeroed.

  --listen HOST:PORT   where to listen, also [V6]:PORT; port 0 takes a free one (default: 0.0.0.0:3308 and [::]:3308)
  --listen unix:PATH   a Unix socket, PATH absolute; a dead one of ours in a folder of mode 0700 is removed first
  --key FILE           the relay's identity, which clients pin: an OpenSSH ed25519 key without a passphrase, made with
                       ssh-keygen -t ed25519 -N '' -f FILE (default: one is drawn for this run)
  --tls-cert FILE      a certificate chain of a public authority, PEM (default: one is made from the key, in memory)
  --tls-key FILE       its private key, PEM
  --allow-plaintext    serve plain lines to everybody. A token read on the way opens a mailbox
  --members FILE       authorized_keys file: only these keys may authenticate
  --attached           end when standard input is closed, as it is when the process that has started it ends
  --advertise HOST     the host to print in the addresses (default: the one listened on; a wildcard prints localhost)

Limits: SIZE is bytes or 64KiB, 1MiB, 1GiB; TIME is seconds or 90s, 5m, 1h, 7d
${RELAY_FLAGS.map(({ flag, argument, default: value, help }) => `  ${`--${flag} ${argument}`.padEnd(32)}${help} (default: ${value})\n`).join("")}
Examples:
  asfaleia relay --key /etc/asfaleia/relay_key --advertise relay.example.org
  asfaleia relay --listen 127.0.0.1:0
  asfaleia relay --listen unix:/run/asfaleia/relay.sock --memory 256MiB --ttl 1d
`;

const OPTIONS = {
  listen: { type: "string", multiple: true },
  key: { type: "string" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  "allow-plaintext": { type: "boolean" },
  members: { type: "string" },
  advertise: { type: "string" },
  attached: { type: "boolean" },
} as const;

const LIMITS = Object.fromEntries(RELAY_FLAGS.map(({ flag }) => [flag, { type: "string" }])) as Record<
  RelayFlagName,
  { type: "string" }
>;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  refuseRights();
  const { values, positionals } = parseArguments({
    args,
    options: { ...OPTIONS, ...LIMITS },
    allowPositionals: true,
  });
  noPositionals(positionals);
  const relay = await start({
    settings: settingsOf(values),
    ...filesOf(values),
    ...(values.listen && { listen: values.listen.map(parseListen) }),
    ...(values.advertise !== undefined && { advertise: parseAdvertise(values.advertise) }),
    allowPlaintext: values["allow-plaintext"] === true,
    note,
  });
  try {
    // Both wildcards have one address.
    for (const address of new Set(relay.addresses)) await print(`listening ${address}\n`);
    await print("ready\n");
    await (values.attached ? Promise.race([aborted(signal), inputClosed()]) : aborted(signal));
  } finally {
    await relay.stop();
  }
  return EXIT.done;
}

/** The launcher has taken every right to write from us. Without it, a promise of the relay would not hold. */
function refuseRights(): void {
  // Undefined without --permission, whatever the types say.
  const permission = process.permission as NodeJS.ProcessPermission | undefined;
  if (permission === undefined || permission.has("fs.write") || permission.has("child")) {
    throw usage(
      "a relay is started with bin/asfaleia.js, which takes the rights from it that it does not need",
    );
  }
}

function settingsOf(values: Partial<Record<RelayFlagName, string>>): RelaySettings {
  const changes: { -readonly [name in RelayFlagName]?: number } = {};
  for (const { flag } of RELAY_FLAGS) {
    const text = values[flag];
    if (text === undefined) continue;
    try {
      changes[flag] = parseSetting(flag, text);
    } catch (error) {
      throw error instanceof RangeError ? usage(error.message) : error;
    }
  }
  return relaySettings(changes);
}

type Files = Pick<RelayOptions, "key" | "tls" | "members">;

function filesOf(values: { key?: string; members?: string; "tls-cert"?: string; "tls-key"?: string }): Files {
  const { key, members, "tls-cert": cert, "tls-key": tlsKey } = values;
  if ((cert === undefined) !== (tlsKey === undefined)) throw usage("--tls-cert and --tls-key go together");
  return {
    ...(key !== undefined && { key: readFileSync(key) }),
    ...(cert !== undefined &&
      tlsKey !== undefined && { tls: { cert: readFileSync(cert), key: readFileSync(tlsKey) } }),
    ...(members !== undefined && { members: readFileSync(members, "utf8") }),
  };
}

const LISTENING: Record<string, string> = {
  EADDRINUSE: "something else listens there already",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "listening there is not permitted",
  ENOENT: "the folder of the socket does not exist",
  ENOTFOUND: "there is no such host",
};

async function start(options: RelayOptions): Promise<Relay> {
  try {
    return await startRelay(options);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const reason = LISTENING[code];
    if (reason !== undefined) throw usage(`${reason} (${message})`);
    if (code.startsWith("ERR_SSL") || code.startsWith("ERR_OSSL")) {
      throw usage("--tls-cert and --tls-key are not a certificate and its key in PEM");
    }
    if (code === "needs-passphrase") {
      throw new Failure(EXIT.key, "the key of a relay has no passphrase, because nobody is there to type it");
    }
    throw error;
  }
}

function inputClosed(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.on("end", resolve).on("close", resolve).on("error", resolve).resume();
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
