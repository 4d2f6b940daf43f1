/**
 * The file of relays that were met before, in the manner of OpenSSH's known_hosts: one relay a line, its place and its
 * fingerprint, perhaps a comment. A place may stand there with several keys. Lines that begin with # are comments.
 *
 *     relay.example:3308 SHA256:…
 *     [2001:db8::1]:3308 SHA256:…
 *     unix:/run/asfaleia.sock SHA256:…
 */
import { constants } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { type Address, formatAddress, isFingerprint, ProtocolError, parseAddress } from "@asfaleia/protocol";
import { LinkError } from "./errors.ts";
import type { TrustRelay } from "./proof.ts";

/** Some ten thousand relays. */
const MAX_FILE_BYTES = 1024 * 1024;

export interface KnownRelay {
  /** As `relayPlace` writes it. */
  readonly place: string;
  readonly fingerprint: string;
}

/** A known_relays file that cannot be understood; nothing in it is then believed. */
export class KnownRelaysError extends Error {
  /** Counted from 1; 0 where it is not about one line. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(line === 0 ? `known_relays: ${message}` : `known_relays line ${line}: ${message}`);
    this.name = "KnownRelaysError";
    this.line = line;
  }
}

/** How the file calls a relay's place: `host:port`, `[v6]:port` or `unix:/path` (escaped as in an address). */
export function relayPlace(address: Address): string {
  const { fingerprint: _, ...unpinned } = address;
  return formatAddress(unpinned).replace(/^asfaleia(:\/\/|\+)/, "");
}

/** @throws KnownRelaysError with the number of the first line that is neither empty, a comment nor an entry */
export function parseKnownRelays(text: string): KnownRelay[] {
  if (text.length > MAX_FILE_BYTES) throw new KnownRelaysError(0, "the file is too long");
  const relays: KnownRelay[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^[ \t]*(#|$)/.test(line)) continue;
    const match = /^[ \t]*([\x21-\x7e]+)[ \t]+([\x21-\x7e]+)(?:[ \t]+[^\x00-\x08\x0a-\x1f\x7f]*)?$/.exec(
      line,
    );
    const [, place = "", fingerprint = ""] = match ?? [];
    if (!isFingerprint(fingerprint) || !isPlace(place)) {
      throw new KnownRelaysError(index + 1, "an entry is host:port, SHA256:… and perhaps a comment");
    }
    relays.push({ place, fingerprint });
  }
  return relays;
}

function isPlace(place: string): boolean {
  const scheme = place.startsWith("unix:") ? "asfaleia+" : "asfaleia://";
  try {
    return relayPlace(parseAddress(`${scheme}${place}`)) === place;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

export interface KnownRelayOptions {
  /** Made when the first relay is written, readable by its owner only, its folder too. */
  readonly file: string;
  readonly address: Address;
  /** Asks a person whether this is the relay's key. */
  readonly ask?: (fingerprint: string) => Promise<boolean>;
  /** Takes the key of a relay that was never met without asking, as OpenSSH's `StrictHostKeyChecking accept-new`. */
  readonly acceptNew: boolean;
}

/**
 * Trusts a relay by the file, and writes down one that is new and accepted. A relay that is known by another key is
 * refused without asking: only an edit of the file makes peace.
 * The function rejects with LinkError `relay-key-changed` or `relay-untrusted`, KnownRelaysError, or the file system's error.
 */
export function knownRelayTrust(options: KnownRelayOptions): TrustRelay {
  const { file, ask, acceptNew } = options;
  const place = relayPlace(options.address);
  return async (fingerprint) => {
    if (isKnown(await readText(file), place, fingerprint)) return;
    if (!acceptNew && !(await ask?.(fingerprint))) throw new LinkError("relay-untrusted");
    // A person takes a while, and another process may have met the relay meanwhile.
    const text = await readText(file);
    if (isKnown(text, place, fingerprint)) return;
    const startsLine = text === "" || text.endsWith("\n");
    await append(file, `${startsLine ? "" : "\n"}${place} ${fingerprint}\n`);
  };
}

/** @throws LinkError `relay-key-changed` */
function isKnown(text: string, place: string, fingerprint: string): boolean {
  const known = parseKnownRelays(text).filter((relay) => relay.place === place);
  if (known.some((relay) => relay.fingerprint === fingerprint)) return true;
  if (known.length > 0) throw new LinkError("relay-key-changed");
  return false;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/**
 * One write at the end of the file, which the operating system does not mix with another's: two processes lose no line
 * of each other, nothing that stands there is touched, and a file that is a symbolic link stays one.
 */
async function append(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    const bytes = Buffer.from(line);
    const { bytesWritten } = await handle.write(bytes);
    if (bytesWritten !== bytes.length)
      throw new KnownRelaysError(0, "the last line was cut: is the disk full?");
    await handle.sync();
  } finally {
    await handle.close();
  }
}
