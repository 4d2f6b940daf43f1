/** A profile of which nothing is ever on disk: it is gone when it is closed, or with the process. */
import { openMemoryDatabase } from "./database.ts";
import type { Profile } from "./profile.ts";
import { migrate } from "./schema.ts";
import { profileOver } from "./store.ts";

export function openMemoryProfile(): Profile {
  const db = openMemoryDatabase();
  migrate(db);
  return profileOver(db);
}
