/** The asfaleia client as a library: links to relays that proved their key. */
export type { AuthToken } from "./link/authenticate.ts";
export type { ConnectStream, Place } from "./link/dial.ts";
export { LinkError, type LinkErrorCode, RefusedError } from "./link/errors.ts";
export {
  type KnownRelay,
  type KnownRelayOptions,
  KnownRelaysError,
  knownRelayTrust,
  parseKnownRelays,
  relayPlace,
} from "./link/knownrelays.ts";
export { DEFAULT_TIMEOUT_MS, type Link, type LinkOptions, openLink, type Subscription } from "./link/link.ts";
export type { RelayIdentity, TrustRelay } from "./link/proof.ts";
