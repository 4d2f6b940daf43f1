/** The asfaleia client as a library: links to relays that proved their key. */
export type { AuthToken } from "./authenticate.ts";
export { LinkError, type LinkErrorCode, RefusedError } from "./errors.ts";
export {
  type KnownRelay,
  type KnownRelayOptions,
  KnownRelaysError,
  knownRelayTrust,
  parseKnownRelays,
  relayPlace,
} from "./knownrelays.ts";
export { DEFAULT_TIMEOUT_MS, type Link, type LinkOptions, openLink, type Subscription } from "./link.ts";
export type { RelayIdentity, TrustRelay } from "./proof.ts";
