/** How a verb is told which relay. */

/** The options of every verb that talks to a relay, for parseArgs. */
export const RELAY_OPTIONS = {
  relay: { type: "string" },
  "accept-new": { type: "boolean" },
} as const;

export const RELAY_HELP = `  --relay ADDR     the relay: asfaleia://host:port#SHA256:…, asfaleia+unix:/path#SHA256:…, host or host:port
                   (default: ASFALEIA_RELAY). What stands behind # pins its key; without it the key is asked for at
                   the first use and kept in known_relays, in the folder ASFALEIA_HOME
  --accept-new     take the key of a relay that is met for the first time; a changed one is always refused`;
