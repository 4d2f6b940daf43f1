/** The log of what happened to a contact's keys. */
import type { Database } from "../database.ts";
import type { Change, ChangeTable } from "../profile.ts";
import { Rows } from "../rows.ts";

/** Of one contact; the oldest go. */
export const MAX_CHANGES = 1000;

export function changeTable(db: Database): ChangeTable {
  const changes = new Rows<Change>(db, "changes", {
    at: "plain",
    contact: "plain",
    kind: "plain",
    about: "plain",
  });
  return {
    add(change) {
      db.atomically(() => {
        changes.add(change);
        changes.remove(
          `contact = ? AND row <= (SELECT row FROM changes WHERE contact = ?
            ORDER BY row DESC LIMIT 1 OFFSET ${MAX_CHANGES})`,
          change.contact,
          change.contact,
        );
      });
    },
    of: (contact) => changes.all("WHERE contact = ? ORDER BY row", contact),
  };
}
