/** What a spoken code is turned into: its mailbox, its password for SPAKE2, and the keys of the cards (docs/messaging.md, "Spoken codes"). */
import { hkdfSync, scryptSync } from "node:crypto";
import { type Agreement, scalarFrom, WIDE_BYTES } from "./spake2.ts";
import type { SpokenCode } from "./spokencode.ts";

export type Side = "inviter" | "guest";

const SEED_BYTES = 32;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const NOTHING = new Uint8Array(0);
/** RFC 7914: 16 MiB and some 50 ms. RFC 9382 section 3.2 asks for such a hash; of 65,536 words it protects none for long. */
const SCRYPT = { N: 2 ** 14, r: 8, p: 1 };

/**
 * The private key of the mailbox at which the two sides meet: it can be had by everybody who knows the number.
 * @param relay the fingerprint of the relay's proved key
 * @returns 32 bytes, a seed for `mailboxSigner`
 */
export function rendezvousSeed(relay: string, number: string): Uint8Array {
  return new Uint8Array(
    hkdfSync("sha256", Buffer.from(number), Buffer.from(relay), "asfaleia/1 code mailbox", SEED_BYTES),
  );
}

/** The inviter is A, the guest is B. Who meets at another relay, under another number or in another role agrees on nothing. */
export function agreementOf(relay: string, { number, words }: SpokenCode): Agreement {
  const salt = `asfaleia/1 code words ${relay} ${number}`;
  return {
    w: scalarFrom(scryptSync(words.join("-"), salt, WIDE_BYTES, SCRYPT)),
    idA: Buffer.from(`asfaleia/1 code inviter ${relay} ${number}`),
    idB: Buffer.from(`asfaleia/1 code guest ${relay} ${number}`),
  };
}

export interface CardKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

/** What seals the card of one side, and nothing else. @param shared what SPAKE2 agreed on */
export function cardKey(shared: Uint8Array, of: Side): CardKey {
  const info = `asfaleia/1 code card of the ${of}`;
  const bytes = new Uint8Array(hkdfSync("sha256", shared, NOTHING, info, KEY_BYTES + NONCE_BYTES));
  return { key: bytes.subarray(0, KEY_BYTES), nonce: bytes.subarray(KEY_BYTES) };
}
