/** Where the socket of an agent is, and that nobody else can be behind it: owner-only folder, owner-only socket. */
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, realpathSync, type Stats } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { EXIT, Failure } from "../exit.ts";
import type { Where } from "../profile/where.ts";

/** What a `sockaddr_un` holds on every system (unix(7): 108 on Linux, 104 on macOS), its end included. */
const MAX_PATH_BYTES = 103;
const NAME_HEX = 16;

/** Whether sockets of an owner are to be had here: elsewhere the profile is opened in the process of the face. */
export function hasAgents(): boolean {
  return process.getuid !== undefined;
}

/**
 * Where an agent of a profile puts its socket. Its folder is made.
 * @throws Failure where the folder is not ours alone
 */
export function socketToBind(where: Where): string {
  const folder = folders().find(isOurs) ?? temporaryFolder();
  const own = folder === temporaryFolder() ? folder : join(folder, "asfaleia");
  mkdirOwnerOnly(own);
  const path = join(own, nameOf(where));
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new Failure(
      EXIT.failed,
      `the path of the agent's socket would be too long: set XDG_RUNTIME_DIR to a shorter folder`,
    );
  }
  return path;
}

/** Where a face looks for the agent of a profile, the likeliest first: only sockets that nobody else can have put there. */
export function socketsToTry(where: Where): string[] {
  const name = nameOf(where);
  return [...folders().map((folder) => join(folder, "asfaleia")), temporaryFolder()]
    .filter(isOurs)
    .map((folder) => join(folder, name))
    .filter(isOurSocket);
}

/** An agent's folder for the run of a login (XDG Base Directory Specification), where there is one. */
function folders(): string[] {
  const named = process.env.XDG_RUNTIME_DIR;
  const candidates = [named, `/run/user/${process.getuid?.() ?? 0}`];
  return [...new Set(candidates.filter((path) => path !== undefined && isAbsolute(path)))] as string[];
}

/** As tmux and screen have it: made by us with mode 0700, or refused. */
function temporaryFolder(): string {
  return join(tmpdir(), `asfaleia-${process.getuid?.() ?? 0}`);
}

/** Profiles are told apart by their folders, whatever way leads there. */
function nameOf({ folder }: Where): string {
  let real = folder;
  try {
    real = realpathSync(folder);
  } catch {
    // It is not there, and neither is an agent of it.
  }
  return `${createHash("sha256").update(real).digest("hex").slice(0, NAME_HEX)}.sock`;
}

function mkdirOwnerOnly(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
    chmodSync(folder, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  if (!isOurs(folder)) {
    throw new Failure(
      EXIT.failed,
      `${folder} is not a folder that only you can enter: remove it, or set XDG_RUNTIME_DIR to one that is`,
    );
  }
}

function isOurs(path: string): boolean {
  const stat = look(path);
  return stat?.isDirectory() === true && isOwnerOnly(stat);
}

function isOurSocket(path: string): boolean {
  const stat = look(path);
  return stat?.isSocket() === true && isOwnerOnly(stat);
}

function isOwnerOnly({ uid, mode }: Stats): boolean {
  return uid === process.getuid?.() && (mode & 0o077) === 0;
}

/** Of the thing itself, not of what a symbolic link leads to. */
function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
