/** Makes a profile: this installation becomes a device of an SSH key. */
import type { InitOptions, Profile, Protection } from "@asfaleia/client/messenger";
import { fingerprint, type PublicKey, sameKey } from "@asfaleia/identity";
import { type Address, formatAddress } from "@asfaleia/protocol";
import { failureOf } from "../exit.ts";
import { makePrivateFolder } from "../home.ts";
import { note } from "../io.ts";
import { keyForThisRun, type OwnKey } from "../keys.ts";
import { dialTrusted, type Trusting } from "../relays.ts";
import { realEnvironment } from "./environment.ts";
import { rememberKey, removeKeyBeside } from "./keymemo.ts";
import { loadMessenger } from "./open.ts";
import type { Where } from "./where.ts";

export interface Making {
  readonly key: OwnKey;
  readonly relays: readonly Address[];
  readonly name: string | undefined;
  /** A card of another device of the same key, where somebody gave one. */
  readonly link: Uint8Array | undefined;
  /** The other devices of the key are lost. */
  readonly replaces: boolean;
  readonly publish: boolean;
}

/** What the relays say before the profile is made. */
export interface Surveyed {
  /** Each with its key. */
  readonly relays: readonly Address[];
  /** A card of another device of this key. */
  readonly link: Uint8Array | undefined;
}

/**
 * Pins the keys of the relays, and asks them, unless nothing is to be published, whether the SSH key has a device already. A relay that is pinned and not
 * there is put up with: the profile can be made without it.
 * @throws Failure, LinkError, KnownRelaysError, Interrupted for a relay whose key is not known
 */
export async function surveyRelays(
  making: Making,
  trusting: Trusting,
  signal: AbortSignal,
): Promise<Surveyed> {
  let link = making.link;
  const relays: Address[] = [];
  for (const relay of making.relays) {
    try {
      const answer = await askRelay(relay, making, trusting, signal);
      relays.push(answer.pinned);
      link ??= answer.card;
    } catch (error) {
      if (relay.fingerprint === undefined || signal.aborted) throw error;
      note(
        `${formatAddress(relay)} cannot be asked whether this key has another device: ${failureOf(error).message}`,
      );
      relays.push(relay);
    }
  }
  return { relays, link };
}

async function askRelay(
  relay: Address,
  { key, publish }: Making,
  trusting: Trusting,
  signal: AbortSignal,
): Promise<{ pinned: Address; card: Uint8Array | undefined }> {
  const connection = await dialTrusted(relay, trusting, signal);
  try {
    const pinned = { ...relay, fingerprint: connection.relay.fingerprint };
    // Whoever wants no card at relays wants them to hear nothing of the SSH key either.
    if (!publish) return { pinned, card: undefined };
    const token = await connection.authenticate(keyForThisRun());
    const documents = await connection.lookup(token, fingerprint(key.publicKey));
    return { pinned, card: await cardAmong(documents, key.publicKey) };
  } finally {
    connection.close();
  }
}

/** A relay may show anything: only a card of this very key, which stands on its own list, counts. */
async function cardAmong(
  documents: readonly { readonly document: Uint8Array }[],
  key: PublicKey,
): Promise<Uint8Array | undefined> {
  const { openCard } = await loadMessenger();
  for (const { document } of documents) {
    try {
      const card = openCard(document, Date.now());
      if (card.isListed && sameKey(card.identity, key)) return document;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "FormatError") throw error;
    }
  }
  return undefined;
}

/**
 * Makes the stored profile. Where anything fails, nothing of it remains.
 * @returns it, open
 */
export async function makeProfile(
  where: Where,
  making: Making,
  surveyed: Surveyed,
  protection: Protection,
  identity: string | undefined,
): Promise<Profile> {
  const { createProfile, wipeProfile } = await loadMessenger();
  await makePrivateFolder(where.home);
  const profile = await createProfile(where.folder, protection).catch(async (error: unknown) => {
    if (!isTaken(error)) await wipeProfile(where.folder).catch(() => {});
    throw error;
  });
  try {
    await fillProfile(profile, making, surveyed);
    if (identity !== undefined) await rememberKey(where, profile, identity, protection.kind === "ssh");
    return profile;
  } catch (error) {
    profile.close();
    await removeKeyBeside(where);
    await wipeProfile(where.folder);
    throw error;
  }
}

/** What is there is somebody's, and not what was left behind by us. */
function isTaken(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "exists" || code === "in-use" || code === "unsafe-folder";
}

/** Makes the device and its certificate in a profile that is empty. */
export async function fillProfile(
  profile: Profile,
  making: Making,
  { relays, link }: Surveyed,
): Promise<void> {
  const { initProfile } = await loadMessenger();
  const environment = realEnvironment(() =>
    Promise.reject(new Error("nothing is dialled while a profile is made")),
  );
  const options: InitOptions = {
    profile,
    environment,
    signer: await making.key.signer(),
    relays,
    ...(making.name === undefined ? {} : { name: making.name }),
    ...(link === undefined ? {} : { link }),
    ...(making.replaces ? { replaces: true } : {}),
  };
  await initProfile(options);
}
