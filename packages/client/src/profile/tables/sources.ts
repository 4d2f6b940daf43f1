/** Where the keys of contacts were found, and what was there at the last look. */
import type { Database } from "../database.ts";
import type { Source, SourceTable } from "../profile.ts";
import { Rows } from "../rows.ts";

type SourceRow = Omit<Source, "fingerprints"> & { readonly fingerprints: string };

export function sourceTable(db: Database): SourceTable {
  const sources = new Rows<SourceRow>(db, "sources", {
    contact: "plain",
    source: "plain",
    checkedAt: "plain",
    fingerprints: "plain",
  });
  return {
    put({ fingerprints, ...source }) {
      db.atomically(() => {
        sources.remove("contact = ? AND source = ?", source.contact, source.source);
        sources.add({ ...source, fingerprints: fingerprints.join(" ") });
      });
    },
    ofContact: (contact) =>
      sources.all("WHERE contact = ? ORDER BY source", contact).map(({ fingerprints, ...source }) => ({
        ...source,
        fingerprints: fingerprints.split(" ").filter(Boolean),
      })),
    remove(contact, source) {
      sources.remove("contact = ? AND source = ?", contact, source);
    },
  };
}
