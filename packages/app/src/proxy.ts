/** The proxy of this process, ASFALEIA_PROXY: whatever is dialled goes through it, or not at all. */
import { createHash } from "node:crypto";
import { isIPv4 } from "node:net";
import { hostAndPort } from "@asfaleia/protocol";
import { EXIT, Failure, usage } from "./exit.ts";

/** A SOCKS5 proxy that resolves names itself (RFC 1928; curl calls it socks5h). */
export interface SocksProxy {
  readonly host: string;
  readonly port: number;
  /** Without them every connection gets a user and a password drawn for it, and so, from Tor, a circuit of its own. */
  readonly credentials?: Credentials;
}

/** As RFC 1929 has them: each of 1 to 255 bytes. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export const PROXY_VARIABLE = "ASFALEIA_PROXY";
const FORM = `${PROXY_VARIABLE} takes socks5h://host:port or socks5h://user:password@host:port`;
/** RFC 1929 section 2. */
const MAX_CREDENTIAL_BYTES = 255;
/** The longest name, port and credentials, each byte of these written as %XX. */
const MAX_PROXY_CHARACTERS = 2048;
const PROXY_URL = /^socks5h?:\/\/(?:([^@:/]*):([^@:/]*)@)?([^@/]+:[0-9]+)\/?$/i;

/**
 * Reads the setting; undefined where it is not set, or empty. `socks5://` means the same as `socks5h://`: no name that
 * goes through a proxy is ever looked up here.
 * @throws Failure `usage`
 */
export function proxySetting(env: NodeJS.ProcessEnv = process.env): SocksProxy | undefined {
  const text = env[PROXY_VARIABLE];
  return text ? parseProxy(text) : undefined;
}

/** @throws Failure `usage`, which echoes nothing: there may be a password in it */
export function parseProxy(text: string): SocksProxy {
  const match = text.length > MAX_PROXY_CHARACTERS ? null : PROXY_URL.exec(text);
  if (match === null) throw usage(FORM);
  const [, user, password, place = ""] = match;
  const { host, port } = placeIn(place);
  if (user === undefined || password === undefined) return { host, port };
  return { host, port, credentials: { user: credential(user), password: credential(password) } };
}

function placeIn(text: string): { host: string; port: number } {
  try {
    const place = hostAndPort(text);
    if (place.port > 0) return place;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ProtocolError") throw error;
  }
  throw usage(FORM);
}

function credential(text: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    throw usage(`in the user and the password of ${PROXY_VARIABLE}, % is written as %25`);
  }
  const bytes = Buffer.byteLength(plain);
  if (bytes === 0 || bytes > MAX_CREDENTIAL_BYTES || !plain.isWellFormed()) {
    throw usage(
      `the user and the password of ${PROXY_VARIABLE} have 1 to ${MAX_CREDENTIAL_BYTES} bytes each; leave both out for none`,
    );
  }
  return plain;
}

/**
 * How a host is reached: through the proxy, if there is one; undefined is directly. Only loopback addresses written as
 * numbers never go through a proxy, which could not reach them: it would look on its own machine.
 * @throws Failure `relay` for an onion service without a proxy: its name must not be asked of DNS (RFC 7686 section 2)
 */
export function proxyFor(host: string, proxy: SocksProxy | undefined): SocksProxy | undefined {
  if (proxy !== undefined) return isLoopback(host) ? undefined : proxy;
  if (!/(^|\.)onion\.?$/i.test(host)) return undefined;
  throw new Failure(
    EXIT.relay,
    `an onion service is reached through Tor only: start it, and set ${PROXY_VARIABLE}=socks5h://127.0.0.1:9050`,
  );
}

function isLoopback(host: string): boolean {
  return (isIPv4(host) && host.startsWith("127.")) || host === "::1";
}

/**
 * What two processes with the same setting have in common: an agent dials by the setting that it was started with, and
 * a face whose setting is another one must not leave the dialling to it.
 * @returns 64 hex digits that show neither place nor password; empty where there is no proxy
 */
export function proxyMark(proxy: SocksProxy | undefined): string {
  if (proxy === undefined) return "";
  const { host, port, credentials } = proxy;
  const setting = JSON.stringify([host, port, credentials?.user, credentials?.password]);
  return createHash("sha256").update(setting).digest("hex");
}
