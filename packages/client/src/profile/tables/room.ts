/** How much of the disk what others said takes. The triggers of the schema count it. */
import type { Database } from "../database.ts";
import type { RoomTable } from "../profile.ts";

export function roomTable(db: Database): RoomTable {
  return {
    taken: (contact) => db.number("SELECT bytes FROM room WHERE contact = ?", contact) ?? 0,
    fullAt: (contact) =>
      db.number("SELECT fullAt FROM room WHERE contact = ? AND fullAt IS NOT NULL", contact),
    setFull(contact, isFull) {
      db.run("INSERT INTO room (contact) VALUES (?) ON CONFLICT (contact) DO NOTHING", contact);
      db.run("UPDATE room SET fullAt = iif(?, bytes, NULL) WHERE contact = ?", Number(isFull), contact);
    },
    full: () =>
      db
        .all("SELECT contact FROM room WHERE fullAt IS NOT NULL ORDER BY contact")
        .map(({ contact }) => contact as number),
    spare: () => (db.number("PRAGMA freelist_count") ?? 0) * (db.number("PRAGMA page_size") ?? 0),
  };
}
