/** What is known of contents that came, and of those that did not. */
import type { Database } from "../database.ts";
import type { Gap, GapTable, Seen, SeenTable } from "../profile.ts";
import { Rows } from "../rows.ts";

export function seenTable(db: Database): SeenTable {
  const seen = new Rows<Seen>(db, "seen", {
    hash: "plain",
    device: "plain",
    contact: "optional",
    id: "plain",
    until: "plain",
  });
  return {
    get(hash) {
      const known = seen.first("WHERE hash = ?", hash);
      return known && { device: known.device, id: known.id };
    },
    add(one) {
      if (seen.addNew(one) === undefined) seen.change({ until: one.until }, "hash = ?", one.hash);
    },
    removeEnded(now) {
      seen.remove("until <= ?", now);
    },
  };
}

/** Holes of one device that are kept: it may count as it likes. */
const MAX_GAPS = 1_000;

export function gapTable(db: Database): GapTable {
  const gaps = new Rows<Gap>(db, "gaps", { device: "plain", n: "plain", since: "plain" });
  return {
    add(gap) {
      const count = db.number("SELECT count(*) FROM gaps WHERE device = ?", gap.device) ?? 0;
      if (count < MAX_GAPS) gaps.addNew(gap);
    },
    remove: (device, n) => gaps.remove("device = ? AND n = ?", device, n) > 0,
    takeOpenBefore(time) {
      return db.atomically(() => {
        const open = gaps.all("WHERE since < ? ORDER BY since, device, n", time);
        gaps.remove("since < ?", time);
        return open;
      });
    },
    nextSince: () => db.number("SELECT min(since) FROM gaps"),
  };
}
