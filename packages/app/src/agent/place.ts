/**
 * Where the socket of an agent is, and that nobody else can be behind it: an owner-only socket in an owner-only folder,
 * which nobody can put another in the place of.
 */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, realpathSync, type Stats } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { EXIT, Failure } from "../exit.ts";
import type { Where } from "../profile/where.ts";

/** What a `sockaddr_un` holds on every system (unix(7): 108 on Linux, 104 on macOS), its end included. */
const MAX_PATH_BYTES = 103;
const NAME_HEX = 16;
const STICKY = 0o1000;

/** Whether sockets of an owner are to be had here: elsewhere the profile is opened in the process of the face. */
export function hasAgents(): boolean {
  return process.getuid !== undefined;
}

/** Where an agent puts its socket: it is made beside its place, and moved there when nobody else can use it. */
export interface Place {
  readonly path: string;
  /** No longer than the path. */
  readonly draft: string;
}

/**
 * The place of the agent of a profile. Its folder is made.
 * @throws Failure where the folder is not ours alone
 */
export function socketToBind(where: Where): Place {
  const login = loginFolders().find((folder) => realFolder(folder) !== undefined);
  const folder = madeOurs(login === undefined ? temporaryFolder() : join(login, "asfaleia"));
  const name = nameOf(where);
  const place = {
    path: join(folder, socketName(name)),
    draft: join(folder, `${name}.new`),
  };
  if (Buffer.byteLength(place.path) > MAX_PATH_BYTES) {
    throw new Failure(
      EXIT.failed,
      `the path of the agent's socket would be too long: set XDG_RUNTIME_DIR to a shorter folder`,
    );
  }
  return place;
}

/** Where a face looks for the agent of a profile, the likeliest first: only sockets that nobody else can have put there. */
export function socketsToTry(where: Where): string[] {
  const name = socketName(nameOf(where));
  return [...loginFolders().map((folder) => join(folder, "asfaleia")), temporaryFolder()]
    .map(realFolder)
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, name))
    .filter(isOurSocket);
}

/** Folders for the run of a login (XDG Base Directory Specification), where there may be one. */
function loginFolders(): string[] {
  const named = process.env.XDG_RUNTIME_DIR ?? "";
  return [named, `/run/user/${process.getuid?.() ?? 0}`].filter(isAbsolute);
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
  return createHash("sha256").update(real).digest("hex").slice(0, NAME_HEX);
}

function socketName(name: string): string {
  return `${name}.sock`;
}

/** Makes a folder, where it is not there. @returns its real path. @throws Failure where it is not ours alone */
function madeOurs(folder: string): string {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const real = realFolder(folder);
  if (real !== undefined) return real;
  throw new Failure(
    EXIT.failed,
    `${folder} is not a folder that only you can enter, or others can put another in its place: remove it, or set XDG_RUNTIME_DIR to a folder that is yours alone`,
  );
}

/** The real path of a folder that is ours alone, and stays so; undefined for any other. A link in its place is none. */
function realFolder(folder: string): string | undefined {
  const above = realPath(dirname(folder));
  if (above === undefined || !isSteady(above)) return undefined;
  const real = join(above, basename(folder));
  const stat = look(real);
  return stat?.isDirectory() === true && isOwnerOnly(stat) ? real : undefined;
}

/**
 * Whether nobody but us and root can rename what is in a folder or in one above it: so sshd looks at the way to a file
 * of keys (safe_path in OpenSSH's misc.c), and takes in folders such as /tmp, where everybody renames only their own.
 */
function isSteady(folder: string): boolean {
  const stat = look(folder);
  if (stat === undefined) return false;
  const { uid, mode } = stat;
  // In a container root may be somebody that has no number there: whoever has / can do everything.
  const isTrusted = uid === process.getuid?.() || uid === 0 || uid === look("/")?.uid;
  if (!isTrusted || ((mode & 0o022) !== 0 && (mode & STICKY) === 0)) return false;
  return dirname(folder) === folder || isSteady(dirname(folder));
}

function isOurSocket(path: string): boolean {
  const stat = look(path);
  return stat?.isSocket() === true && isOwnerOnly(stat);
}

function isOwnerOnly({ uid, mode }: Stats): boolean {
  return uid === process.getuid?.() && (mode & 0o077) === 0;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Of the thing itself, not of what a symbolic link leads to; undefined where it cannot be seen. */
function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
