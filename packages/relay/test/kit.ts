/** A relay that a test can look into, and a client that is no more than a socket. */
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { connect, type Server, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { sshsigSign } from "@asfaleia/identity";
import { AUTH_NAMESPACE, asciiText, encodeBase64, LineReader } from "@asfaleia/protocol";
import { drawEd25519, type KeyPair, pairSigner } from "../../identity/test/keys.ts";
import { Gate } from "../src/auth.ts";
import { selfSignedCertificate } from "../src/certificate.ts";
import { type Clock, Core } from "../src/core.ts";
import { Arrivals, listen, tlsContext } from "../src/listener.ts";
import { type Relay, type RelayOptions, startRelay } from "../src/relay.ts";
import { drawRelayKey, type RelayKey } from "../src/relaykey.ts";
import { type RelaySettings, relaySettings } from "../src/settings.ts";
import { Tokens } from "../src/token.ts";

export const base64 = (bytes: Uint8Array): string => asciiText(encodeBase64(bytes));
export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

/** A name of a mailbox whose key nobody has. */
export function nameOf(text: string): string {
  return `SHA256:${createHash("sha256").update(text).digest("base64").slice(0, 43)}`;
}

/** How long a test waits for what should come at once. */
const PATIENCE_MS = 10_000;

/** Waits for a promise, but not for ever. */
export async function soon<T>(promise: Promise<T>, what = "nothing happened"): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(what)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until a condition holds, looking once a turn of the event loop. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The inside of a relay, without its timers: the test calls checkTimes and expire, and moves the clock. */
export interface OpenRelay extends AsyncDisposable {
  readonly core: Core;
  readonly arrivals: Arrivals;
  readonly key: RelayKey;
  readonly port: number;
  readonly clock: { now: number };
  /** A token without the trouble of proving a key. */
  token(mailbox: string): Promise<string>;
  connect(): Promise<Client>;
}

export async function openRelay(changes: Partial<RelaySettings> = {}): Promise<OpenRelay> {
  const settings = relaySettings({ rate: 1_000_000, ...changes });
  const clock = { now: Date.now() };
  const now: Clock = () => clock.now;
  const key = drawRelayKey();
  const gate = new Gate({
    minRsaBits: settings["min-rsa-bits"],
    openChallenges: settings["open-challenges"],
    challengeSeconds: settings["challenge-time"],
  });
  const tokens = await Tokens.create(key.fingerprint, settings["token-time"]);
  const core = new Core(settings, key, tokens, gate, now);
  const pem = key.keyObject.export({ type: "pkcs8", format: "pem" });
  const context = tlsContext({ cert: selfSignedCertificate(key.keyObject), key: pem });
  const arrivals = new Arrivals(core, context, false);
  const server: Server = await listen({ kind: "tcp", host: "127.0.0.1", port: 0 }, arrivals);
  const { port } = server.address() as { port: number };
  return {
    core,
    arrivals,
    key,
    port,
    clock,
    token: async (mailbox) => asciiText((await tokens.issue(mailbox, clock.now)).token),
    connect: () => Client.plain({ port }),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      arrivals.stop();
      arrivals.cut();
      await soon(closed, "a connection outlived the relay");
    },
  };
}

/** A relay as the command starts it. */
export interface WholeRelay extends AsyncDisposable {
  readonly relay: Relay;
  readonly port: number;
  connect(): Promise<Client>;
}

export async function wholeRelay(
  changes: Partial<RelaySettings> = {},
  options: Partial<RelayOptions> = {},
): Promise<WholeRelay> {
  const relay = await startRelay({
    settings: relaySettings(changes),
    listen: [{ kind: "tcp", host: "127.0.0.1", port: 0 }],
    ...options,
  });
  const port = portIn(relay.addresses[0] ?? "");
  return {
    relay,
    port,
    connect: () => Client.plain({ port }),
    [Symbol.asyncDispose]: () => soon(relay.stop(), "the relay did not stop"),
  };
}

/** The port that an address names; 0 where it names none. */
export function portIn(address: string): number {
  return Number(/:([0-9]+)#/.exec(address)?.[1] ?? 0);
}

type Place = { readonly port: number; readonly host?: string } | { readonly path: string };

/** One connection to a relay: text lines out, text lines in. */
export class Client implements AsyncDisposable {
  readonly socket: Socket;
  readonly #lines: string[] = [];
  #waiting: PromiseWithResolvers<void> = Promise.withResolvers();
  #ended = false;
  #closed = false;
  /** Every byte that was read. */
  bytes = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    const reader = new LineReader(32 * 1024 * 1024);
    socket.on("data", (chunk) => {
      this.bytes += chunk.length;
      reader.feed(chunk, (line) => this.#lines.push(asciiText(line)) > 0);
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on("close", () => {
      this.#closed = true;
      this.#wake();
    });
  }

  static plain(place: Place): Promise<Client> {
    const socket = connect({ host: "127.0.0.1", allowHalfOpen: true, ...place });
    const client = new Client(socket);
    return soon(
      new Promise((resolve, reject) => {
        socket.once("connect", () => resolve(client));
        socket.once("error", reject);
      }),
    );
  }

  static tls(port: number, options: ConnectionOptions = {}): Promise<Client> {
    const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options });
    const client = new Client(socket);
    return soon(
      new Promise((resolve, reject) => {
        socket.once("secureConnect", () => resolve(client));
        socket.once("error", reject);
        socket.once("close", () => reject(new Error("closed in the handshake")));
      }),
    );
  }

  get tlsSocket(): TLSSocket {
    return this.socket as TLSSocket;
  }

  get isClosed(): boolean {
    return this.#closed || this.#ended;
  }

  /** Lines that have come and were not taken. */
  get unread(): readonly string[] {
    return this.#lines;
  }

  write(...lines: string[]): void {
    this.socket.write(`${lines.join("\n")}\n`);
  }

  /** The next line, undefined where the relay has closed. */
  next(): Promise<string | undefined> {
    return soon(this.#next(), "no line came");
  }

  /** The next line. */
  async line(): Promise<string> {
    const line = await this.next();
    assert.notEqual(line, undefined, "the relay closed");
    return line as string;
  }

  /** Asks, and takes one line. */
  ask(line: string): Promise<string> {
    this.write(line);
    return this.line();
  }

  /** Lines up to and with END, or up to the ERROR that stands in its place. */
  async run(): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.line();
      lines.push(line);
      if (line.startsWith("105;") || line.startsWith("102;")) return lines;
    }
  }

  /** Asks, and takes a run of lines. */
  askRun(line: string): Promise<string[]> {
    this.write(line);
    return this.run();
  }

  /** Every line until the relay closes. */
  async rest(): Promise<string[]> {
    const lines: string[] = [];
    for (let line = await this.next(); line !== undefined; line = await this.next()) lines.push(line);
    return lines;
  }

  /** Cuts the connection as a broken network does: with a RST, and without reading what is left. */
  cut(): Promise<void> {
    if (!this.#closed) this.socket.resetAndDestroy();
    return this.closed();
  }

  /** Waits until the relay has closed, and closes too. */
  async closed(): Promise<void> {
    while (!this.#closed) {
      if (this.#ended) this.socket.destroy();
      await soon(this.#awake(), "the connection stayed open");
    }
  }

  /** Proves an ed25519 key. @returns the token */
  async prove(pair: KeyPair = drawEd25519()): Promise<string> {
    const [, handle, challenge] = (await this.ask(`0;${base64(pair.publicKey.blob)};sign`)).split(";");
    const proof = await sshsigSign(pairSigner(pair), AUTH_NAMESPACE, bytesOf(challenge as string));
    const [id, token] = (await this.ask(`2;${handle};${base64(proof)}`)).split(";");
    assert.equal(id, "101");
    return token as string;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed();
  }

  async #next(): Promise<string | undefined> {
    while (this.#lines.length === 0) {
      if (this.#ended || this.#closed) return undefined;
      await this.#awake();
    }
    return this.#lines.shift();
  }

  #awake(): Promise<void> {
    return this.#waiting.promise;
  }

  #wake(): void {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers();
  }
}

/** What MESSAGE carries. */
export function envelopeOf(line: string): Uint8Array {
  const [id, , , envelope] = line.split(";");
  assert.equal(id, "104");
  return bytesOf(envelope as string);
}

/** The code of an ERROR, or the line itself. */
export function codeOf(line: string | undefined): string | undefined {
  return line?.startsWith("102;") ? line.split(";")[1] : line;
}
