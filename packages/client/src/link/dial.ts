/** A byte stream to a relay: TCP under TLS 1.3, or a plain line on a Unix socket or where it is asked for. Whose it is, proof.ts finds out. */
import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Address, TcpAddress } from "@asfaleia/protocol";
import { LinkError } from "./errors.ts";

/** The key agreement that a relay's own certificate must come with (draft-ietf-tls-ecdhe-mlkem). */
export const POST_QUANTUM_GROUP = "X25519MLKEM768";
/** What we offer, the first preferred; the second is for a relay behind another certificate (docs/protocol.md, "Transport"). */
const OFFERED_GROUPS = `${POST_QUANTUM_GROUP}:X25519`;

/** RFC 9266 section 2: the label; the context is of length zero. */
const BINDING_LABEL = "EXPORTER-Channel-Binding";
const BINDING_BYTES = 32;

const KEEPALIVE_MS = 30_000;

export interface Channel {
  readonly socket: Socket;
  /** What ties a proof to this very connection: `tls-exporter` of RFC 9266, empty on a plain line. */
  readonly binding: Uint8Array;
  /** What TLS showed; undefined on a plain line. */
  readonly tls?: { readonly certificateSpki: Uint8Array; readonly group: string };
}

/** Where a TCP connection goes. */
export interface Place {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Opens a TCP connection in some way of its own, and never in another one.
 * Rejects with LinkError, `proxy` as a rule, or with the signal's reason; a socket that comes too late it destroys itself.
 */
export type ConnectStream = (place: Place, signal: AbortSignal) => Promise<Socket>;

export interface DialOptions {
  /** No TLS: whoever is in between reads tokens and swaps answers. For loopback only. */
  readonly unsafePlain?: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** How TCP connections are opened; directly where it is left out. Unix sockets are always opened directly. */
  readonly connect?: ConnectStream;
}

/**
 * Connects, and shakes hands where there is TLS, all within `timeoutMs`.
 * @throws LinkError `unreachable`, `timeout`, `closed`, or `bad-relay` where there is no TLS 1.3; the signal's reason;
 * what `connect` throws
 */
export async function dial(address: Address, options: DialOptions): Promise<Channel> {
  const { connect, signal, timeoutMs } = options;
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(new LinkError("timeout")), timeoutMs);
  const onAbort = () => ending.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    const tls = address.transport === "tcp" && !options.unsafePlain;
    if (connect === undefined || address.transport === "unix") {
      const socket = tls ? dialTls(address.host, placeOf(address)) : dialPlain(address);
      return await ready(socket, tls, false, ending.signal);
    }
    const stream = await connect(placeOf(address), ending.signal);
    // TLS over what is gone already would tell nobody.
    if (stream.destroyed) throw new LinkError("closed");
    const socket = tls ? dialTls(address.host, { socket: stream }) : stream;
    return await ready(socket, tls, true, ending.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function placeOf({ host, port }: TcpAddress): Place {
  return { host, port };
}

/** @param isConnected whether the TCP connection is there already */
function ready(socket: Socket, tls: boolean, isConnected: boolean, signal: AbortSignal): Promise<Channel> {
  return new Promise((resolve, reject) => {
    let connected = isConnected;

    const settle = (end: () => void) => {
      signal.removeEventListener("abort", onAbort);
      socket.off("connect", onConnect).off("error", onError).off("close", onClose);
      socket.off(tls ? "secureConnect" : "connect", onReady);
      end();
    };
    const fail = (error: unknown) =>
      settle(() => {
        // A socket that is being destroyed may still report an error, and nobody would be there to hear it.
        socket.on("error", () => {});
        socket.destroy();
        reject(error);
      });
    const onAbort = () => fail(signal.reason);
    const onConnect = () => {
      connected = true;
    };
    const onError = (error: NodeJS.ErrnoException) => fail(dialError(error, connected));
    const onClose = () => fail(new LinkError("closed"));
    const onReady = () => {
      try {
        const channel = tls ? tlsChannel(socket as TLSSocket) : { socket, binding: new Uint8Array(0) };
        settle(() => resolve(channel));
      } catch (error) {
        fail(error);
      }
    };
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("connect", onConnect).once("error", onError).once("close", onClose);
    socket.once(tls ? "secureConnect" : "connect", onReady);
    socket.setNoDelay(true).setKeepAlive(true, KEEPALIVE_MS);
    if (signal.aborted) onAbort();
    else if (isConnected && !tls) onReady();
  });
}

function dialPlain(address: Address): Socket {
  return address.transport === "unix"
    ? connectPlain({ path: address.path })
    : connectPlain({ host: address.host, port: address.port });
}

function dialTls(host: string, over: Place | { socket: Socket }): TLSSocket {
  // A numeric address is never a server name (RFC 6066 section 3), nor has that a closing dot.
  const name = isIP(host.replace(/%.*$/, "")) === 0 ? { servername: host.replace(/\.$/, "") } : {};
  return connectTls({
    ...over,
    ...name,
    minVersion: "TLSv1.3",
    maxVersion: "TLSv1.3",
    ecdhCurve: OFFERED_GROUPS,
    // No authority vouches for a relay: its key is proved in proof.ts, before anything that matters is said.
    rejectUnauthorized: false,
  });
}

function tlsChannel(socket: TLSSocket): Channel {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) throw new LinkError("bad-relay", "it showed no certificate");
  const certificateSpki = certificate.publicKey.export({ format: "der", type: "spki" });
  const binding = socket.exportKeyingMaterial(BINDING_BYTES, BINDING_LABEL, Buffer.alloc(0));
  return { socket, binding, tls: { certificateSpki, group: negotiatedGroup(socket) } };
}

/**
 * The group that was agreed on. Node tells the names of hybrid groups since 24.19; before, it tells nothing about them
 * and X25519 by its name (https://github.com/nodejs/node/issues/59452). We offer just one of each.
 */
function negotiatedGroup(socket: TLSSocket): string {
  const info = socket.getEphemeralKeyInfo() as { type?: string; name?: string } | null;
  if (info === null) return "";
  return info.type === undefined ? POST_QUANTUM_GROUP : (info.name ?? "");
}

function dialError(error: NodeJS.ErrnoException, connected: boolean): LinkError {
  if (!connected) return new LinkError("unreachable");
  return error.code?.startsWith("ERR_SSL")
    ? new LinkError("bad-relay", "no TLS 1.3")
    : new LinkError("closed");
}
