/** What is about a message: reactions to it, and changes that came before it. */
import type { Database } from "../database.ts";
import type { EarlyChange, MessageTable, Reaction } from "../profile.ts";
import { Rows, type Shape } from "../rows.ts";

/** The oldest go. */
export const MAX_EARLY_CHANGES = 64;

export const REACTION_SHAPE: Shape<Reaction> = { target: "plain", by: "plain", emoji: "plain" };

type Reactions = Pick<MessageTable, "putReaction" | "removeReaction" | "reactions">;

export function reactions(db: Database): Reactions {
  const rows = new Rows<Reaction>(db, "reactions", REACTION_SHAPE);
  return {
    putReaction(contact, { target, by, emoji }) {
      db.run(
        `INSERT INTO reactions VALUES (?, ?, ?, ?)
          ON CONFLICT (contact, target, "by") DO UPDATE SET emoji = excluded.emoji`,
        contact,
        target,
        by,
        emoji,
      );
    },
    removeReaction(contact, target, by) {
      rows.remove(`contact = ? AND target = ? AND "by" = ?`, contact, target, by);
    },
    reactions: (contact, target) =>
      rows.all("WHERE contact = ? AND target = ? ORDER BY rowid", contact, target),
  };
}

type EarlyChanges = Pick<MessageTable, "addEarly" | "takeEarly">;

export function earlyChanges(db: Database): EarlyChanges {
  const rows = new Rows<EarlyChange>(db, "early", {
    contact: "plain",
    target: "plain",
    sender: "plain",
    content: "plain",
    arrivedAt: "plain",
  });
  return {
    addEarly(change) {
      db.atomically(() => {
        rows.add(change);
        rows.remove(
          `contact = ? AND number NOT IN
            (SELECT number FROM early WHERE contact = ? ORDER BY number DESC LIMIT ${MAX_EARLY_CHANGES})`,
          change.contact,
          change.contact,
        );
      });
    },
    takeEarly(contact, target) {
      return db.atomically(() => {
        const waiting = rows.all("WHERE contact = ? AND target = ? ORDER BY number", contact, target);
        rows.remove("contact = ? AND target = ?", contact, target);
        return waiting;
      });
    },
  };
}
