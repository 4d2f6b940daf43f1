/** Looks for a key as ssh does: what -i names, or else the agent and the default files. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import {
  type Agent,
  KeyError,
  type NamedKey,
  type PrivateKey,
  type PublicKey,
  parsePrivateKey,
  publicKeyFromText,
  sameKey,
} from "@asfaleia/identity";
import { EXIT, Failure } from "./exit.ts";
import { userHome } from "./home.ts";
import { isPrivate, readKeyFile, readPublicFile, unlockKeyFile } from "./keyfile.ts";

/** What ssh looks for, less the types that it no longer has. */
const DEFAULT_FILES = ["id_ed25519", "id_ecdsa", "id_rsa"];

/** A key that was found, not yet unlocked. */
export interface Found {
  readonly named: NamedKey;
  /** The private file. */
  readonly file: string | undefined;
  /** The agent, where it holds the key. */
  readonly agent: Agent | undefined;
  /** Where the file had no passphrase, or has been opened already. */
  readonly unlocked?: PrivateKey | undefined;
}

/** An agent that has answered. */
export interface AgentKeys {
  readonly agent: Agent;
  readonly keys: readonly NamedKey[];
}

function agentOf(keys: AgentKeys | undefined, key: PublicKey): Agent | undefined {
  return keys?.keys.some((one) => sameKey(one.key, key)) ? keys.agent : undefined;
}

/**
 * The key of `-i`.
 * @param path a private file, or a public one whose private half is in the agent or beside it
 * @throws Failure `key`, KeyError, Interrupted
 */
export async function namedKey(
  path: string,
  agent: AgentKeys | undefined,
  signal: AbortSignal,
): Promise<Found> {
  // As ssh: the public file stands for a private one that is not there.
  const bytes = (await readIfThere(path)) ?? (await readIfThere(`${path}.pub`)) ?? (await readKeyFile(path));
  if (isPrivate(bytes)) return privateFile(path, bytes, agent, signal);
  const named = publicKeyFromText(Buffer.from(bytes).toString("utf8"));
  const found = { named, agent: agentOf(agent, named.key) };
  const beside = path.endsWith(".pub") ? path.slice(0, -".pub".length) : undefined;
  const file = beside !== undefined && (await holdsPrivateKey(beside)) ? beside : undefined;
  if (file === undefined && found.agent === undefined) {
    throw new Failure(
      EXIT.key,
      `${path} is a public key, and its private half is neither in the ssh-agent nor beside it`,
    );
  }
  return { ...found, file };
}

/** A private file tells its public half by itself, by the public file beside it, or once it is unlocked. */
async function privateFile(
  path: string,
  bytes: Uint8Array,
  agent: AgentKeys | undefined,
  signal: AbortSignal,
): Promise<Found> {
  try {
    const unlocked = parsePrivateKey(bytes);
    const named = { key: unlocked.publicKey, comment: unlocked.comment };
    return { named, file: path, agent: agentOf(agent, named.key), unlocked };
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    const beside = await readPublicFile(`${path}.pub`);
    // The file of a security key holds a handle only; the agent works with it.
    if (error.code === "unsupported-key" && beside !== undefined) {
      const holder = agentOf(agent, beside.key);
      if (holder !== undefined) return { named: beside, file: undefined, agent: holder };
    }
    if (error.code !== "needs-passphrase") throw error;
    if (beside !== undefined) return { named: beside, file: path, agent: agentOf(agent, beside.key) };
  } finally {
    bytes.fill(0);
  }
  const unlocked = await unlockKeyFile(path, undefined, signal);
  const named = { key: unlocked.publicKey, comment: unlocked.comment };
  return { named, file: path, agent: agentOf(agent, named.key), unlocked };
}

async function holdsPrivateKey(path: string): Promise<boolean> {
  try {
    const bytes = await readKeyFile(path);
    const answer = isPrivate(bytes);
    bytes.fill(0);
    return answer;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

/**
 * The key that ssh would try first (pubkey_prepare in sshconnect2.c): the agent's keys that are in a default file, the
 * agent's others, files.
 * @throws Failure `key`, KeyError, Interrupted
 */
export async function defaultKey(agent: AgentKeys | undefined, signal: AbortSignal): Promise<Found> {
  const files = DEFAULT_FILES.map((name) => join(userHome(), ".ssh", name));
  for (const file of agent === undefined ? [] : files) {
    const named = await publicHalf(file);
    const holder = named && agentOf(agent, named.key);
    if (named && holder) {
      return { named, file: (await holdsPrivateKey(file)) ? file : undefined, agent: holder };
    }
  }
  const first = agent?.keys[0];
  if (first !== undefined) return { named: first, file: undefined, agent: agent?.agent };
  for (const file of files) {
    const bytes = await readIfThere(file);
    if (bytes !== undefined) return privateFile(file, bytes, undefined, signal);
  }
  throw new Failure(
    EXIT.key,
    "no SSH key in an ssh-agent or in ~/.ssh: make one with ssh-keygen -t ed25519, or name one with -i",
  );
}

/** The public half of a private file, as far as it is known without a passphrase. */
async function publicHalf(file: string): Promise<NamedKey | undefined> {
  const beside = await readPublicFile(`${file}.pub`);
  if (beside !== undefined) return beside;
  try {
    const bytes = await readIfThere(file);
    if (bytes === undefined) return undefined;
    const { publicKey: key, comment } = parsePrivateKey(bytes);
    bytes.fill(0);
    return { key, comment };
  } catch (error) {
    if (error instanceof KeyError || error instanceof Failure) return undefined;
    throw error;
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    await access(path);
  } catch {
    return undefined;
  }
  return readKeyFile(path);
}
