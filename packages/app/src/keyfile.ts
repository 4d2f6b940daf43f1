/** Key files as ssh and ssh-keygen leave them: a private file, a public one beside it with `.pub` behind its name. */
import { type FileHandle, open } from "node:fs/promises";
import {
  KeyError,
  MAX_PRIVATE_KEY_FILE_BYTES,
  type NamedKey,
  type PrivateKey,
  parsePrivateKey,
  publicKeyFromText,
  sameKey,
} from "@asfaleia/identity";
import { cleanLine } from "./display.ts";
import { EXIT, Failure } from "./exit.ts";
import { note } from "./io.ts";
import { askPassphrase, currentPerson } from "./person.ts";

/** As ssh's NumberOfPasswordPrompts. */
const PASSPHRASE_TRIES = 3;
const PRIVATE_MARK = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** A file named by a person, and its beginning up to a limit. */
export async function readKeyFile(path: string, limit = MAX_PRIVATE_KEY_FILE_BYTES): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const room = new Uint8Array(limit + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(room, length, room.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === room.length) break;
    }
    if (length > limit) throw new Failure(EXIT.key, `${path} is too long for a file of keys`);
    if (isPrivate(room.subarray(0, length))) await refuseOpenFile(file, path);
    const bytes = room.slice(0, length);
    room.fill(0);
    return bytes;
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(path, error);
  } finally {
    await file?.close();
  }
}

/** Whether a file holds a private key. */
export function isPrivate(file: Uint8Array): boolean {
  return PRIVATE_MARK.test(Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString("latin1"));
}

/** OpenSSH's rule (sshkey_perm_ok in authfile.c): our own file, and others may do anything with it. */
async function refuseOpenFile(file: FileHandle, path: string): Promise<void> {
  const { uid, mode } = await file.stat();
  if (process.getuid === undefined || uid !== process.getuid() || (mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  throw new Failure(
    EXIT.key,
    `permissions ${octal} for ${path} are too open: others must not reach a private key (chmod 600)`,
  );
}

function unreadable(path: string, error: unknown): Failure {
  const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
  return new Failure(EXIT.key, `${path}: ${missing ? "no such file" : "it cannot be read"}`);
}

/** A public key file; undefined where there is none, or it holds none. */
export async function readPublicFile(path: string): Promise<NamedKey | undefined> {
  try {
    return publicKeyFromText(Buffer.from(await readKeyFile(path)).toString("utf8"));
  } catch (error) {
    if (error instanceof KeyError || error instanceof Failure) return undefined;
    throw error;
  }
}

/**
 * The private key of a file, its passphrase asked for where it has one.
 * @param expected what the public file beside it has promised
 * @throws KeyError, Failure `key`, Interrupted
 */
export async function unlockKeyFile(
  path: string,
  expected: NamedKey | undefined,
  signal: AbortSignal,
): Promise<PrivateKey> {
  const file = await readKeyFile(path);
  try {
    const key = await unlock(file, path, signal);
    if (expected !== undefined && !sameKey(key.publicKey, expected.key)) {
      throw new KeyError("bad-key", `${path}.pub is of another key: write it anew (ssh-keygen -y)`);
    }
    return key;
  } finally {
    file.fill(0);
  }
}

async function unlock(file: Uint8Array, path: string, signal: AbortSignal): Promise<PrivateKey> {
  try {
    return parsePrivateKey(file);
  } catch (error) {
    if (!(error instanceof KeyError) || error.code !== "needs-passphrase") throw error;
  }
  for (let tries = 1; ; tries++) {
    const passphrase = await askPassphrase(`Enter passphrase for key '${cleanLine(path)}': `, signal);
    if (passphrase === null || passphrase.length === 0) {
      const how = currentPerson().canAskSecret()
        ? ""
        : ": run this at a terminal, name an askpass program in SSH_ASKPASS (with SSH_ASKPASS_REQUIRE=force), or take a key without one";
      throw new KeyError("needs-passphrase", `${path} needs its passphrase${how}`);
    }
    try {
      return parsePrivateKey(file, passphrase);
    } catch (error) {
      const wrong = error instanceof KeyError && error.code === "wrong-passphrase";
      if (!wrong || tries === PASSPHRASE_TRIES) throw error;
      note("This passphrase does not open the key.");
    } finally {
      passphrase.fill(0);
    }
  }
}
