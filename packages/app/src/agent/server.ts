/** The socket of an agent and the faces that are connected to it. */
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { Connection, type Host } from "./connection.ts";

/** Faces at a time: more than a person has windows and scripts. */
const MAX_FACES = 64;

export class AgentServer {
  readonly #server: Server;
  readonly #path: string;
  readonly #faces = new Set<Connection>();
  readonly #inode: number;
  readonly #onCount: (faces: number) => void;

  private constructor(server: Server, path: string, host: Host, onCount: (faces: number) => void) {
    this.#server = server;
    this.#path = path;
    this.#inode = lstatSync(path).ino;
    this.#onCount = onCount;
    server.on("connection", (socket) => this.#welcome(host, socket));
  }

  /**
   * Binds a path where no other agent can be: whoever calls this holds the lock of the profile, so what lies there is dead.
   * @param onCount told how many faces there are, whenever that changes
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
    return lstatSync(this.#path, { throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** Says good-bye to every face, and stops. */
  async close(message: string, exit: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Node removes the socket with it.
    this.#server.close(() => resolve());
    for (const face of this.#faces) face.close(message, exit);
    const limit = setTimeout(() => {
      for (const face of this.#faces) face.destroy();
    }, FAREWELL_MS);
    await promise;
    clearTimeout(limit);
  }

  #welcome(host: Host, socket: Socket): void {
    if (this.#faces.size >= MAX_FACES) {
      socket.destroy();
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

/** For faces that do not read. */
const FAREWELL_MS = 1000;

function removeDead(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSocket()) unlinkSync(path);
}
