/** The relay that an agent runs for its profile: where others reach it. */
import type { Profile } from "@asfaleia/client/messenger";
import { usage } from "../exit.ts";

export interface OwnRelayPlace {
  /** A name or a numeric address that others reach this machine by. */
  readonly host: string;
  readonly port: number;
}

const SETTING = "own-relay";
const DEFAULT_PORT = 3308;
const MAX_PORT = 65_535;
/** A host name (RFC 1123) or an address; the relay is stricter still. */
const HOST = /^(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$/;
const HERE = /^here(?:=(.*))?$/;

/**
 * Reads `here=HOST` or `here=HOST:PORT`: a relay that the agent is to run.
 * @returns undefined for any other relay
 * @throws Failure `usage`
 */
export function parseHere(word: string): OwnRelayPlace | undefined {
  const match = HERE.exec(word);
  if (match === null) return undefined;
  const place = parsePlace(match[1] ?? "");
  if (place !== undefined) return place;
  throw usage("say here=HOST or here=HOST:PORT: the name or the address that others reach this machine by");
}

export function rememberOwnRelay(profile: Profile, { host, port }: OwnRelayPlace): void {
  profile.transaction(() => profile.settings.set(SETTING, `${host}:${port}`));
}

/** Undefined where this profile has none. */
export function ownRelayOf(profile: Profile): OwnRelayPlace | undefined {
  const text = profile.settings.get(SETTING);
  return text === undefined ? undefined : parsePlace(text);
}

function parsePlace(text: string): OwnRelayPlace | undefined {
  const [, host = "", digits] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  return HOST.test(host) && port >= 1 && port <= MAX_PORT ? { host, port } : undefined;
}
