/** The socket of an agent and the faces that are connected to it. */
import { chmodSync, lstatSync, renameSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { EXIT, Failure } from "../exit.ts";
import { notification } from "../rpc/message.ts";
import { Connection, type Host } from "./connection.ts";
import type { Place } from "./place.ts";
import { stillThere } from "./vigil.ts";

/** Faces at a time: more than a person has windows and scripts. */
export const MAX_FACES = 64;

export class AgentServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #faces = new Set<Connection>();
  readonly #onCount: (faces: number) => void;
  /** Whether the socket is still where faces look for it: a login that ends takes its folder along. */
  readonly isThere: () => boolean;
  #closed: Promise<void> | undefined;

  private constructor(server: Server, path: string, host: Host, onCount: (faces: number) => void) {
    this.#server = server;
    this.#path = path;
    this.#onCount = onCount;
    this.isThere = stillThere(path);
    server.on("connection", (socket) => this.#welcome(host, socket));
    // One that could not be accepted: it can come again.
    server.on("error", () => {});
  }

  /**
   * Binds a place where no other agent can be: whoever calls this holds the lock of the profile, so a socket that lies
   * there is dead, and gives way. Faces see it when its mode is right, and not before.
   * @param onCount told how many faces there are, whenever that changes
   * @throws Failure for what is no socket; what the system throws
   */
  static async listen(
    { path, draft }: Place,
    host: Host,
    onCount: (faces: number) => void,
  ): Promise<AgentServer> {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === false)
      throw new Failure(EXIT.failed, `${path} is not a socket: remove it`);
    rmSync(draft, { force: true });
    const server = createServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject).listen(draft, resolve);
    await promise;
    try {
      chmodSync(draft, 0o600);
      renameSync(draft, path);
      return new AgentServer(server, path, host, onCount);
    } catch (error) {
      server.close();
      throw error;
    }
  }

  /** Takes no more faces, removes the socket if it is still this one, and tells everybody why. */
  announceEnd(message: string, exit: number): void {
    if (this.#closed !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    // Node removes what it has bound, which is somewhere else by now.
    this.#server.close(() => resolve());
    if (this.isThere()) rmSync(this.#path, { force: true });
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
