/** What a page of keys holds: keys that can be an account here, and others, each with what is wrong with it. */
import { createHash } from "node:crypto";
import {
  fingerprint,
  KeyError,
  type NamedKey,
  publicKeyFromLine,
  RSA_MAX_BITS,
  RSA_MIN_BITS_DEFAULT,
  WireReader,
} from "@asfaleia/identity";
import { decodeBase64 } from "@asfaleia/protocol";
import { KeySourceError } from "./errors.ts";
import { MAX_UNUSABLE_KEYS, MAX_USABLE_KEYS } from "./limits.ts";

/** Why a key cannot be used. A closed set. */
export type UnusableReason =
  | "dsa"
  | "short-rsa"
  | "odd-rsa"
  | "certificate"
  | "unknown-type"
  | "weak"
  | "damaged";

export interface UnusableKey {
  /** Counted from 1. */
  readonly line: number;
  /** As the line names it: letters, digits and `@.-` only. Missing where the line has no such word. */
  readonly type?: string;
  /** As `ssh-keygen -l` prints it. Missing where the line holds no bytes of a key. */
  readonly fingerprint?: string;
  /** Only of RSA keys. */
  readonly bits?: number;
  readonly reason: UnusableReason;
  /** A sentence or two: why, and what to do. */
  readonly why: string;
}

/** Each key once, in the order in which they came. Comments are neither to be trusted nor cleaned. */
export interface KeyList {
  readonly usable: readonly NamedKey[];
  readonly unusable: readonly UnusableKey[];
}

const BETTER = "They can make a better one with ssh-keygen -t ed25519, and put it there.";

const WHY: Readonly<Record<UnusableReason, string>> = {
  dsa: `DSA keys are broken: OpenSSH has had them turned off since 9.8, and removed in 10.0. ${BETTER}`,
  "short-rsa": `RSA keys below ${RSA_MIN_BITS_DEFAULT} bits can be broken. ${BETTER}`,
  "odd-rsa": `RSA keys are taken up to ${RSA_MAX_BITS} bits, and with an exponent below 2^32. ${BETTER}`,
  certificate: "This is a certificate, not a key. Ask for the key itself (the .pub file without -cert).",
  "unknown-type":
    "This version knows no keys of this type; it takes ed25519, RSA and ECDSA keys, hardware or not.",
  weak: `Anybody can sign in the name of this key. ${BETTER}`,
  damaged: "The line is damaged, and no key can be read from it. Ask for the key itself.",
};

/**
 * Reads a page of keys, one a line as in a .pub file; empty lines and `#` comments are passed over. Options, which
 * authorized_keys may have, belong on no such page: such a line is damaged.
 * @throws KeySourceError `too-many`, `not-keys` where hardly anything is a key
 */
export function readKeys(page: string): KeyList {
  const usable = new Map<string, NamedKey>();
  const unusable = new Map<string, UnusableKey>();
  let number = 0;
  for (const line of linesOf(page)) {
    number++;
    if (/^[ \t\r]*(?:#|$)/.test(line)) continue;
    const read = readLine(line, number);
    if ("key" in read) {
      const id = fingerprint(read.key);
      if (!usable.has(id)) usable.set(id, read);
    } else {
      const id = read.fingerprint ?? `line ${number}`;
      if (!unusable.has(id)) unusable.set(id, read);
    }
    if (usable.size > MAX_USABLE_KEYS) throw new KeySourceError("too-many");
    if (unusable.size > MAX_UNUSABLE_KEYS)
      throw new KeySourceError(usable.size > 0 ? "too-many" : "not-keys");
  }
  return { usable: [...usable.values()], unusable: [...unusable.values()] };
}

/** One after the other: a page of line feeds must not become an array of them. */
function* linesOf(page: string): Generator<string> {
  let start = 0;
  for (let end = page.indexOf("\n"); end >= 0; end = page.indexOf("\n", start)) {
    yield page.slice(start, end);
    start = end + 1;
  }
  yield page.slice(start);
}

function readLine(line: string, number: number): NamedKey | UnusableKey {
  try {
    const named = publicKeyFromLine(line);
    const { type, bits } = named.key;
    if (type !== "ssh-rsa" || bits >= RSA_MIN_BITS_DEFAULT) return named;
    return { line: number, type, fingerprint: fingerprint(named.key), bits, ...because("short-rsa") };
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    return { line: number, ...unusableOf(line, error) };
  }
}

/** What a type is called in SSH (RFC 4251 section 6), and no word of options. */
const TYPE = /^(?:ssh-|ecdsa-|sk-|x509v3-|rsa-|webauthn-)[A-Za-z0-9@.-]{1,64}$/;

function unusableOf(line: string, { code }: KeyError): Omit<UnusableKey, "line"> {
  const [type = "", base64 = ""] = line.trim().split(/[ \t]+/, 2);
  const blob = TYPE.test(type) ? blobOf(type, base64) : undefined;
  if (blob === undefined) return { ...(TYPE.test(type) ? { type } : {}), ...because("damaged") };
  const facts = {
    type,
    fingerprint: `SHA256:${createHash("sha256").update(blob).digest("base64").slice(0, -1)}`,
  };
  if (type === "ssh-dss") return { ...facts, ...because("dsa") };
  if (/-cert-v[0-9]+@/.test(type)) return { ...facts, ...because("certificate") };
  if (code === "weak-key" && type === "ssh-rsa")
    return { ...facts, ...rsaBits(blob), ...because("short-rsa") };
  if (code === "weak-key") return { ...facts, ...because("weak") };
  if (code !== "unsupported-key") return { ...facts, ...because("damaged") };
  return { ...facts, ...because(type === "ssh-rsa" ? "odd-rsa" : "unknown-type") };
}

function because(reason: UnusableReason): Pick<UnusableKey, "reason" | "why"> {
  return { reason, why: WHY[reason] };
}

/** The bytes of a key, if they begin with the name of its type (RFC 4253 section 6.6). */
function blobOf(type: string, base64: string): Uint8Array | undefined {
  try {
    const blob = decodeBase64(new TextEncoder().encode(base64), base64.length);
    return new WireReader(blob).text() === type ? blob : undefined;
  } catch {
    return undefined;
  }
}

function rsaBits(blob: Uint8Array): Pick<UnusableKey, "bits"> {
  const reader = new WireReader(blob);
  reader.string();
  reader.mpint();
  const modulus = reader.mpint();
  return { bits: modulus.length * 8 - (modulus.length === 0 ? 0 : Math.clz32(modulus[0]!) - 24) };
}
