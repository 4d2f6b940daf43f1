/** No statement walks along a whole table that grows with what is said: each finds what it wants by an index. */
import assert from "node:assert/strict";
import { after, it } from "node:test";
import {
  type Database,
  migrate,
  openMemoryDatabase,
  profileOver,
} from "../packages/client/test/profile/internals.ts";
import { profileConforms } from "./profile.ts";

const GROWING = [
  "messages",
  "deliveries",
  "files",
  "parts",
  "reactions",
  "seen",
  "receipts",
  "gaps",
  "changes",
];
/** For tests and simulators only. */
const COUNTED_BY_TESTS = ["SELECT sum(length(bytes)) FROM parts"];
/** Partial indexes: they hold what is not settled, and nothing of what is over. */
const OPEN_ONLY = ["deliveriesOpen", "deliveriesDue", "deliveriesExpiry", "filesOpen"];

const statements = new Set<string>();

/** The same database, which remembers what it was asked. */
function heard(db: Database): Database {
  return new Proxy(db, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== "function") return value;
      const isStatement = name === "run" || name === "first" || name === "all" || name === "value";
      return (...words: unknown[]): unknown => {
        if (isStatement || name === "number") statements.add(words[0] as string);
        return (value as (...all: unknown[]) => unknown).apply(target, words);
      };
    },
  });
}

profileConforms((name, work) => {
  it(name, () => {
    const db = openMemoryDatabase();
    migrate(db);
    const profile = profileOver(heard(db));
    try {
      work(profile);
    } finally {
      profile.close();
    }
  });
});

after(() => {
  const db = openMemoryDatabase();
  migrate(db);
  const walks: string[] = [];
  let plans = 0;
  for (const sql of statements) {
    if (COUNTED_BY_TESTS.some((counted) => sql.startsWith(counted))) continue;
    const cells = Array.from(sql.matchAll(/\?/g), () => 1);
    for (const { detail } of db.all(`EXPLAIN QUERY PLAN ${sql}`, ...cells)) {
      plans++;
      // An index or a row's number stands behind USING; without it, also a SEARCH for the least goes through all rows.
      const [, how, table = "", index] =
        /^(SCAN|SEARCH) (\w+)(?: USING (?:(?:COVERING )?INDEX (\w+)|\w))?/.exec(String(detail)) ?? [];
      const finds = how === "SEARCH" ? / USING /.test(String(detail)) : OPEN_ONLY.includes(index ?? "");
      const isWalk = GROWING.includes(table) && !finds;
      if (isWalk) walks.push(`${sql}\n    ${detail}`);
    }
  }
  db.close();
  assert.ok(plans > 100, `only ${plans} steps were looked at`);
  assert.deepEqual(walks, []);
});
