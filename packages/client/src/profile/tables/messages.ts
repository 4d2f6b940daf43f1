/** The lines of conversations, in order, and what search finds in them. */
import type { Database } from "../database.ts";
import type { Message, MessageTable } from "../profile.ts";
import { Rows, type Shape } from "../rows.ts";
import { earlyChanges, reactions } from "./onmessages.ts";

/** Room between two lines of a conversation: one that comes late halves it, and one for whom there is none makes some. */
const STRIDE = 2 ** 20;

export const MESSAGE_ID_BYTES = 16;
const MIN_PREFIX_BYTES = 2;
/** Enough to tell one from several, and to show which. */
const MAX_PREFIX_MATCHES = 3;
/** Of what is searched for; more are not looked at. */
const MAX_SEARCH_WORDS = 64;

export const MESSAGE_SHAPE: Shape<Message> = {
  row: "plain",
  contact: "plain",
  id: "plain",
  sender: "plain",
  isOwn: "boolean",
  n: "plain",
  at: "plain",
  arrivedAt: "plain",
  until: "optional",
  readAt: "optional",
  kind: "plain",
  body: "plain",
  text: "optional",
  editedAt: "optional",
  isDeleted: "boolean",
};

const UNREAD = "contact = ? AND isOwn = 0 AND readAt IS NULL";
const EXPIRED = "SELECT row FROM messages WHERE until <= ? ORDER BY until, row LIMIT ?";

export function messageTable(db: Database): MessageTable {
  const messages = new Rows<Message & { readonly position?: number }>(db, "messages", {
    ...MESSAGE_SHAPE,
    position: "optional",
  });
  const lines = new Rows<Message>(db, "messages", MESSAGE_SHAPE);
  const heads = new Rows<Pick<Message, "id" | "sender">>(db, "messages", { id: "plain", sender: "plain" });

  return {
    add(message) {
      return db.atomically(() => {
        const { contact, id, sender, n } = message;
        if (
          db.value("SELECT 1 FROM messages WHERE id = ? AND contact = ? AND sender = ?", id, contact, sender)
        ) {
          return undefined;
        }
        const { row: _, ...others }: Partial<Message> = message;
        const row = messages.add({ ...others, position: positionFor(db, contact, sender, n) });
        return lines.first("WHERE row = ?", row);
      });
    },
    // Another sender may repeat the id of a message it has seen: the first one is the one meant.
    get: (contact, id) => lines.first("WHERE id = ? AND contact = ? ORDER BY row LIMIT 1", id, contact),
    byPrefix(prefix) {
      if (prefix.length < MIN_PREFIX_BYTES || prefix.length > MESSAGE_ID_BYTES) {
        throw new RangeError("an id begins with 2 to 16 bytes");
      }
      const highest = new Uint8Array(MESSAGE_ID_BYTES).fill(0xff);
      highest.set(prefix);
      return lines.all("WHERE id BETWEEN ? AND ? ORDER BY row LIMIT ?", prefix, highest, MAX_PREFIX_MATCHES);
    },
    update: (row, changes) => lines.change(changes, "row = ?", row),
    remove(row) {
      lines.remove("row = ?", row);
    },
    last(contact, limit, before) {
      const found =
        before === undefined
          ? lines.all("WHERE contact = ? ORDER BY position DESC LIMIT ?", contact, limit)
          : lines.all(
              `WHERE contact = ? AND position < (SELECT position FROM messages WHERE row = ? AND contact = ?)
                ORDER BY position DESC LIMIT ?`,
              contact,
              before,
              contact,
              limit,
            );
      return found.reverse();
    },
    following: (contact, limit, after) =>
      lines.all(
        `WHERE contact = ? AND position > (SELECT position FROM messages WHERE row = ? AND contact = ?)
          ORDER BY position LIMIT ?`,
        contact,
        after,
        contact,
        limit,
      ),
    search(words, limit) {
      const query = searchQuery(db, words);
      if (query === undefined) return [];
      return lines.all(
        `WHERE row IN (SELECT rowid FROM messageWords WHERE messageWords MATCH ? ORDER BY rowid DESC LIMIT ?)
          ORDER BY row DESC`,
        query,
        limit,
      );
    },
    unread: (contact, limit) => lines.all(`WHERE ${UNREAD} ORDER BY position LIMIT ?`, contact, limit),
    countUnread: (contact) => db.number(`SELECT count(*) FROM messages WHERE ${UNREAD}`, contact) ?? 0,
    readAll(contact, at) {
      return db.atomically(() => {
        const unread = heads.all(`WHERE ${UNREAD} ORDER BY position`, contact);
        lines.change({ readAt: at }, UNREAD, contact);
        return unread;
      });
    },
    removeExpired(now, limit) {
      return db.atomically(() => {
        const expired = lines.all(`WHERE row IN (${EXPIRED}) ORDER BY until, row`, now, limit);
        lines.remove(`row IN (${EXPIRED})`, now, limit);
        return expired;
      });
    },
    removeArrivedBefore: (contact, time, limit) =>
      lines.remove(
        "row IN (SELECT row FROM messages WHERE contact = ? AND arrivedAt < ? ORDER BY arrivedAt LIMIT ?)",
        contact,
        time,
        limit,
      ),
    nextExpiry: () => db.number("SELECT min(until) FROM messages WHERE until IS NOT NULL"),
    ...reactions(db),
    ...earlyChanges(db),
  };
}

/** Right before the first of the sender's later ones, or at the end. What is not counted (n is 0) is never late. */
function positionFor(db: Database, contact: number, sender: string, n: number): number {
  const later =
    n === 0
      ? undefined
      : db.number(
          "SELECT position FROM messages WHERE contact = ? AND sender = ? AND n > ? ORDER BY n, position LIMIT 1",
          contact,
          sender,
          n,
        );
  if (later === undefined) {
    return (db.number("SELECT max(position) FROM messages WHERE contact = ?", contact) ?? 0) + STRIDE;
  }
  const earlier =
    db.number("SELECT max(position) FROM messages WHERE contact = ? AND position < ?", contact, later) ?? 0;
  if (later - earlier > 1) return earlier + Math.floor((later - earlier) / 2);
  db.run(
    "UPDATE messages SET position = position + ? WHERE contact = ? AND position >= ?",
    STRIDE,
    contact,
    later,
  );
  return earlier + Math.floor((later + STRIDE - earlier) / 2);
}

/** Each word as a phrase in quotation marks, in which nothing has a meaning to FTS5; undefined for no word at all. */
function searchQuery(db: Database, words: string): string | undefined {
  const phrases = words
    .split(/[\s\0]+/u, MAX_SEARCH_WORDS)
    .map((word) => db.words(word).map((part) => part.replaceAll('"', '""')))
    .filter((parts) => parts.length > 0)
    .map((parts) => `"${parts.join(" ")}"`);
  return phrases.length === 0 ? undefined : `${phrases.join(" ")} *`;
}
