/** The address of a relay: `asfaleia://host[:port][#SHA256:…]` or `asfaleia+unix:PATH[#SHA256:…]` (docs/protocol.md, "Addresses"). */
import { malformed } from "./errors.ts";
import { isFingerprint } from "./fields.ts";
import { MAX_ADDRESS_CHARS, MAX_PATH_BYTES, PORT } from "./limits.ts";

export type Address = TcpAddress | UnixAddress;

export interface TcpAddress {
  readonly transport: "tcp";
  /** A name, an IPv4 address, or an IPv6 address without its brackets; lower-case. */
  readonly host: string;
  readonly port: number;
  /** The pinned key; left out, the relay's key is taken on first use. */
  readonly fingerprint?: string;
}

export interface UnixAddress {
  readonly transport: "unix";
  /** Absolute. */
  readonly path: string;
  readonly fingerprint?: string;
}

const NAME =
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/;
/** Resolvers read a name whose last part is a number as an IPv4 address, often one of an odd form: only the usual form passes. */
const LIKE_IPV4 = /(^|\.)([0-9]+|0x[0-9a-f]*)\.?$/;
const IPV4 = /^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(?!$)|$)){4}$/;
const ZONE = /%[a-z0-9_.-]{1,32}$/;

/**
 * Reads an address.
 * @throws ProtocolError `wrong-usage`, its text telling the form
 */
export function parseAddress(text: string): Address {
  if (text.length > MAX_ADDRESS_CHARS) {
    throw malformed(`an address is at most ${MAX_ADDRESS_CHARS} characters long`);
  }
  const hash = text.indexOf("#");
  const place = hash < 0 ? text : text.slice(0, hash);
  const fingerprint = hash < 0 ? undefined : text.slice(hash + 1);
  if (fingerprint !== undefined && !isFingerprint(fingerprint)) {
    throw malformed("what stands behind # in an address is SHA256: and 43 characters");
  }
  const pin = fingerprint === undefined ? {} : { fingerprint };
  if (place.startsWith("asfaleia://")) {
    const { host, port } = hostAndPort(place.slice(11).replace(/\/$/, ""));
    if (port === 0) throw malformed("nobody listens on port 0");
    return { transport: "tcp", host, port, ...pin };
  }
  if (place.startsWith("asfaleia+unix:"))
    return { transport: "unix", path: unixPath(place.slice(14)), ...pin };
  throw malformed("an address looks like asfaleia://host:port#SHA256:… or asfaleia+unix:/path#SHA256:…");
}

/** The address as text, the port always told. */
export function formatAddress(address: Address): string {
  const pin = address.fingerprint === undefined ? "" : `#${address.fingerprint}`;
  if (address.transport === "unix") return `asfaleia+unix:${escapePath(address.path)}${pin}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `asfaleia://${host}:${address.port}${pin}`;
}

/**
 * Reads `host`, `host:port`, `[v6]` or `[v6]:port`; the port is 3308 where it is left out.
 * @throws ProtocolError `wrong-usage`
 */
export function hostAndPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([\x21-\x7e]*)\]|([\x21-\x7e]*?))(?::(0|[1-9][0-9]{0,4}))?$/.exec(text);
  const bracketed = match?.[1]?.toLowerCase();
  const host = bracketed ?? match?.[2]?.toLowerCase() ?? "";
  const port = match?.[3] === undefined ? PORT : Number(match[3]);
  if (!(bracketed === undefined ? isName(host) : isIPv6(host.replace(ZONE, "")))) {
    throw malformed(
      "a host is a name, an IPv4 address, or an IPv6 address in [brackets], then perhaps :port",
    );
  }
  if (port > 65535) throw malformed("a port is a number up to 65535");
  return { host, port };
}

function isName(host: string): boolean {
  return NAME.test(host) && (!LIKE_IPV4.test(host) || IPV4.test(host));
}

/** RFC 4291 section 2.2: eight groups, or fewer around one `::`; the last two may be an IPv4 address. */
function isIPv6(text: string): boolean {
  const halves = text.split("::");
  const groups = halves.flatMap((half, at) =>
    half === "" && halves.length === 2 ? [] : groupsOf(half, at === halves.length - 1),
  );
  if (halves.length > 2 || !groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8;
}

function groupsOf(half: string, isLast: boolean): string[] {
  const groups = half.split(":");
  return isLast && IPV4.test(groups.at(-1) ?? "") ? [...groups.slice(0, -1), "0", "0"] : groups;
}

function unixPath(text: string): string {
  let path: string;
  try {
    path = decodeURIComponent(text);
  } catch {
    throw malformed("a path in an address writes % as %25");
  }
  if (!path.isWellFormed() || !path.startsWith("/") || /[\u0000-\u001f\u007f]/.test(path)) {
    throw malformed("the path of a Unix socket is absolute and has no control characters");
  }
  if (encodeURIComponent(path).replace(/%../g, "x").length > MAX_PATH_BYTES) {
    throw malformed(`the path of a Unix socket is at most ${MAX_PATH_BYTES} bytes long`);
  }
  return path;
}

function escapePath(path: string): string {
  return path.replace(/[%#]|[^\x21-\x7e]/gu, (char) => encodeURIComponent(char));
}
