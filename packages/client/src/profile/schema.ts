/** Which tables there are, and how a database of an older version becomes one of this version. */
import type { Database } from "./database.ts";
import { ProfileError } from "./errors.ts";
import { VERSION_1 } from "./schema/version1.ts";
import { VERSION_2 } from "./schema/version2.ts";
import { VERSION_3 } from "./schema/version3.ts";

/** The SQL that leads to version 1, 2, … A step that was released is never changed. */
export const SCHEMA_STEPS: readonly string[] = [VERSION_1, VERSION_2, VERSION_3];

/** @returns 0 for a database without tables */
export function schemaVersion(db: Database): number {
  return db.number("PRAGMA user_version") ?? 0;
}

/**
 * Brings a database to the newest version, each step whole or not at all.
 * @throws ProfileError `newer-version`; what `Database` throws
 */
export function migrate(db: Database, steps: readonly string[] = SCHEMA_STEPS): void {
  const version = schemaVersion(db);
  if (version > steps.length) throw new ProfileError("newer-version");
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.script(step);
      db.script(`PRAGMA user_version = ${index + 1}`);
    });
  }
}
