/** A folder that letters are kept in: nothing is overwritten, and what was kept has reached the disk. */
import { type FileHandle, mkdir, open, stat, unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { EXIT, Failure, usage } from "../exit.ts";

/** Files whose names differ by a number only. */
const MAX_SAME_NAMES = 10_000;

export class Folder {
  readonly path: string;
  /** Which folder it is, whatever its path leads to later. */
  #identity = "";

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder where it is missing, owner-only, and makes sure that files can be made in it. */
  static async open(path: string): Promise<Folder> {
    const folder = new Folder(resolve(path));
    try {
      await mkdir(folder.path, { mode: 0o700 });
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
      if (!(await stat(folder.path)).isDirectory()) throw usage(`${path} is no folder`);
    }
    folder.#identity = await folder.#found();
    await folder.drop(await folder.keep(".asfaleia-probe", new Uint8Array(1)));
    return folder;
  }

  /**
   * Writes a file, mode 0600, under this name, or with a number in it where there is such a file.
   * @param name must be safe: see `safeName`
   * @returns the path, once the file and its name are on the disk
   */
  async keep(name: string, bytes: Uint8Array): Promise<string> {
    const { path, file } = await this.#create(name);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } catch (error) {
      await file.close();
      await unlink(path);
      throw error;
    }
    await file.close();
    await this.#sync();
    return path;
  }

  /** Removes a file that `keep` made. */
  async drop(path: string): Promise<void> {
    await unlink(path);
  }

  async #create(name: string): Promise<{ path: string; file: FileHandle }> {
    if ((await this.#found()) !== this.#identity)
      throw new Failure(EXIT.failed, `${this.path} is another folder than before`);
    const dot = name.lastIndexOf(".");
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    for (let number = 1; number <= MAX_SAME_NAMES; number++) {
      const path = join(this.path, number === 1 ? name : `${stem}-${number}${extension}`);
      try {
        // Exclusive, so that neither a file nor a link that stands there is ever written through.
        return { path, file: await open(path, "wx", 0o600) };
      } catch (error) {
        if (!hasCode(error, "EEXIST")) throw error;
      }
    }
    throw usage(`${this.path} holds too many files of one name`);
  }

  async #found(): Promise<string> {
    const { dev, ino } = await stat(this.path, { bigint: true });
    return `${dev} ${ino}`;
  }

  async #sync(): Promise<void> {
    if (process.platform === "win32") return;
    const folder = await open(this.path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
