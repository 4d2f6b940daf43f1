/** Opens a profile and a messenger on it, for as long as a verb works, and closes both whatever happens. */

import type { Messenger, Profile, Protection, Unlock } from "@asfaleia/client/messenger";
import { type PublicKey, publicKeyFromBlob, type Signer, sameKey } from "@asfaleia/identity";
import { EXIT, Failure, usage } from "../exit.ts";
import { note } from "../io.ts";
import { findOwnKey, type OwnKey } from "../keys.ts";
import { canAsk } from "../person.ts";
import { Dialling } from "./dialling.ts";
import { realEnvironment } from "./environment.ts";
import { keyBeside, keyInside } from "./keymemo.ts";
import { unlockWith } from "./protection.ts";
import { needProfile, type ProfileValues, type Where, whereIs } from "./where.ts";

export interface Opened {
  readonly where: Where;
  readonly profile: Profile;
  readonly messenger: Messenger;
  readonly dialling: Dialling;
  readonly protection: Protection["kind"] | "memory";
  readonly signal: AbortSignal;
  /** The SSH key of the profile. */
  readonly key: () => Promise<OwnKey>;
}

/** The sessions and the database; loaded when a verb needs them, since that takes its time. */
export function loadMessenger(): Promise<typeof import("@asfaleia/client/messenger")> {
  return import("@asfaleia/client/messenger");
}

/** The bytes of a card that was given as text. @throws Failure `usage` */
export async function readCard(text: string): Promise<Uint8Array> {
  const { readCardText } = await loadMessenger();
  const card = readCardText(text);
  if (card !== undefined) return card;
  throw usage("the card is damaged: take it as it was given, from its first line to its last");
}

/** As ssh's NumberOfPasswordPrompts. */
const PASSPHRASE_TRIES = 3;

export interface OpenOptions {
  /** What else can be said where there is no profile. */
  readonly otherwise?: string;
  /** Publishes the card again where a relay has lost it, if the SSH key signs without a person. */
  readonly staysPublished?: boolean;
}

/**
 * Runs `work` with the messenger of a profile.
 * @throws Failure, ProfileError, Interrupted, the signal's reason, and what `work` throws
 */
export async function withMessenger<T>(
  values: ProfileValues,
  signal: AbortSignal,
  work: (opened: Opened) => Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  const where = whereIs(values);
  needProfile(where, options.otherwise);
  const profile = await openStored(where, values, signal);
  const { protectionOf } = await loadMessenger();
  const key = keyOf(profile, values, signal);
  try {
    const protection = await protectionOf(where.folder);
    return await runWith({ where, profile, protection, key, signal }, values, work, options);
  } finally {
    profile.close();
  }
}

/** Opens the store only. @throws Failure, ProfileError, Interrupted */
export async function openStored(where: Where, values: ProfileValues, signal: AbortSignal): Promise<Profile> {
  const { openProfile, ProfileError, protectionOf } = await loadMessenger();
  const isTyped = (await protectionOf(where.folder)) === "passphrase" && canAsk();
  for (let tries = 1; ; tries++) {
    try {
      return await openProfile(where.folder, unlockStored(where, values, signal));
    } catch (error) {
      const isWrong = error instanceof ProfileError && error.code === "wrong-key";
      if (!isWrong || !isTyped || tries === PASSPHRASE_TRIES) throw error;
      note("This passphrase does not open the profile.");
    }
  }
}

/** What opens a stored profile. */
export function unlockStored(where: Where, values: ProfileValues, signal: AbortSignal): Unlock {
  let found: Promise<OwnKey> | undefined;
  const key = () => (found ??= keyBeside(where).then((path) => findOwnKey(values.identity ?? path, signal)));
  return unlockWith(where, key, signal);
}

/** Opens the messenger on a profile that is open, and closes it again. */
export async function runWith<T>(
  opened: Omit<Opened, "messenger" | "dialling">,
  values: ProfileValues,
  work: (opened: Opened) => Promise<T>,
  { staysPublished = false }: OpenOptions = {},
): Promise<T> {
  const { openMessenger } = await loadMessenger();
  const publisher = staysPublished ? await lonelySigner(opened.key) : undefined;
  const trusting = { home: opened.where.home, acceptNew: values["accept-new"] === true };
  const dialling = new Dialling(trusting);
  const messenger = openMessenger({
    profile: opened.profile,
    environment: realEnvironment(
      dialling.dial,
      opened.protection === "memory" ? undefined : opened.where.folder,
    ),
    ...(publisher === undefined ? {} : { publisher }),
  });
  try {
    return await work({ ...opened, messenger, dialling });
  } finally {
    await messenger.close();
  }
}

/** Signs without a person; undefined where the key cannot, or is not here. */
export async function lonelySigner(key: Opened["key"]): Promise<Signer | undefined> {
  try {
    const own = await key();
    return (await own.signsAlone()) ? await own.signer() : undefined;
  } catch (error) {
    if (error instanceof Failure || (error instanceof Error && error.name === "KeyError")) return undefined;
    throw error;
  }
}

/** Finds the SSH key of a profile, once; it must be the one that the profile was made with. */
export function keyOf(profile: Profile, values: ProfileValues, signal: AbortSignal): () => Promise<OwnKey> {
  let found: Promise<OwnKey> | undefined;
  return () => (found ??= find());

  async function find(): Promise<OwnKey> {
    const key = await findOwnKey(values.identity ?? keyInside(profile), signal);
    if (sameKey(key.publicKey, ownIdentity(profile))) return key;
    throw new Failure(
      EXIT.key,
      "this is not the SSH key that the profile was made with: name that one with -i",
    );
  }
}

/** @throws Failure `profile` where `init` has not ended */
export function ownIdentity(profile: Profile): PublicKey {
  const own = profile.own.get();
  if (own !== undefined) return publicKeyFromBlob(own.identity);
  throw new Failure(
    EXIT.profile,
    "the profile has no key: its init was broken off. asfaleia wipe removes it",
  );
}

/** Signs with the SSH key of the profile. */
export async function signerOf(opened: Opened): Promise<Signer> {
  return (await opened.key()).signer();
}
