/** A whole relay: settings in, listeners up, and an orderly stop. */
import type { AddressInfo, Server } from "node:net";
import { fingerprint, KeyError, parseAuthorizedKeys } from "@asfaleia/identity";
import { DEFAULT_LISTEN, type ListenAddress, printedAddress } from "./address.ts";
import { Gate } from "./auth.ts";
import { selfSignedCertificate } from "./certificate.ts";
import { type Clock, Core, monotonicClock } from "./core.ts";
import { Arrivals, listen, type TlsFiles, tlsContext } from "./listener.ts";
import { drawRelayKey, readRelayKey } from "./relaykey.ts";
import type { RelaySettings } from "./settings.ts";
import { Tokens } from "./token.ts";

const SECOND_MS = 1000;
/** How often what has expired is removed. */
const EXPIRY_MS = 10_000;
/** How long those who are connected have to take what waits for them at the stop. */
const STOP_MS = 2000;

export interface RelayOptions {
  readonly settings: RelaySettings;
  /** Where to listen; both families on the standard port unless told. */
  readonly listen?: readonly ListenAddress[];
  /** An OpenSSH private key file, ssh-ed25519; without it a key is drawn for this run. */
  readonly key?: Uint8Array;
  /** A certificate of somebody else's making; without it one is made from the key. */
  readonly tls?: TlsFiles;
  /** An authorized_keys file: only these keys may authenticate. */
  readonly members?: string;
  /** The host to print instead of the one listened on. */
  readonly advertise?: string;
  /** Serve plain lines to everybody, not only on this machine. */
  readonly allowPlaintext?: boolean;
  /** Gets a line that the operator should read. */
  readonly note?: (line: string) => void;
  readonly now?: Clock;
}

export interface Relay {
  /** The addresses that clients use, one a listener. */
  readonly addresses: readonly string[];
  readonly fingerprint: string;
  /** Tells everybody that it goes away, closes, and zeroes all it held. */
  stop(): Promise<void>;
}

/**
 * Starts a relay.
 * @throws KeyError for a key or members file that will not do, the system's error where a named address cannot be bound
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const { settings, note = () => {}, now = monotonicClock } = options;
  const key = options.key ? readRelayKey(options.key) : drawRelayKey();
  if (!options.key) note("no --key: this relay's key, and so its address, lasts for this run only");
  const members = options.members === undefined ? undefined : memberSet(options.members);
  const gate = new Gate(
    {
      minRsaBits: settings["min-rsa-bits"],
      openChallenges: settings["open-challenges"],
      challengeSeconds: settings["challenge-time"],
    },
    members,
  );
  const tokens = await Tokens.create(key.fingerprint, settings["token-time"]);
  const core = new Core(settings, key, tokens, gate, now);
  const tls = options.tls ?? {
    cert: selfSignedCertificate(key.keyObject),
    key: key.keyObject.export({ type: "pkcs8", format: "pem" }),
  };
  const arrivals = new Arrivals(core, tlsContext(tls), options.allowPlaintext ?? false);
  const listening = options.listen
    ? await listenAll(options.listen, arrivals)
    : await listenDefault(arrivals, note);
  const seconds = setInterval(() => arrivals.checkTimes(), SECOND_MS);
  const expiry = setInterval(() => core.expire(), EXPIRY_MS);

  return {
    addresses: listening.map(({ at, server }) =>
      printedAddress(at, portOf(server), key.fingerprint, options.advertise),
    ),
    fingerprint: key.fingerprint,
    async stop() {
      clearInterval(seconds);
      clearInterval(expiry);
      const closed = Promise.all(listening.map(({ server }) => closeServer(server)));
      arrivals.stop();
      const cut = setTimeout(() => arrivals.cut(), STOP_MS);
      await closed;
      clearTimeout(cut);
      core.wipe();
    },
  };
}

interface Listening {
  readonly at: ListenAddress;
  readonly server: Server;
}

async function listenAll(addresses: readonly ListenAddress[], arrivals: Arrivals): Promise<Listening[]> {
  const listening: Listening[] = [];
  try {
    for (const at of addresses) {
      // One port for both families: what was asked as 0 for the first is what it got.
      const port = at.kind === "tcp" && at.port === 0 ? earlierPort(at.host, listening) : undefined;
      const exact = at.kind === "tcp" && port !== undefined ? { ...at, port } : at;
      listening.push({ at: exact, server: await listen(exact, arrivals) });
    }
  } catch (error) {
    for (const { server } of listening) server.close();
    throw error;
  }
  return listening;
}

/** A machine may lack one of the families: that is a note, not an error. */
async function listenDefault(arrivals: Arrivals, note: (line: string) => void): Promise<Listening[]> {
  const listening: Listening[] = [];
  let failure: unknown;
  for (const at of DEFAULT_LISTEN) {
    try {
      listening.push({ at, server: await listen(at, arrivals) });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL") {
        for (const { server } of listening) server.close();
        throw error;
      }
      failure = error;
      note(
        `this machine has no ${at.kind === "tcp" && at.host === "::" ? "IPv6" : "IPv4"}: not listening there`,
      );
    }
  }
  if (listening.length === 0) throw failure;
  return listening;
}

/** The port that the other wildcard got, so that one port 0 for each family gives one port. */
function earlierPort(host: string, listening: readonly Listening[]): number | undefined {
  const other = host === "::" ? "0.0.0.0" : host === "0.0.0.0" ? "::" : undefined;
  const twin = listening.find(({ at }) => at.kind === "tcp" && at.host === other);
  return twin && portOf(twin.server);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? (address as AddressInfo).port : 0;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Options restrict what a key may do, or make it an authority over others: what we do not obey, we do not pass over. */
function memberSet(text: string): ReadonlySet<string> {
  const members = parseAuthorizedKeys(text);
  const line = members.find(({ options }) => options !== "")?.line;
  if (line !== undefined)
    throw new KeyError("bad-key", `line ${line} of the members has options: leave only keys`);
  return new Set(members.map(({ key }) => fingerprint(key)));
}
