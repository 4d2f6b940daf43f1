/** The file with the key of the database: sealed, or as it is. */
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { ProfileError } from "./errors.ts";
import { NEW_KEY_FILE, PLAIN_KEY_FILE, SEALED_KEY_FILE, syncFolder, writeNewFile } from "./folder.ts";
import {
  openWithPassphrase,
  openWithSsh,
  type Seal,
  sealKind,
  sealWithPassphrase,
  sealWithSsh,
  type Unlock,
} from "./sealed.ts";

/** How the key of a profile is kept. `none`: whoever reads the files reads everything. */
export type Protection = { readonly kind: "none" } | Seal;

/** The largest, a letter under an SSH key, has 4,096 bytes. */
const MAX_KEY_FILE_BYTES = 16 * 1024;

/**
 * What is written into the key file: 64 hex digits and a line feed, sealed or as they are.
 * @throws LetterError `no-letter-form`; RangeError for an empty passphrase
 */
export async function sealKey(key: Uint8Array, protection: Protection): Promise<Uint8Array> {
  const text = Buffer.from(`${Buffer.from(key).toString("hex")}\n`);
  switch (protection.kind) {
    case "none":
      return text;
    case "passphrase":
      return sealWithPassphrase(text, protection);
    case "ssh":
      return sealWithSsh(text, protection.publicKey, new Date());
  }
}

/** Writes the key file, whole or not at all: with it there is a profile. */
export async function writeKeyFile(
  folder: string,
  sealed: Uint8Array,
  kind: Protection["kind"],
): Promise<void> {
  const draft = join(folder, NEW_KEY_FILE);
  await writeNewFile(draft, sealed);
  await rename(draft, join(folder, kind === "none" ? PLAIN_KEY_FILE : SEALED_KEY_FILE));
  await syncFolder(folder);
}

interface KeyFile {
  readonly kind: Protection["kind"];
  readonly bytes: Uint8Array;
}

/** @throws ProfileError `not-found`, `damaged` */
export async function readKeyFile(folder: string): Promise<KeyFile> {
  const sealed = await bytesOf(join(folder, SEALED_KEY_FILE));
  const plain = await bytesOf(join(folder, PLAIN_KEY_FILE));
  if (sealed !== undefined && plain !== undefined)
    throw new ProfileError("damaged", { detail: "two key files" });
  if (plain !== undefined) return { kind: "none", bytes: plain };
  if (sealed === undefined) throw new ProfileError("not-found");
  const kind = sealKind(sealed);
  if (kind === undefined) throw damagedKey();
  return { kind, bytes: sealed };
}

/** @returns 32 bytes. @throws ProfileError `wrong-key`, `damaged` */
export async function unlockKey({ kind, bytes }: KeyFile, unlock: Unlock): Promise<Uint8Array> {
  const text = Buffer.from(await unlocked(kind, bytes, unlock)).toString("latin1");
  if (!/^[0-9a-f]{64}\n$/.test(text)) throw damagedKey();
  return Buffer.from(text.slice(0, -1), "hex");
}

async function unlocked(kind: Protection["kind"], bytes: Uint8Array, unlock: Unlock): Promise<Uint8Array> {
  switch (kind) {
    case "none":
      return bytes;
    case "passphrase":
      return openWithPassphrase(bytes, unlock);
    case "ssh":
      return openWithSsh(bytes, unlock);
  }
}

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_KEY_FILE_BYTES) throw damagedKey();
    return bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function damagedKey(): ProfileError {
  return new ProfileError("damaged", { detail: "its key file cannot be read" });
}
