/** The person's own key: it signs, and opens letters where its private half is in a file. */
import { generateKeyPairSync } from "node:crypto";
import {
  fileSigner,
  KeyError,
  type PrivateKey,
  type PublicKey,
  parsePrivateKey,
  publicKeyFromSpki,
  type Signer,
  sshAgent,
} from "@asfaleia/identity";
import { readKeyFile, unlockKeyFile } from "./keyfile.ts";
import { type AgentKeys, defaultKey, type Found, namedKey } from "./keysearch.ts";
import { currentPerson } from "./person.ts";

/** A key of the person who runs this. */
export interface OwnKey {
  readonly publicKey: PublicKey;
  /** Not cleaned for display. */
  readonly comment: string;
  /** The private file; undefined where only the agent has the private half. */
  readonly file: string | undefined;
  /** Whether the agent has it. */
  readonly inAgent: boolean;
  /** Signs with it: by the agent where that has it, else from the file, which may ask for a passphrase. */
  signer(): Promise<Signer>;
  /** The private half, from the file; null where there is none. May ask for a passphrase, once. */
  privateKey(): Promise<PrivateKey | null>;
  /** Whether the file has a passphrase; false where there is no file. */
  hasPassphrase(): Promise<boolean>;
  /** Whether it would sign now without a person: no passphrase is asked for, and no button pressed. */
  signsAlone(): Promise<boolean>;
}

/**
 * The key of `-i`, or the default one.
 * @param path what -i said: a private file, or a public one whose private half is in the agent or beside it
 * @throws Failure `key`, KeyError, Interrupted
 */
export async function findOwnKey(path: string | undefined, signal: AbortSignal): Promise<OwnKey> {
  const agent = await listAgent(signal);
  return ownKey(
    path === undefined ? await defaultKey(agent, signal) : await namedKey(path, agent, signal),
    signal,
  );
}

/** What the agent has; undefined where there is none. One that does not answer counts as none, as for ssh. */
async function listAgent(signal: AbortSignal): Promise<AgentKeys | undefined> {
  const socket = currentPerson().sshAgent;
  if (!socket) return undefined;
  const agent = sshAgent(socket, { signal });
  try {
    return { agent, keys: await agent.list() };
  } catch (error) {
    if (error instanceof KeyError) return undefined;
    throw error;
  }
}

function ownKey(found: Found, signal: AbortSignal): OwnKey {
  const { named, file, agent } = found;
  let unlocking: Promise<PrivateKey> | undefined =
    found.unlocked === undefined ? undefined : Promise.resolve(found.unlocked);
  const unlock = (path: string) => (unlocking ??= unlockKeyFile(path, named, signal));
  return {
    publicKey: named.key,
    comment: named.comment,
    file,
    inAgent: agent !== undefined,
    signer: async () => {
      if (agent !== undefined && unlocking === undefined) return agent.signer(named.key);
      return fileSigner(await unlock(file as string));
    },
    privateKey: async () => (file === undefined ? null : unlock(file)),
    hasPassphrase: async () => file !== undefined && (await isLocked(file)),
    signsAlone: async () => {
      if (unlocking !== undefined) return true;
      if (agent !== undefined) return !named.key.type.startsWith("sk-");
      return file !== undefined && !(await isLocked(file));
    },
  };
}

async function isLocked(path: string): Promise<boolean> {
  const file = await readKeyFile(path);
  try {
    parsePrivateKey(file);
    return false;
  } catch (error) {
    if (error instanceof KeyError && error.code === "needs-passphrase") return true;
    throw error;
  } finally {
    file.fill(0);
  }
}

/** An ed25519 key that exists as long as this process: what letters are sent under, so that a relay cannot tell by whom. */
export function keyForThisRun(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const spki = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
  return fileSigner({ publicKey: publicKeyFromSpki(spki), keyObject: privateKey, comment: "" });
}
