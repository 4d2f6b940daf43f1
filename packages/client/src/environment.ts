/** What the engine takes from the world. All of it comes in from outside, so that a simulator can be the world. */
import type { Address } from "@asfaleia/protocol";
import type { Link } from "./link/link.ts";

export interface Clock {
  /** Milliseconds since 1970, as this machine believes. It may jump, either way. */
  now(): number;
  /**
   * Calls `act` once, `ms` milliseconds from now at the earliest, however the time of day jumps meanwhile.
   * @returns what calls it off; harmless when it has been called already
   */
  after(ms: number, act: () => void): () => void;
}

export interface Random {
  bytes(count: number): Uint8Array;
  /** At least 0, less than 1. */
  fraction(): number;
}

export interface DialOptions {
  readonly signal: AbortSignal;
  /** As in LinkOptions: it pins the relay's key where the address does not, so nobody is asked and nothing is remembered. */
  readonly pinPrefix?: Uint8Array;
}

/**
 * Opens a link to a relay whose key is proved and trusted.
 * Rejects with LinkError, RefusedError, the signal's reason, or what ended the question whether to trust.
 */
export type Dial = (relay: Address, options: DialOptions) => Promise<Link>;

/** The file system that a profile is on, in bytes: what is free for its user, and all of it. */
export interface DiskSpace {
  readonly free: number;
  readonly size: number;
}

export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly dial: Dial;
  /** Undefined where that is not known; left out for a profile that is on no disk. It is asked for every envelope. */
  readonly disk?: () => DiskSpace | undefined;
}
