/** Files on their way, and their parts. */
import type { Database } from "../database.ts";
import type { FileTable, FileTransfer } from "../profile.ts";
import { Rows } from "../rows.ts";

export function fileTable(db: Database): FileTable {
  const files = new Rows<FileTransfer>(db, "files", {
    id: "plain",
    contact: "plain",
    message: "plain",
    direction: "plain",
    name: "plain",
    type: "plain",
    size: "plain",
    sha256: "plain",
    partBytes: "plain",
    state: "plain",
    createdAt: "plain",
  });
  return {
    add(file) {
      files.add(file);
    },
    get: (contact, id) => files.first("WHERE contact = ? AND id = ?", contact, id),
    update: (contact, id, state) => files.change({ state }, "contact = ? AND id = ?", contact, id),
    open: () => files.all("WHERE state IN ('offered', 'accepted') ORDER BY +number"),
    putPart(contact, id, index, bytes) {
      db.run(
        `INSERT INTO parts VALUES (?, ?, ?, ?)
          ON CONFLICT (contact, file, "index") DO UPDATE SET bytes = excluded.bytes`,
        contact,
        id,
        index,
        bytes,
      );
    },
    part(contact, id, index) {
      const bytes = db.value(
        `SELECT bytes FROM parts WHERE contact = ? AND file = ? AND "index" = ?`,
        contact,
        id,
        index,
      );
      return bytes instanceof Uint8Array ? new Uint8Array(bytes) : undefined;
    },
    parts: (contact, id) =>
      db
        .all(`SELECT "index" FROM parts WHERE contact = ? AND file = ? ORDER BY "index"`, contact, id)
        .map(({ index }) => index as number),
    removeParts(contact, id) {
      db.run("DELETE FROM parts WHERE contact = ? AND file = ?", contact, id);
    },
    bytesKept: () => db.number("SELECT sum(length(bytes)) FROM parts") ?? 0,
  };
}
