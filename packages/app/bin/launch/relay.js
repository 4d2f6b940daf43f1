/**
 * The relay's rights. What it needs from the disk is checked here, where a clear complaint is still possible; then it
 * starts as a process that may read its code and those files, write nothing, and start nothing.
 */
import { closeSync, fstatSync, openSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Complaint, KEY, USAGE } from "./complaint.js";
import { removeDeadSocket } from "./socket.js";

const FILES = ["key", "tls-cert", "tls-key", "members"];
const PRIVATE_FILES = ["key", "tls-key"];

/** Node's permission model (https://nodejs.org/docs/latest-v24.x/api/permissions.html), and the holes beside it. */
const SEALED = [
  "--permission",
  // node:sqlite writes files without asking the permission model.
  "--no-experimental-sqlite",
  "--no-addons",
  // The inspector, which SIGUSR1 would open, reads all memory.
  "--disable-sigusr1",
  "--disable-proto=delete",
  "--disallow-code-generation-from-strings",
];

/**
 * Checks the files a relay is given, makes way for its Unix sockets, and says how to start it.
 * @param {string[]} args of the verb; what is malformed in them is left to the verb to tell
 * @param {{ folders: string[] }} code
 */
export async function sealRelay(args, code) {
  const options = { listen: { type: "string", multiple: true } };
  for (const name of FILES) options[name] = { type: "string" };
  const { values } = parseArgs({ args, options, strict: false, allowPositionals: true });

  const readable = [...code.folders];
  for (const name of FILES) {
    if (typeof values[name] !== "string") continue;
    checkFile(name, values[name]);
    // By the name that was given: the permission model compares names, and does not follow links.
    readable.push(resolve(values[name]));
  }
  for (const place of values.listen ?? []) {
    if (typeof place === "string" && place.startsWith("unix:"))
      await removeDeadSocket(place.slice("unix:".length));
  }
  process.umask(0o077);
  keepMemoryOutOfCoreDumps();
  return { flags: [...SEALED, ...readable.map((path) => `--allow-fs-read=${path}`)], env: ownEnvironment() };
}

function checkFile(name, path) {
  const exitCode = name === "key" ? KEY : USAGE;
  let fd;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    const reason = error.code === "ENOENT" ? "there is no such file" : "it cannot be read";
    throw new Complaint(`--${name} ${path}: ${reason}`, exitCode);
  }
  try {
    const { mode, uid } = fstatSync(fd);
    if ((mode & 0o170000) === 0o040000) throw new Complaint(`--${name} ${path}: this is a folder`, exitCode);
    // OpenSSH's rule (sshkey_perm_ok in authfile.c): our own file, and others may do anything with it.
    if (PRIVATE_FILES.includes(name) && uid === process.getuid?.() && (mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, "0");
      throw new Complaint(
        `--${name} ${path}: permissions ${octal} are too open, others must not reach a private key: chmod 600`,
        exitCode,
      );
    }
  } finally {
    closeSync(fd);
  }
}

/** A crash must not leave messages on the disk. The setting outlives execve (core(5)); elsewhere than on Linux it is the operator's. */
function keepMemoryOutOfCoreDumps() {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // No /proc, or a hardened one: then no core dump has been asked for either.
  }
}

/**
 * NODE_OPTIONS would give rights back; NODE_V8_COVERAGE, NODE_COMPILE_CACHE and others write files; UV_USE_IO_URING would take
 * files past whoever traces system calls.
 */
function ownEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE|UV)_/.test(name)));
}
