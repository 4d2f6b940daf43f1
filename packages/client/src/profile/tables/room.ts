/** How much of the disk what others said takes. The triggers of the schema count it. */
import type { Database } from "../database.ts";
import type { RoomTable } from "../profile.ts";

export function roomTable(db: Database): RoomTable {
  return {
    taken: (contact) => db.number("SELECT bytes FROM room WHERE contact = ?", contact) ?? 0,
    isFull: (contact) => db.value("SELECT 1 FROM room WHERE contact = ? AND isFull = 1", contact) === 1,
    setFull(contact, isFull) {
      db.run(
        `INSERT INTO room (contact, isFull) VALUES (?, ?)
          ON CONFLICT (contact) DO UPDATE SET isFull = excluded.isFull`,
        contact,
        Number(isFull),
      );
    },
    full: () =>
      db
        .all("SELECT contact FROM room WHERE isFull = 1 ORDER BY contact")
        .map(({ contact }) => contact as number),
    spare: () => (db.number("PRAGMA freelist_count") ?? 0) * (db.number("PRAGMA page_size") ?? 0),
  };
}
