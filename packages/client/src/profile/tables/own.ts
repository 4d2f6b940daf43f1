/** Settings, and this installation as a device. */
import type { Database } from "../database.ts";
import type { OwnDevice, OwnTable, SettingsTable } from "../profile.ts";
import { Rows } from "../rows.ts";

export function settingsTable(db: Database): SettingsTable {
  return {
    get: (name) => db.value("SELECT value FROM settings WHERE name = ?", name) as string | undefined,
    set(name, value) {
      if (value === undefined) db.run("DELETE FROM settings WHERE name = ?", name);
      else
        db.run(
          "INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
          name,
          value,
        );
    },
    all: () =>
      new Map(
        db
          .all("SELECT name, value FROM settings ORDER BY name")
          .map(({ name, value }) => [name as string, value as string]),
      ),
  };
}

export function ownTable(db: Database): OwnTable {
  const own = new Rows<OwnDevice>(db, "own", {
    identity: "plain",
    id: "plain",
    deviceKey: "plain",
    registration: "plain",
    xwingSeed: "plain",
    certificate: "plain",
    createdAt: "plain",
  });
  return {
    get: () => own.first(""),
    put(device) {
      db.atomically(() => {
        own.remove("TRUE");
        own.add(device);
      });
    },
    list: () => bytes(db.value("SELECT list FROM ownList")),
    putList(list) {
      db.run("INSERT INTO ownList VALUES (1, ?) ON CONFLICT DO UPDATE SET list = excluded.list", list);
    },
  };
}

function bytes(cell: unknown): Uint8Array | undefined {
  return cell instanceof Uint8Array ? new Uint8Array(cell) : undefined;
}
