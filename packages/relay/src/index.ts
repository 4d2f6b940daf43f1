/** The asfaleia relay: carries sealed envelopes in memory and forgets them. */
export { DEFAULT_LISTEN, type ListenAddress, parseAdvertise, parseListen } from "./address.ts";
export type { TlsFiles } from "./listener.ts";
export { type Relay, type RelayOptions, startRelay } from "./relay.ts";
export {
  parseSetting,
  RELAY_FLAGS,
  type RelayFlag,
  type RelayFlagName,
  type RelaySettings,
  relaySettings,
} from "./settings.ts";
