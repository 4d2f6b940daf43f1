import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PublicKey, WireReader, WireWriter } from "@asfaleia/identity";

/** What a fake agent does with a request (its length taken off). */
export type AgentBehaviour = (request: Uint8Array, socket: Socket) => void;

/** An ssh-agent that behaves as it is told: `await using agent = await FakeAgent.start(…)`. */
export class FakeAgent implements AsyncDisposable {
  readonly path: string;
  connections = 0;
  readonly #folder = mkdtempSync(join(tmpdir(), "asfaleia-"));
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async start(behaviour: AgentBehaviour): Promise<FakeAgent> {
    const agent = new FakeAgent(behaviour);
    await once(agent.#server.listen(agent.path), "listening");
    return agent;
  }

  private constructor(behaviour: AgentBehaviour) {
    this.path = join(this.#folder, "agent.sock");
    this.#server = createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("error", () => {}); // the client is right to hang up
      let held = Buffer.alloc(0);
      socket.on("data", (chunk) => {
        held = Buffer.concat([held, chunk]);
        if (held.length >= 4 && held.length === 4 + held.readUInt32BE(0)) behaviour(held.subarray(4), socket);
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function listReply(keys: readonly { blob: Uint8Array; comment: string | Uint8Array }[]): Uint8Array {
  const reply = new WireWriter().byte(12).uint32(keys.length);
  for (const { blob, comment } of keys) reply.string(blob).string(comment);
  return reply.bytes();
}

export function signReply(signature: Uint8Array): Uint8Array {
  return new WireWriter().byte(14).string(signature).bytes();
}

/** A reply as it goes over the socket. */
export function framed(reply: Uint8Array): Uint8Array {
  return new WireWriter().string(reply).bytes();
}

/** The parts of a sign request. */
export function readSignRequest(request: Uint8Array): { blob: Uint8Array; data: Uint8Array; flags: number } {
  const reader = new WireReader(request);
  reader.byte();
  const parts = { blob: reader.string(), data: reader.string(), flags: reader.uint32() };
  reader.end();
  return parts;
}

export const entry = (key: PublicKey, comment = "") => ({ blob: key.blob, comment });
