/** Contents on their way to devices, and the receipts that are owed for those that arrived. */
import type { Database } from "../database.ts";
import type { Delivery, DeliveryTable, ReceiptDue, ReceiptTable } from "../profile.ts";
import { Rows, type Shape } from "../rows.ts";

const OPEN = "state IN ('queued', 'at-relay')";
/** Open ones that are told of. */
const MAX_SHOWN = 1_000;
/** A line of a conversation, and no change of one. */
const SHOWN =
  "EXISTS (SELECT 1 FROM messages WHERE messages.contact = deliveries.contact AND messages.id = deliveries.id)";
const DUE = `${OPEN} AND device <> ''`;

/** A delivery without what is said in it, which can be long. */
type Head = Omit<Delivery, "content" | "ciphertext">;

const HEAD: Shape<Head> = {
  row: "plain",
  id: "plain",
  contact: "plain",
  device: "plain",
  role: "plain",
  isOpening: "boolean",
  turn: "plain",
  state: "plain",
  attempts: "plain",
  nextAt: "optional",
  bootId: "optional",
  acceptedAt: "plain",
  expiresAt: "plain",
};

/**
 * Rows of open ones that are looked for by something else, in the order of `row`. The sign before it keeps sqlite from
 * walking along all that was ever sent, in order, to spare itself the sorting of a few.
 */
function openRows(where: string): string {
  return `row IN (SELECT row FROM deliveries WHERE ${where} ORDER BY +row LIMIT ?)`;
}

export function deliveryTable(db: Database): DeliveryTable {
  const deliveries = new Rows<Delivery>(db, "deliveries", {
    ...HEAD,
    content: "plain",
    ciphertext: "optional",
  });
  const heads = new Rows<Head>(db, "deliveries", HEAD);
  return {
    add(delivery) {
      const { row: _, ...others }: Partial<Delivery> = delivery;
      return deliveries.add(others);
    },
    get: (row) => deliveries.first("WHERE row = ?", row),
    ofContent: (contact, id) => deliveries.all("WHERE id = ? AND contact = ? ORDER BY row", id, contact),
    find: (device, id) => deliveries.first("WHERE id = ? AND device = ? ORDER BY row LIMIT 1", id, device),
    openTo: (device) => deliveries.all(`WHERE ${OPEN} AND device = ? ORDER BY row`, device),
    withoutDevice: (contact) =>
      deliveries.all(`WHERE ${OPEN} AND device = '' AND +contact = ? ORDER BY row`, contact),
    countControls: (device, limit) =>
      db.number(
        `SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE ${OPEN} AND device = ? AND role = 'control' LIMIT ?)`,
        device,
        limit,
      ) ?? 0,
    remove(row) {
      deliveries.remove("row = ?", row);
    },
    due: (now, limit) =>
      deliveries.all(`WHERE ${openRows(`${DUE} AND nextAt <= ?`)} ORDER BY row`, now, limit),
    nextAt: () => db.number(`SELECT min(nextAt) FROM deliveries WHERE ${DUE}`),
    hasten(latest) {
      deliveries.change({ nextAt: latest }, `${OPEN} AND nextAt > ?`, latest);
    },
    openMessages: () =>
      heads
        .all(`WHERE ${OPEN} AND role = 'message' AND ${SHOWN} ORDER BY +row DESC LIMIT ?`, MAX_SHOWN)
        .map(({ id, contact, device, state }) => ({ id, contact, device, state }))
        .reverse(),
    atRelay: () => heads.all(`WHERE ${OPEN} AND state = 'at-relay' ORDER BY +row`),
    expired: (now, limit) =>
      heads.all(`WHERE ${openRows(`${OPEN} AND expiresAt <= ?`)} ORDER BY row`, now, limit),
    nextExpiry: () => db.number(`SELECT min(expiresAt) FROM deliveries WHERE ${OPEN}`),
    update: (row, changes) => deliveries.change(changes, "row = ?", row),
    countOpen: () => db.number(`SELECT count(*) FROM deliveries WHERE ${OPEN}`) ?? 0,
    removeSettledBefore(time) {
      deliveries.remove(`NOT (${OPEN}) AND acceptedAt < ?`, time);
    },
  };
}

export function receiptTable(db: Database): ReceiptTable {
  const receipts = new Rows<ReceiptDue>(db, "receipts", {
    device: "plain",
    id: "plain",
    kind: "plain",
    dueAt: "plain",
  });
  return {
    add(receipt) {
      receipts.addNew(receipt);
    },
    takeDue(now, limit) {
      return db.atomically(() => {
        const oldest = receipts.first("WHERE dueAt <= ? ORDER BY dueAt, number LIMIT 1", now);
        if (oldest === undefined) return [];
        const { device, kind } = oldest;
        const taken = receipts.all(
          "WHERE device = ? AND kind = ? ORDER BY dueAt, number LIMIT ?",
          device,
          kind,
          limit,
        );
        for (const { id } of taken) receipts.remove("device = ? AND kind = ? AND id = ?", device, kind, id);
        return taken;
      });
    },
    nextAt: () => db.number("SELECT min(dueAt) FROM receipts"),
    hasten(latest) {
      receipts.change({ dueAt: latest }, "dueAt > ?", latest);
    },
    removeOf(device) {
      receipts.remove("device = ?", device);
    },
  };
}
