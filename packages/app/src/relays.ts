/** Which relay, and whether it is the one we trust. */
import { join } from "node:path";
import type { Link, LinkOptions } from "@asfaleia/client";
import { type Address, formatAddress, parseAddress } from "@asfaleia/protocol";
import { cleanLine } from "./display.ts";
import { EXIT, Failure, usage } from "./exit.ts";
import { homePath, makePrivateFolder } from "./home.ts";
import { note } from "./io.ts";
import { askLine, canAsk } from "./person.ts";
import { proxyFor, proxySetting } from "./proxy.ts";
import { connectThrough, ProxyError } from "./socks.ts";

/** An address as people write it: the scheme may be left out. @throws Failure `usage`, ProtocolError */
export function relayAddress(option: string | undefined): Address {
  const text = option ?? process.env.ASFALEIA_RELAY;
  if (!text) throw usage("which relay? Say --relay ADDR, or set ASFALEIA_RELAY");
  return parseAddress(/^asfaleia(:\/\/|\+unix:)/.test(text) ? text : `asfaleia://${text}`);
}

/** The relays of a profile that is made: those of the options, else of ASFALEIA_RELAY. @throws as `relayAddress` */
export function relayAddresses(options: readonly string[] | undefined): Address[] {
  return options === undefined ? [relayAddress(undefined)] : options.map(relayAddress);
}

/** How a relay's key comes to be trusted. */
export interface Trusting {
  /** Where known_relays is. */
  readonly home: string;
  readonly acceptNew: boolean;
}

/**
 * Opens a link to the relay of the options, once its key is trusted.
 * @param signal ends the link too
 * @throws Failure, LinkError, KnownRelaysError, Interrupted
 */
export function reachRelay(
  values: { readonly relay?: string | undefined; readonly "accept-new"?: boolean },
  signal: AbortSignal,
): Promise<Link> {
  const trusting = { home: homePath(), acceptNew: values["accept-new"] === true };
  return dialTrusted(relayAddress(values.relay), trusting, signal);
}

/**
 * Opens a link to a relay, once its key is trusted: it is pinned, known, or somebody at the terminal says yes. It goes
 * through ASFALEIA_PROXY where that is set.
 * @param signal ends the link too
 * @param pinPrefix the beginning of its pin, where the address has none: then known_relays has no say
 * @throws Failure, LinkError, KnownRelaysError, Interrupted
 */
export async function dialTrusted(
  address: Address,
  trusting: Trusting,
  signal: AbortSignal,
  pinPrefix?: Uint8Array,
): Promise<Link> {
  const { knownRelayTrust, LinkError, openLink } = await import("@asfaleia/client");
  const way = await wayTo(address);
  const file = join(trusting.home, "known_relays");
  const trust = knownRelayTrust({
    file,
    address,
    acceptNew: trusting.acceptNew,
    ask: (fingerprint) => askAboutRelay(address, fingerprint, trusting.home, signal),
  });
  try {
    const pin = pinPrefix === undefined ? {} : { pinPrefix };
    return await openLink(address, { trust, signal, ...way, ...pin });
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    if (error.code === "relay-key-changed") warnOfChange(address, file, pinPrefix !== undefined);
    if (error.code === "relay-untrusted") throw untrusted(address);
    throw error;
  }
}

/**
 * How a relay is connected to: through the proxy, unless it is on this machine.
 * @throws Failure for a setting that cannot be read, and an onion service without a proxy
 */
async function wayTo(address: Address): Promise<Pick<LinkOptions, "connect">> {
  const setting = proxySetting();
  const proxy = address.transport === "unix" ? undefined : proxyFor(address.host, setting);
  if (proxy === undefined) return {};
  const { LinkError } = await import("@asfaleia/client");
  return {
    async connect(place, signal) {
      try {
        return await connectThrough(proxy, place, signal);
      } catch (error) {
        throw error instanceof ProxyError ? new LinkError("proxy", error.message) : error;
      }
    },
  };
}

function placeOf(address: Address): string {
  const { fingerprint: _, ...place } = address;
  return cleanLine(formatAddress(place));
}

async function askAboutRelay(
  address: Address,
  fingerprint: string,
  home: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!canAsk()) return false;
  note(`The relay ${placeOf(address)} is met for the first time, and nothing here tells whether its key is its own.
Its ED25519 key fingerprint is ${fingerprint}.`);
  let question = "Trust it from now on (yes/no/[fingerprint])? ";
  for (;;) {
    const answer = (await askLine(question, signal))?.trim();
    if (answer === undefined || answer.toLowerCase() === "no") return false;
    if (answer.toLowerCase() === "yes" || answer === fingerprint) {
      await makePrivateFolder(home);
      return true;
    }
    question = "Type 'yes', 'no' or the fingerprint: ";
  }
}

function untrusted(address: Address): Failure {
  const host = placeOf(address);
  return new Failure(
    EXIT.relay,
    `the key of ${host} is not trusted. Name it in the address (${host}#SHA256:…), or take it with --accept-new`,
  );
}

const BANNER = "@".repeat(59);

function warnOfChange(address: Address, file: string, isInvite: boolean): void {
  const where = isInvite
    ? "Its key is not the one in the invite link. Ask for the link once more, over a way that you trust."
    : address.fingerprint === undefined
      ? `Its key is not the one in ${file}.
If the operator tells you that the key was changed, remove the line of ${placeOf(address)} from that file.`
      : "Its key is not the one behind # in its address. If the operator tells you of a new one, use a new address.";
  note(`${BANNER}
@     WARNING: THE KEY OF THE RELAY HAS CHANGED!          @
${BANNER}
Somebody may be between you and ${placeOf(address)}, or it is another relay.
${where}
Nothing was sent.`);
}
