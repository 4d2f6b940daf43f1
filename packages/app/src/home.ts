/** ASFALEIA_HOME: the folder of what a client keeps. */
import { chmod, mkdir, stat } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { EXIT, Failure } from "./exit.ts";

/** Its path: ASFALEIA_HOME, or `asfaleia` where the XDG base directory specification puts data. It may not exist. */
export function homePath(env: NodeJS.ProcessEnv = process.env): string {
  const own = env.ASFALEIA_HOME;
  if (own) return resolve(own);
  const xdg = env.XDG_DATA_HOME;
  // The specification: a relative path is to be ignored.
  return join(xdg && isAbsolute(xdg) ? xdg : join(userHome(), ".local", "share"), "asfaleia");
}

/** The home of the user: never where they happen to be, which is what an empty HOME would mean. */
export function userHome(): string {
  return homedir() || userInfo().homedir;
}

/**
 * Its path, once it is there and nobody else reaches into it.
 * @throws Failure `failed`
 */
export async function openHome(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const path = homePath(env);
  await makePrivateFolder(path);
  return path;
}

/** Makes a folder of mode 0700, or takes one of ours that nobody else may write to, and closes it. */
export async function makePrivateFolder(path: string): Promise<void> {
  const made = await makeFolders(path);
  const { mode, uid } = await stat(path);
  const us = process.getuid?.();
  if (us !== undefined && uid !== us) {
    throw new Failure(EXIT.failed, `${path} belongs to somebody else; say another folder`);
  }
  if (us !== undefined && (mode & 0o022) !== 0) {
    throw new Failure(EXIT.failed, `${path} can be written to by others: chmod 700`);
  }
  // The umask can have taken rights away that the owner needs.
  if (made !== undefined && (mode & 0o700) !== 0o700) await chmod(path, 0o700);
}

/** @returns the first that was made; undefined where all were there */
async function makeFolders(path: string): Promise<string | undefined> {
  try {
    return await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    // Of a disk that is read-only Node says that there is no such folder: the system is asked itself what is wrong.
    const { code, path: first } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && first !== undefined) await mkdir(first, { mode: 0o700 });
    throw error;
  }
}
