/** What the stand-in keeps, how it seals, and the store that it keeps it in. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Signer } from "@asfaleia/identity";
import type { DeliveryState, Profile } from "../../packages/client/test/internals.ts";
import { drawKey } from "./keys.ts";
import { Seeded } from "./random.ts";

/** All that somebody needs to write to a device. */
export interface StandInCard {
  readonly device: string;
  /** Fingerprint and blob of the SSH key, in hex. */
  readonly identity: string;
  readonly blob: string;
  /** In hex. */
  readonly box: string;
  readonly relay: string;
  readonly mailbox: string;
}

export interface Content {
  readonly id: string;
  readonly n: number;
  readonly kind: "text" | "edit" | "delete" | "react" | "receipt" | "guest";
  readonly text: string;
  /** What is changed. */
  readonly to: string;
  /** What a receipt confirms. */
  readonly ids: readonly string[];
  readonly from: StandInCard;
}

export interface Peer {
  readonly id: number;
  readonly name: string;
  readonly identity: string;
  state: "contact" | "request";
  /** The first one is the one that counts. */
  readonly cards: StandInCard[];
}

export interface KeptLine {
  readonly contact: number;
  readonly isOwn: boolean;
  readonly content: Content;
}

export interface Parcel {
  readonly contact: number;
  /** Where it goes, if not to the first card of the contact. */
  readonly card?: StandInCard;
  readonly content: Content;
  state: DeliveryState;
  attempts: number;
  nextAt: number;
  readonly expiresAt: number;
}

/** An invite of one's own. */
export interface StandInInvite {
  readonly id: number;
  readonly link: string;
  /** In hex. */
  readonly secret: string;
  readonly uses: number;
  readonly ends: number;
  /** Fingerprints of those who have used it. */
  readonly guests: string[];
  isRevoked: boolean;
}

/** Somebody else's, that was answered. */
export interface StandInAnswer {
  readonly identity: string;
  secret: string;
  state: "waiting" | "used" | "ended" | "worked";
}

export interface State {
  readonly own: StandInCard;
  readonly isConfirmed: boolean;
  /** The private key of the mailbox, in hex. */
  readonly seed: string;
  sent: number;
  readonly peers: Peer[];
  readonly lines: KeptLine[];
  /** Edits and deletions, whenever they came. */
  readonly changes: Content[];
  readonly parcels: Parcel[];
  /** Ids of contents that were taken in. */
  readonly seen: string[];
  invites: StandInInvite[];
  answers: StandInAnswer[];
}

const STATE = "state";
const SIZE = 4096;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = "chacha20-poly1305";

/** A store of settings only, that keeps all of a transaction or nothing. */
export function standInProfile(): Profile {
  let values = new Map<string, string>();
  const profile = {
    transaction: <T>(work: () => T): T => {
      const before = new Map(values);
      try {
        return work();
      } catch (error) {
        values = before;
        throw error;
      }
    },
    settings: {
      get: (name: string) => values.get(name),
      set: (name: string, value: string) => void values.set(name, value),
    },
  };
  return profile as unknown as Profile;
}

export function readState(profile: Profile): State {
  return JSON.parse(profile.settings.get(STATE) ?? "null");
}

export function writeState(profile: Profile, state: State): void {
  profile.settings.set(STATE, JSON.stringify(state));
}

export function seal(content: Content, box: string, nonce: Uint8Array): Uint8Array {
  const cipher = createCipheriv(CIPHER, Buffer.from(box, "hex"), nonce, { authTagLength: TAG_BYTES });
  const text = JSON.stringify(content).padEnd(SIZE - NONCE_BYTES - TAG_BYTES);
  const sealed = [cipher.update(text, "utf8"), cipher.final()];
  return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]);
}

export function unseal(envelope: Uint8Array, box: string): Content | undefined {
  const nonce = envelope.subarray(0, NONCE_BYTES);
  const cipher = createDecipheriv(CIPHER, Buffer.from(box, "hex"), nonce, { authTagLength: TAG_BYTES });
  try {
    cipher.setAuthTag(envelope.subarray(-TAG_BYTES));
    const text = [cipher.update(envelope.subarray(NONCE_BYTES, -TAG_BYTES)), cipher.final()];
    return JSON.parse(Buffer.concat(text).toString("utf8"));
  } catch {
    return undefined;
  }
}

export function mailboxKey(seed: string): Signer {
  return drawKey(new Seeded(`mailbox ${seed}`)).signer;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
