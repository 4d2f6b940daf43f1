/** Whether a source shows the keys it showed before. */

export interface KeyChange {
  /**
   * `same`: the very keys. `changed`: some are the same. `replaced`: none is. `empty`: there is no key at all, which may
   * be a slip, a removed account or a lie of the host, and never means that all is well.
   */
  readonly kind: "same" | "changed" | "replaced" | "empty";
  /** Fingerprints, as the three below, in the order of what is there now; `gone` in that of before. */
  readonly same: readonly string[];
  readonly added: readonly string[];
  readonly gone: readonly string[];
}

/**
 * Compares fingerprints; their order and repetitions mean nothing.
 * @param before what was pinned
 * @param now of the usable keys that are there
 */
export function compareKeys(before: Iterable<string>, now: Iterable<string>): KeyChange {
  const [old, current] = [new Set(before), new Set(now)];
  const same = [...current].filter((each) => old.has(each));
  const added = [...current].filter((each) => !old.has(each));
  const gone = [...old].filter((each) => !current.has(each));
  return { kind: kindOf(same.length, added.length, gone.length), same, added, gone };
}

function kindOf(same: number, added: number, gone: number): KeyChange["kind"] {
  if (same + added === 0) return "empty";
  if (added + gone === 0) return "same";
  return same === 0 ? "replaced" : "changed";
}
