/** Other people's devices, the short ids they were told, and the own mailboxes. */
import type { Database } from "../database.ts";
import type { Device, DeviceTable, MailboxTable, OwnMailbox, Route } from "../profile.ts";
import { Rows } from "../rows.ts";

/** So many of a device's short ids count. */
export const SHORT_IDS_KEPT = 2;

type DeviceRow = Omit<Device, "route"> & Route;

export function deviceTable(db: Database): DeviceTable {
  const devices = new Rows<DeviceRow>(db, "devices", {
    id: "plain",
    identity: "plain",
    key: "plain",
    state: "plain",
    card: "plain",
    relay: "plain",
    mailbox: "plain",
    routedAt: "plain",
    sayAs: "optional",
    session: "plain",
    turn: "plain",
    received: "plain",
    resetAt: "optional",
    resets: "plain",
  });

  function first(rest: string, cell: string | Uint8Array): Device | undefined {
    const row = devices.first(rest, cell);
    return row && device(row);
  }

  return {
    add(added) {
      devices.add(flat(added));
    },
    get: (id) => first("WHERE id = ?", id),
    ofIdentity: (fingerprint) => devices.all("WHERE identity = ? ORDER BY number", fingerprint).map(device),
    ofContact: (contact) =>
      devices
        .all(
          "WHERE identity IN (SELECT fingerprint FROM identities WHERE contact = ?) ORDER BY number",
          contact,
        )
        .map(device),
    update: (id, changes) => devices.change(flat(changes), "id = ?", id),
    remove(id) {
      devices.remove("id = ?", id);
    },
    addShortId(shortId, device, at) {
      db.atomically(() => {
        db.run("DELETE FROM shortIds WHERE shortId = ?", shortId);
        db.run("INSERT INTO shortIds (shortId, device, at) VALUES (?, ?, ?)", shortId, device, at);
        db.run(
          `DELETE FROM shortIds WHERE device = ? AND number NOT IN
            (SELECT number FROM shortIds WHERE device = ? ORDER BY number DESC LIMIT ${SHORT_IDS_KEPT})`,
          device,
          device,
        );
      });
    },
    byShortId: (shortId) => first("WHERE id = (SELECT device FROM shortIds WHERE shortId = ?)", shortId),
    newestShortId(device) {
      const newest = db.value(
        "SELECT shortId FROM shortIds WHERE device = ? ORDER BY number DESC LIMIT 1",
        device,
      );
      return newest instanceof Uint8Array ? new Uint8Array(newest) : undefined;
    },
  };
}

function flat<D extends Partial<Device>>(device: D): Omit<D, "route"> & Partial<Route> {
  const { route, ...others } = device;
  return { ...others, ...route };
}

function device({ relay, mailbox, ...others }: DeviceRow): Device {
  return { ...others, route: { relay, mailbox } };
}

export function mailboxTable(db: Database): MailboxTable {
  const mailboxes = new Rows<OwnMailbox>(db, "mailboxes", {
    id: "plain",
    kind: "plain",
    contact: "optional",
    state: "plain",
    relay: "plain",
    fingerprint: "plain",
    seed: "plain",
    createdAt: "plain",
    changeAt: "plain",
    endsAt: "optional",
  });
  let version = 0;
  return {
    version: () => version,
    add(mailbox) {
      const { id: _, ...others }: Partial<OwnMailbox> = mailbox;
      version++;
      return mailboxes.add(others);
    },
    get: (id) => mailboxes.first("WHERE id = ?", id),
    all: () => mailboxes.all("ORDER BY id"),
    ofContact: (contact) => mailboxes.all("WHERE contact = ? ORDER BY id", contact),
    update: (id, changes) => mailboxes.change(changes, "id = ?", id),
    remove(id) {
      version++;
      mailboxes.remove("id = ?", id);
    },
  };
}
