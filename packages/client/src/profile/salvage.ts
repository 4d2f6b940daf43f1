/** What can still be read of a damaged profile, message by message. */
import { type Database, openDatabase } from "./database.ts";
import { ProfileError } from "./errors.ts";
import { databaseFile } from "./folder.ts";
import { contactLine, LINES_VERSION, messageLine, writeLine } from "./lines.ts";
import { DEFAULT_WAIT_MS, type OpenOptions, unlockFolder } from "./open.ts";
import type { Identity, Reaction, Source } from "./profile.ts";
import { Rows } from "./rows.ts";
import { SCHEMA_STEPS, schemaVersion } from "./schema.ts";
import type { Unlock } from "./sealed.ts";
import { CONTACT_SHAPE, IDENTITY_SHAPE } from "./tables/contacts.ts";
import { MESSAGE_SHAPE } from "./tables/messages.ts";
import { REACTION_SHAPE } from "./tables/onmessages.ts";
import { sourceTable } from "./tables/sources.ts";

/** Where even the highest row cannot be read: so many in a row that are not there end the search. */
const BLIND_ROWS = 10_000;

/**
 * The lines of `exportLines` as far as they can be read: contacts first, then messages as they came in. The last line
 * tells how many were not readable; removed ones that shared a page with these count too. The profile stays as it is.
 * @throws ProfileError what `openProfile` throws; `damaged` only where nothing at all can be read
 */
export async function* exportSane(
  folder: string,
  unlock: Unlock,
  { waitMs = DEFAULT_WAIT_MS }: OpenOptions = {},
): AsyncIterable<string> {
  const { key, lock } = await unlockFolder(folder, unlock, waitMs);
  try {
    const reader = new SalvageReader(databaseFile(folder), key);
    try {
      yield* salvaged(reader);
    } finally {
      reader.close();
    }
  } finally {
    key.fill(0);
    lock.release();
  }
}

function* salvaged(reader: SalvageReader): Iterable<string> {
  yield writeLine({ type: "asfaleia", version: LINES_VERSION, what: "export" });
  let unreadable = 0;
  for (const id of reader.rows("contacts", "id")) {
    const contact = reader.read((db) => new Rows(db, "contacts", CONTACT_SHAPE).first("WHERE id = ?", id));
    if (contact === undefined || contact === UNREADABLE) continue;
    const { foldedName: _, ...plain } = contact;
    yield writeLine(
      contactLine(
        plain,
        reader.list((db) => identities(db, id)),
        reader.list((db) => sources(db, id)),
      ),
    );
  }
  let messages = 0;
  for (const row of reader.rows("messages", "row")) {
    const message = reader.read((db) => new Rows(db, "messages", MESSAGE_SHAPE).first("WHERE row = ?", row));
    if (message === UNREADABLE) unreadable++;
    if (message === undefined || message === UNREADABLE) continue;
    const { contact, id } = message;
    yield writeLine(
      messageLine(
        message,
        reader.list((db) => reactions(db, contact, id)),
      ),
    );
    messages++;
  }
  yield writeLine({ type: "end", messages, unreadable });
}

function identities(db: Database, contact: number): Identity[] {
  return new Rows(db, "identities", IDENTITY_SHAPE).all("WHERE contact = ? ORDER BY number", contact);
}

/** A profile of version 1 has none. */
function sources(db: Database, contact: number): Source[] {
  return schemaVersion(db) < 2 ? [] : sourceTable(db).ofContact(contact);
}

function reactions(db: Database, contact: number, target: Uint8Array): Reaction[] {
  return new Rows(db, "reactions", REACTION_SHAPE).all("WHERE contact = ? AND target = ?", contact, target);
}

const UNREADABLE = Symbol("unreadable");

/** Reads past damage: after it sqlcipher refuses everything on that connection, so each time there is a new one. */
class SalvageReader {
  readonly #file: string;
  readonly #key: Uint8Array;
  #isCut = false;
  #db: Database;

  constructor(file: string, key: Uint8Array) {
    this.#file = file;
    this.#key = key;
    this.#db = this.#open();
    const version = schemaVersion(this.#db);
    if (version === 0 || version > SCHEMA_STEPS.length) {
      this.close();
      throw new ProfileError(version === 0 ? "damaged" : "newer-version");
    }
  }

  read<T>(work: (db: Database) => T): T | typeof UNREADABLE {
    try {
      return work(this.#db);
    } catch (error) {
      if (!(error instanceof ProfileError) || error.code !== "damaged") throw error;
      this.#db.close();
      this.#db = this.#open();
      return UNREADABLE;
    }
  }

  list<T>(work: (db: Database) => T[]): T[] {
    const found = this.read(work);
    return found === UNREADABLE ? [] : found;
  }

  /** The numbers that rows may have. */
  *rows(table: "contacts" | "messages", column: string): Iterable<number> {
    const highest = this.#highest(table, column);
    if (highest !== undefined) {
      for (let row = 1; row <= highest; row++) yield row;
      return;
    }
    for (let row = 1, missed = 0; missed < BLIND_ROWS; row++) {
      const found = this.read((db) => db.value(`SELECT 1 FROM ${table} WHERE ${column} = ?`, row));
      missed = found === 1 ? 0 : missed + 1;
      yield row;
    }
  }

  #highest(table: string, column: string): number | undefined {
    const counted = this.read((db) => db.number("SELECT seq FROM sqlite_sequence WHERE name = ?", table));
    if (typeof counted === "number") return counted;
    const last = this.read((db) => db.number(`SELECT max(${column}) FROM ${table}`));
    if (last === UNREADABLE || counted === UNREADABLE) return typeof last === "number" ? last : undefined;
    return last ?? 0;
  }

  close(): void {
    this.#db.close();
  }

  #open(): Database {
    if (this.#isCut) return openDatabase(this.#file, this.#key, { isCut: true });
    try {
      return openDatabase(this.#file, this.#key);
    } catch (error) {
      if (!(error instanceof ProfileError) || error.code !== "damaged") throw error;
      this.#isCut = true;
      return this.#openCut(error);
    }
  }

  /** @throws `otherwise` where it is not only the end that is missing, and nothing tells which tables there are */
  #openCut(otherwise: ProfileError): Database {
    let db: Database | undefined;
    try {
      db = openDatabase(this.#file, this.#key, { isCut: true });
      db.all("SELECT 1 FROM messages LIMIT 0");
      return db;
    } catch {
      // Whatever it is that fails now, the first failure was the damage.
    }
    db?.close();
    throw otherwise;
  }
}
