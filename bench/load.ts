/** A client that costs as little as can be: it counts bytes instead of reading lines, so that the relay is what limits. */
import { createHash, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileSigner, fingerprint, publicKeyFromSpki, type Signer, sshsigSign } from "@asfaleia/identity";
import {
  AUTH_NAMESPACE,
  encodeBase64,
  formatAuth,
  formatVerify,
  parseAnswer,
  parseToken,
  splitLine,
} from "@asfaleia/protocol";

const LF = 0x0a;
const READ_BYTES = 256 * 1024;

/** An ed25519 key drawn for the run. */
export function drawSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = publicKeyFromSpki(new Uint8Array(publicKey.export({ type: "spki", format: "der" })));
  return fileSigner({ publicKey: key, keyObject: privateKey, comment: "" });
}

/** One plain connection. What arrives goes to `onBytes`; between phases it is read by lines. */
export class LoadConnection {
  readonly socket: Socket;
  mailbox = "";
  token: Uint8Array = new Uint8Array(0);
  onBytes: (bytes: Uint8Array) => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static async open(port: number): Promise<LoadConnection> {
    let connection: LoadConnection | undefined;
    const buffer = new Uint8Array(READ_BYTES);
    const socket = connect({
      port,
      host: "127.0.0.1",
      onread: {
        buffer,
        callback: (length) => {
          connection?.onBytes(buffer.subarray(0, length));
          return true;
        },
      },
    });
    await once(socket, "connect");
    connection = new LoadConnection(socket);
    return connection;
  }

  /** Sends lines and waits for that many lines of reply. */
  ask(lines: Uint8Array, count = 1): Promise<Buffer[]> {
    return new Promise((resolve) => {
      const parts: Buffer[] = [];
      let seen = 0;
      this.onBytes = (bytes) => {
        parts.push(Buffer.from(bytes));
        for (const byte of bytes) if (byte === LF) seen++;
        if (seen < count) return;
        this.onBytes = () => {};
        resolve(splitLines(Buffer.concat(parts)));
      };
      this.socket.write(lines);
    });
  }

  async login(signer: Signer): Promise<this> {
    const [answer] = await this.ask(formatAuth({ key: signer.publicKey.blob, method: "sign" }));
    const { handle, challenge } = parseAnswer(splitLine(answer as Buffer).rest);
    const proof = encodeBase64(await sshsigSign(signer, AUTH_NAMESPACE, challenge));
    const [token] = await this.ask(formatVerify({ handle, proof }));
    this.token = parseToken(splitLine(token as Buffer).rest).token;
    this.mailbox = fingerprint(signer.publicKey);
    return this;
  }
}

/** Envelope bytes that look like what is sealed. */
export function noise(bytes: number): Uint8Array {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < bytes; i++) blocks.push(createHash("sha256").update(String(i)).digest());
  return new Uint8Array(Buffer.concat(blocks).subarray(0, bytes));
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(LF, from);
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return lines;
}
