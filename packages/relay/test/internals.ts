/** What a simulated world needs of a relay's inside: all of it but sockets, TLS and the clock. */
export { Gate } from "../src/auth.ts";
export { Connection } from "../src/connection.ts";
export { Core } from "../src/core.ts";
export type { RelayKey } from "../src/relaykey.ts";
export { type RelaySettings, relaySettings } from "../src/settings.ts";
export { Tokens } from "../src/token.ts";
