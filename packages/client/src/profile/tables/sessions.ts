/** What the ratchet keeps: sessions, the keys of devices, prekeys. */
import type { Database } from "../database.ts";
import type { Prekey, PrekeyKind, SessionTable } from "../profile.ts";
import { Rows } from "../rows.ts";

export function sessionTable(db: Database): SessionTable {
  const prekeys = new Rows<Prekey & { readonly kind: PrekeyKind }>(db, "prekeys", {
    kind: "plain",
    id: "plain",
    record: "plain",
    createdAt: "plain",
  });

  function blob(sql: string, cell: string | number): Uint8Array | undefined {
    const value = db.value(sql, cell);
    return value instanceof Uint8Array ? new Uint8Array(value) : undefined;
  }

  return {
    session: (device) => blob("SELECT record FROM sessions WHERE device = ?", device),
    putSession(device, record) {
      db.run(
        "INSERT INTO sessions VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
        device,
        record,
      );
    },
    removeSession(device) {
      db.run("DELETE FROM sessions WHERE device = ?", device);
    },
    deviceKey: (device) => blob(`SELECT "key" FROM deviceKeys WHERE device = ?`, device),
    putDeviceKey(device, key) {
      db.run(
        `INSERT INTO deviceKeys VALUES (?, ?) ON CONFLICT DO UPDATE SET "key" = excluded."key"`,
        device,
        key,
      );
    },

    signedPrekey: (id) => blob("SELECT record FROM prekeys WHERE kind = 'signed' AND id = ?", id),
    kyberPrekey: (id) =>
      blob("SELECT record FROM prekeys WHERE kind IN ('kyber', 'kyber-once') AND id = ?", id),
    oneTimePrekey: (id) => blob("SELECT record FROM prekeys WHERE kind = 'once' AND id = ?", id),
    removeOneTimePrekey(id) {
      prekeys.remove("kind = 'once' AND id = ?", id);
    },
    isOneTimeKyber: (id) => prekeys.first("WHERE kind = 'kyber-once' AND id = ?", id) !== undefined,
    removeKyberPrekey(id) {
      prekeys.remove("kind IN ('kyber', 'kyber-once') AND id = ?", id);
    },

    wasKyberUsed: (kyber, signed, baseKey) =>
      db.value(
        "SELECT 1 FROM kyberUsed WHERE kyber = ? AND signed = ? AND baseKey = ?",
        kyber,
        signed,
        baseKey,
      ) !== undefined,
    putKyberUsed(kyber, signed, baseKey) {
      db.run("INSERT INTO kyberUsed VALUES (?, ?, ?) ON CONFLICT DO NOTHING", kyber, signed, baseKey);
    },

    putPrekey(kind, prekey) {
      db.atomically(() => {
        prekeys.remove("kind = ? AND id = ?", kind, prekey.id);
        prekeys.add({ ...prekey, kind });
        db.run(
          "INSERT INTO prekeyIds VALUES (1, ?) ON CONFLICT DO UPDATE SET highest = max(highest, excluded.highest)",
          prekey.id,
        );
      });
    },
    newestPrekey(kind) {
      // By id: the clock may have been set back, ids only grow.
      const newest = prekeys.first("WHERE kind = ? ORDER BY id DESC LIMIT 1", kind);
      return newest && { id: newest.id, record: newest.record, createdAt: newest.createdAt };
    },
    highestPrekeyId: () => db.number("SELECT highest FROM prekeyIds") ?? 0,
    removePrekeysBefore(createdAt) {
      prekeys.remove(
        "createdAt < ? AND id < (SELECT max(id) FROM prekeys AS newer WHERE newer.kind = prekeys.kind)",
        createdAt,
      );
    },
  };
}
