/** The socket of an agent and the faces that are connected to it. */
import { chmodSync, lstatSync, type Stats, unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { EXIT, Failure } from "../exit.ts";
import { notification } from "../rpc/message.ts";
import { Connection, type Host } from "./connection.ts";

/** Faces at a time: more than a person has windows and scripts. */
export const MAX_FACES = 64;

export class AgentServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #faces = new Set<Connection>();
  readonly #bound: Stats;
  readonly #onCount: (faces: number) => void;
  #closed: Promise<void> | undefined;

  private constructor(server: Server, path: string, host: Host, onCount: (faces: number) => void) {
    this.#server = server;
    this.#path = path;
    this.#bound = lstatSync(path);
    this.#onCount = onCount;
    server.on("connection", (socket) => this.#welcome(host, socket));
    // One that could not be accepted: it can come again.
    server.on("error", () => {});
  }

  /**
   * Binds a path where no other agent can be: whoever calls this holds the lock of the profile, so what lies there is dead.
   * @param onCount told how many faces there are, whenever that changes
   * @throws Failure for what is no socket; what the system throws
   */
  static async listen(path: string, host: Host, onCount: (faces: number) => void): Promise<AgentServer> {
    removeDead(path);
    const server = createServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject).listen(path, resolve);
    await promise;
    chmodSync(path, 0o600);
    return new AgentServer(server, path, host, onCount);
  }

  /** Whether the socket is still where faces look for it: a login that ends takes its folder along. */
  isThere(): boolean {
    const { dev, ino } = this.#bound;
    const there = lstatSync(this.#path, { throwIfNoEntry: false });
    return there?.ino === ino && there.dev === dev;
  }

  /**
   * Takes no more faces, removes the socket, and tells everybody why. To be called while the profile's lock is held, so
   * that the socket that goes is ours and not that of the next agent.
   */
  announceEnd(message: string, exit: number): void {
    if (this.#closed !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    // Node removes the socket with it.
    this.#server.close(() => resolve());
    for (const face of this.#faces) face.announceEnd(message, exit);
  }

  /** Hangs up on every face, once `announceEnd` has told why. */
  async close(): Promise<void> {
    for (const face of this.#faces) face.close();
    await this.#closed;
  }

  #welcome(host: Host, socket: Socket): void {
    if (this.#faces.size >= MAX_FACES) {
      socket.on("error", () => {}).end(notification("closing", FULL), () => socket.destroy());
      return;
    }
    this.#faces.add(
      new Connection(host, socket, (face) => {
        this.#faces.delete(face);
        this.#onCount(this.#faces.size);
      }),
    );
    this.#onCount(this.#faces.size);
  }
}

const FULL = { message: `${MAX_FACES} programs are connected to the agent already`, exit: EXIT.failed };

function removeDead(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw new Failure(EXIT.failed, `${path} is not a socket: remove it`);
  unlinkSync(path);
}
