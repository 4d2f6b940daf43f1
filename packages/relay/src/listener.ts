/** One port: TLS or plain lines by the first byte; caps on connections, in all and from one address. */
import { constants } from "node:crypto";
import { createServer, isIPv6, type Server, type Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import { type ErrorPacket, formatError, ProtocolError } from "@asfaleia/protocol";
import type { ListenAddress } from "./address.ts";
import { Connection } from "./connection.ts";
import type { Core } from "./core.ts";
import { readInto, receiveEarlier } from "./readinto.ts";
import { wipeStackSoon } from "./stack.ts";

const TLS_HANDSHAKE = 0x16;
/** RFC 9266 section 2. */
const CHANNEL_BINDING = "EXPORTER-Channel-Binding";
const CHANNEL_BINDING_BYTES = 32;
/** SSL_OP_CLEANSE_PLAINTEXT: OpenSSL zeroes what it deciphered once it has handed it on. Node has no name for it. */
const CLEANSE_PLAINTEXT = 0x2;
const BACKLOG = 4096;
const NO_BYTES = new Uint8Array(0);

/** A certificate and its key, in PEM. */
export interface TlsFiles {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/**
 * The TLS side of the relay: 1.3 only, X25519MLKEM768 before X25519, sessions never resumed.
 * @throws Error where the certificate and key are not a pair
 */
export function tlsContext({ cert, key }: TlsFiles): SecureContext {
  return createSecureContext({
    cert,
    key,
    minVersion: "TLSv1.3",
    // The slash: whoever offers the first gets it, also where its key share was for the second.
    ecdhCurve: "X25519MLKEM768/X25519",
    secureOptions: constants.SSL_OP_NO_TICKET | CLEANSE_PLAINTEXT,
  });
}

interface Arrival {
  readonly socket: Socket;
  readonly since: number;
}

/** Everybody who is connected, by whichever listener. */
export class Arrivals {
  readonly connections = new Set<Connection>();
  readonly #core: Core;
  readonly #context: SecureContext;
  readonly #allowPlaintext: boolean;
  readonly #fromAddress = new Map<string, number>();
  /** Connected, but not yet heard of, or in their TLS handshake, or refused. */
  readonly #silent = new Set<Arrival>();
  #count = 0;
  #stopping = false;

  constructor(core: Core, context: SecureContext, allowPlaintext: boolean) {
    this.#core = core;
    this.#context = context;
    this.#allowPlaintext = allowPlaintext;
  }

  /** Takes in a connection that a listener accepted, paused. */
  accept(socket: Socket): void {
    const { settings, readBuffer } = this.#core;
    const place = placeOf(socket);
    const here = (this.#fromAddress.get(place) ?? 0) + 1;
    // Twice the limit is where even a refusal costs too much.
    if (
      this.#stopping ||
      this.#count >= settings.connections ||
      here > settings["connections-per-address"] * 2
    ) {
      socket.destroy();
      return;
    }
    this.#count++;
    if (place !== LOCAL) this.#fromAddress.set(place, here);
    const arrival: Arrival = { socket, since: this.#core.now() };
    this.#silent.add(arrival);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#onGone(arrival, place));
    // Who hangs up before saying anything, or on being refused, is not waited for.
    socket.once("end", () => this.#silent.has(arrival) && socket.destroy());
    const crowded = place !== LOCAL && here > settings["connections-per-address"];
    let take = (length: number): boolean => {
      const isTls = readBuffer[0] === TLS_HANDSHAKE;
      if (isTls && !crowded) {
        const hello = readBuffer.slice(0, length);
        this.#handshake(arrival, hello);
        return true;
      }
      const refusal = crowded
        ? tooMany()
        : isTls
          ? undefined
          : this.#plainRefusal(socket, readBuffer[0] as number);
      if (refusal || isTls) {
        if (refusal && !isTls) socket.end(formatError(refusal));
        else socket.destroy();
        take = () => true;
        return true;
      }
      this.#silent.delete(arrival);
      take = this.#connect(socket, () => NO_BYTES);
      return take(length);
    };
    readInto(socket, readBuffer, (length) => {
      const more = take(length);
      readBuffer.fill(0, 0, length);
      return more;
    });
    socket.resume();
  }

  /** Closes what has overstayed, and cuts those who stall most where their replies take too much memory. */
  checkTimes(): void {
    const now = this.#core.now();
    const longest = this.#core.settings["first-byte-time"] * 1000;
    for (const arrival of this.#silent) if (now - arrival.since > longest) arrival.socket.destroy();
    for (const connection of this.connections) connection.checkTimes(now);
    if (this.#core.chunks.fullness < 0.75) return;
    const stalled = [...this.connections].filter((connection) => connection.stalledFor(now) > 1000);
    stalled.sort((a, b) => b.stalledFor(now) - a.stalledFor(now));
    for (const connection of stalled.slice(0, Math.ceil(stalled.length / 2))) connection.destroy();
  }

  /** Tells everybody that the relay goes away, and closes. */
  stop(): void {
    this.#stopping = true;
    for (const { socket } of this.#silent) socket.destroy();
    for (const connection of this.connections)
      connection.end(new ProtocolError("going-away", "the relay stops"));
  }

  /** Cuts whoever is still there. */
  cut(): void {
    for (const connection of this.connections) connection.destroy();
  }

  #handshake(arrival: Arrival, hello: Uint8Array): void {
    const { socket } = arrival;
    const tlsSocket = new TLSSocket(socket, {
      isServer: true,
      secureContext: this.#context,
      requestCert: false,
    });
    tlsSocket.on("error", () => socket.destroy());
    tlsSocket.once("secure", () => {
      this.#silent.delete(arrival);
      const { readBuffer } = this.#core;
      const take = this.#connect(tlsSocket, () =>
        tlsSocket.exportKeyingMaterial(CHANNEL_BINDING_BYTES, CHANNEL_BINDING, Buffer.alloc(0)),
      );
      readInto(tlsSocket, readBuffer, (length) => {
        const more = take(length);
        readBuffer.fill(0, 0, length);
        wipeStackSoon();
        return more;
      });
    });
    receiveEarlier(tlsSocket, hello);
  }

  #connect(socket: Socket, channelBinding: () => Uint8Array): (length: number) => boolean {
    const connection = new Connection(this.#core, socket, channelBinding);
    this.connections.add(connection);
    socket.on("close", () => this.connections.delete(connection));
    const { readBuffer } = this.#core;
    return (length) => connection.read(readBuffer.subarray(0, length));
  }

  #plainRefusal(socket: Socket, first: number): ErrorPacket | undefined {
    if (!this.#allowPlaintext && !isLoopback(socket)) {
      return {
        code: "not-allowed",
        text: "this relay speaks TLS only: a token read on the way opens a mailbox",
      };
    }
    const digit = first >= 0x30 && first <= 0x39;
    return digit ? undefined : { code: "wrong-usage", text: "a packet begins with its number" };
  }

  #onGone(arrival: Arrival, place: string): void {
    this.#silent.delete(arrival);
    this.#count--;
    const left = (this.#fromAddress.get(place) ?? 1) - 1;
    if (left === 0) this.#fromAddress.delete(place);
    else this.#fromAddress.set(place, left);
  }
}

/**
 * Listens.
 * @throws the system's error where the address cannot be bound
 */
export function listen(address: ListenAddress, arrivals: Arrivals): Promise<Server> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) =>
    arrivals.accept(socket),
  );
  const where =
    address.kind === "unix"
      ? { path: address.path }
      : { host: address.host, port: address.port, ipv6Only: isIPv6(address.host) };
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...where, backlog: BACKLOG }, () => {
      server.off("error", reject);
      // An accept that fails, for want of file descriptors say, is not the end of the relay.
      server.on("error", () => {});
      resolve(server);
    });
  });
}

const LOCAL = "";

/** A socket, as far as it tells who is at either end; neither is told on a Unix socket. */
type Ends = Partial<Pick<Socket, "remoteAddress" | "localAddress">>;

/** Whose connections are counted together: one IPv4 address, one IPv6 /64; behind a Unix socket nobody can be told apart. */
export function placeOf({ remoteAddress: address }: Ends): string {
  if (address === undefined) return LOCAL;
  const mapped = /^::ffff:([0-9.]+)$/.exec(address);
  if (mapped) return mapped[1] as string;
  return isIPv6(address) ? network64(address) : address;
}

function network64(address: string): string {
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const high = head === "" ? [] : head.split(":");
  const low = tail === undefined || tail === "" ? [] : tail.split(":");
  const middle =
    tail === undefined ? [] : new Array<string>(Math.max(0, 8 - high.length - low.length)).fill("0");
  return [...high, ...middle, ...low].slice(0, 4).join(":");
}

/** Plain lines are safe from the network only where both ends are this machine. */
export function isLoopback({ remoteAddress, localAddress }: Ends): boolean {
  if (remoteAddress === undefined && localAddress === undefined) return true;
  return isLoopbackAddress(remoteAddress) && isLoopbackAddress(localAddress);
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && (address === "::1" || /^(::ffff:)?127\./.test(address));
}

function tooMany(): ErrorPacket {
  return { code: "slow-down", text: "too many connections from one address" };
}
