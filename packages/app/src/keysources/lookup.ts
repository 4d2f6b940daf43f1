/** Looks somebody's keys up: fetches the page and reads it. */
import { type FetchOptions, fetchPage } from "./fetch.ts";
import { type KeyList, readKeys } from "./keys.ts";
import type { KeySource } from "./source.ts";

/**
 * @returns what is there, which may be no key at all
 * @throws KeySourceError, Failure for an onion service without a proxy, the signal's reason
 */
export async function lookUpKeys(source: KeySource, options: FetchOptions): Promise<KeyList> {
  return readKeys(await fetchPage(source.url, options));
}
