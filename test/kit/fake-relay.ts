/**
 * A relay that does what a script says, honest or not. It is there for what a real relay never does; a script is a
 * function that reads the client's lines and writes whatever it likes.
 *
 *     const relay = await startFakeRelay({ script: async (client) => {
 *       await client.greet();
 *       await client.line();
 *       client.write("105;7\n");
 *     } });
 */
import { createHash, randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import { fingerprint, publicKeyFromField, sshsigSign, sshsigVerify } from "@asfaleia/identity";
import {
  type Address,
  AUTH_NAMESPACE,
  challengeBinding,
  challengeText,
  decodeBase64,
  formatAnswer,
  formatMessage,
  formatRelay,
  formatToken,
  LineReader,
  parseAuth,
  parseHello,
  parseVerify,
  RELAY_NAMESPACE,
  type RelayInfo,
  relayProofText,
  splitLine,
} from "@asfaleia/protocol";
import { newEd25519, selfSigned, type TestKey } from "./keys.ts";

export type Script = (client: FakeClient) => Promise<void> | void;

export interface FakeRelayOptions {
  readonly script: Script;
  /** The relay's key; a new one unless given. */
  readonly key?: TestKey;
  /** What is laid over TLS 1.3 with the relay's own certificate and X25519MLKEM768; false for plain lines. */
  readonly tls?: TlsOptions | false;
  /** Listens on this Unix socket, in plain lines. */
  readonly path?: string;
}

export interface FakeRelay {
  readonly key: TestKey;
  readonly fingerprint: string;
  /** With the relay's key pinned. */
  readonly address: Address;
  /** What scripts threw, except for clients that went away. */
  readonly failures: unknown[];
  /** Connections that were accepted. */
  readonly clients: readonly FakeClient[];
  stop(): Promise<void>;
}

/** Thrown to a script that waits for a line of a client that is gone. */
export class ClientGone extends Error {}

/** The relay's side of one connection. */
export class FakeClient {
  readonly socket: Socket;
  readonly key: TestKey;
  readonly #lines: Buffer[] = [];
  #waiting: PromiseWithResolvers<void> | undefined;
  #gone = false;

  constructor(socket: Socket, key: TestKey) {
    this.socket = socket;
    this.key = key;
    const reader = new LineReader(32 * 1024 * 1024);
    socket.on("data", (chunk) => {
      reader.feed(chunk, (line) => this.#lines.push(Buffer.from(line)) > 0);
      this.#waiting?.resolve();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#gone = true;
      this.#waiting?.resolve();
    });
  }

  /** The client's next line. @throws ClientGone */
  async line(): Promise<Buffer> {
    while (this.#lines.length === 0) {
      if (this.#gone) throw new ClientGone();
      this.#waiting = Promise.withResolvers();
      await this.#waiting.promise;
    }
    return this.#lines.shift()!;
  }

  /** Lines that have come and were not taken. */
  get unread(): number {
    return this.#lines.length;
  }

  write(what: string | Uint8Array): void {
    if (!this.#gone) this.socket.write(what);
  }

  /** Resolves when the client has gone. */
  gone(): Promise<void> {
    return this.#gone
      ? Promise.resolve()
      : new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  /** What ties a proof to this connection. */
  binding(): Uint8Array {
    if (!("encrypted" in this.socket)) return new Uint8Array(0);
    return (this.socket as TLSSocket).exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
  }

  /** An honest RELAY line for this HELLO. */
  async relayLine(hello: Uint8Array, info: Partial<RelayInfo> = {}): Promise<Uint8Array> {
    const random = parseHello(splitLine(hello).rest);
    const told: RelayInfo = {
      key: this.key.signer.publicKey.blob,
      bootId: new Uint8Array(16).fill(7),
      envelopeBytes: 64 * 1024,
      ttlSeconds: 3600,
      ...info,
    };
    const text = relayProofText(told, random, this.binding());
    return formatRelay({ ...told, signature: await sshsigSign(this.key.signer, RELAY_NAMESPACE, text) });
  }

  /** Takes HELLO and proves the key. */
  async greet(info: Partial<RelayInfo> = {}): Promise<void> {
    this.write(await this.relayLine(await this.line(), info));
  }

  /** Takes AUTH and VERIFY as an honest relay does. @returns the mailbox */
  async admit(): Promise<string> {
    const auth = parseAuth(splitLine(await this.line()).rest);
    const handle = randomBytes(16).toString("base64url");
    const challenge = this.challenge(handle);
    this.write(formatAnswer({ handle, challenge }));
    const verify = parseVerify(splitLine(await this.line()).rest);
    const signed = sshsigVerify(decodeBase64(verify.proof, 4096), AUTH_NAMESPACE, challenge);
    const mailbox = fingerprint(publicKeyFromField(auth.key));
    if (verify.handle !== handle || fingerprint(signed) !== mailbox) throw new Error("a false proof");
    this.write(formatToken({ token: Buffer.from("a.fake.token"), seconds: 3600 }));
    return mailbox;
  }

  challenge(handle: string): Uint8Array {
    const binding = challengeBinding(fingerprint(this.key.signer.publicKey), handle);
    return challengeText(createHash("sha256").update(binding).digest(), randomBytes(16));
  }
}

/** A MESSAGE line with an id made of a number. */
export function messageLine(
  mailbox: string,
  number: number,
  envelope: Uint8Array | string = "hi",
): Uint8Array {
  return formatMessage({ mailbox, id: messageId(number), envelope: Buffer.from(envelope) });
}

export function messageId(number: number): Uint8Array {
  const id = Buffer.alloc(16);
  id.writeUInt32BE(number);
  return id;
}

export async function startFakeRelay(options: FakeRelayOptions): Promise<FakeRelay> {
  const key = options.key ?? newEd25519();
  const clients: FakeClient[] = [];
  const failures: unknown[] = [];
  const accept = (socket: Socket): void => {
    const client = new FakeClient(socket, key);
    clients.push(client);
    Promise.resolve(client)
      .then(options.script)
      .catch((error) => {
        if (!(error instanceof ClientGone)) failures.push(error);
        socket.destroy();
      });
  };
  const sockets = new Set<Socket>();
  const server = makeServer(options, key, accept);
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => {});
    sockets.add(socket.once("close", () => sockets.delete(socket)));
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => {
    if (options.path === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(options.path, resolve);
  });
  const pin = fingerprint(key.signer.publicKey);
  return {
    key,
    fingerprint: pin,
    address: { ...placeOf(server), fingerprint: pin },
    failures,
    clients,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function makeServer({ tls, path }: FakeRelayOptions, key: TestKey, accept: (socket: Socket) => void): Server {
  if (tls === false || path !== undefined) return createServer(accept);
  const own = tls?.cert === undefined ? selfSigned(key.privateKey) : {};
  return createTlsServer({ ...own, minVersion: "TLSv1.3", ecdhCurve: "X25519MLKEM768", ...tls }, accept);
}

function placeOf(server: Server): Address {
  const at = server.address();
  if (at === null) throw new Error("not listening");
  if (typeof at === "string") return { transport: "unix", path: at };
  return { transport: "tcp", host: "127.0.0.1", port: at.port };
}
