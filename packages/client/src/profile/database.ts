/** One connection to sqlcipher: statements, transactions, and its errors as ours. */
import Sqlcipher from "@signalapp/sqlcipher";
import { ProfileError } from "./errors.ts";

export const DATABASE_KEY_BYTES = 32;
/** Of the write-ahead log, once a large transaction is over. */
const KEPT_LOG_BYTES = 16 * 1024 * 1024;

/** What a column holds. Integers are whole up to 2^53. */
export type Cell = string | number | Uint8Array | null;
export type Row = Record<string, Cell>;

/**
 * Opens the database of a file that is there; an empty one is a new database.
 * @param key 32 bytes, the raw key of sqlcipher; what protects it is the key file's affair
 * @param options `isCut`: the pages that a file without its end still has can be read
 * @throws ProfileError `damaged`: the file is no database under this key
 */
export function openDatabase(
  file: string,
  key: Uint8Array,
  { isCut = false }: { readonly isCut?: boolean } = {},
): Database {
  if (key.length !== DATABASE_KEY_BYTES) throw new RangeError("a database key has 32 bytes");
  const native = new Sqlcipher(file, { cacheStatements: true });
  try {
    // Nothing may be read before the key is told, and without the second line sqlcipher writes on stderr.
    native.pragma(`key = "x'${Buffer.from(key).toString("hex")}'"`);
    native.pragma("cipher_log_level = NONE");
    // What it is called for does not matter here: without it, sqlite reads nothing of a file shorter than its header says.
    if (isCut) native.pragma("writable_schema = ON");
    // Before the journal mode, so that the index of the write-ahead log stays in memory.
    native.pragma("locking_mode = EXCLUSIVE");
    native.pragma("journal_mode = WAL");
    native.pragma("synchronous = FULL");
    native.pragma(`journal_size_limit = ${KEPT_LOG_BYTES}`);
    return prepared(native);
  } catch (error) {
    native.close();
    throw translated(error);
  }
}

/** A database without a file: the same statements, nothing on disk, gone when it is closed. */
export function openMemoryDatabase(): Database {
  return prepared(new Sqlcipher(":memory:", { cacheStatements: true }));
}

function prepared(native: Sqlcipher): Database {
  native.pragma("secure_delete = ON");
  native.pragma("foreign_keys = ON");
  native.pragma("temp_store = MEMORY");
  native.initTokenizer();
  return new Database(native);
}

/** Every method throws ProfileError `disk-full`, `damaged` or `closed`, and sqlcipher's own error for anything else. */
export class Database {
  readonly #native: Sqlcipher;
  #isOpen = true;
  #isInTransaction = false;
  /** sqlite may have ended the transaction on its own; what is written after that would be kept at once. */
  #doom: ProfileError | undefined;

  constructor(native: Sqlcipher) {
    this.#native = native;
  }

  run(sql: string, ...cells: Cell[]): { changes: number; lastInsertRowid: number } {
    return this.#guarded(() => this.#native.prepare(sql).run(bound(cells)));
  }

  first(sql: string, ...cells: Cell[]): Row | undefined {
    return this.#guarded(() => this.#native.prepare(sql).get<Record<string, NativeCell>>(bound(cells)));
  }

  all(sql: string, ...cells: Cell[]): Row[] {
    return this.#guarded(() => this.#native.prepare(sql).all<Record<string, NativeCell>>(bound(cells)));
  }

  /** The only column of the first row; undefined where there is no row, or NULL in it. */
  value(sql: string, ...cells: Cell[]): string | number | Uint8Array | undefined {
    return (
      this.#guarded(() => this.#native.prepare(sql, { pluck: true }).get<NativeCell>(bound(cells))) ??
      undefined
    );
  }

  /** @returns the number, or undefined where there is none */
  number(sql: string, ...cells: Cell[]): number | undefined {
    return this.value(sql, ...cells) as number | undefined;
  }

  /** Several statements without parameters. */
  script(sql: string): void {
    this.#guarded(() => this.#native.exec(sql));
  }

  /** The words that the search index makes of a text. */
  words(text: string): string[] {
    return this.#native.signalTokenize(text);
  }

  /**
   * Everything in `work` is kept, or nothing where it throws.
   * @throws Error inside another transaction, and where `work` returns a promise
   */
  transaction<T>(work: () => T): T {
    if (this.#isInTransaction) throw new Error("a transaction inside a transaction");
    this.script("BEGIN IMMEDIATE");
    this.#isInTransaction = true;
    try {
      const result = work();
      if (result instanceof Promise) throw new Error("a transaction cannot wait for a promise");
      this.script("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#isInTransaction = false;
      this.#doom = undefined;
    }
  }

  /** The same for statements that belong together: in the transaction that is open, or in one of their own. */
  atomically<T>(work: () => T): T {
    return this.#isInTransaction ? work() : this.transaction(work);
  }

  /** Once more does nothing. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#native.close();
  }

  #rollBack(): void {
    try {
      this.#native.exec("ROLLBACK");
    } catch {
      // sqlite has rolled back already, or the connection is gone: either way nothing is kept.
    }
  }

  #guarded<T>(work: () => T): T {
    if (!this.#isOpen) throw new ProfileError("closed");
    if (this.#doom !== undefined) throw this.#doom;
    try {
      return work();
    } catch (error) {
      const known = translated(error);
      if (this.#isInTransaction && known instanceof ProfileError) this.#doom = known;
      throw known;
    }
  }
}

type NativeCell = string | number | Uint8Array<ArrayBuffer> | null;

/** sqlcipher takes bytes without an address for NULL, and those of an empty buffer have none. */
const NO_BYTES = new Uint8Array(new ArrayBuffer(1), 0, 0);

function bound(cells: Cell[]): NativeCell[] {
  return cells.map((cell) =>
    cell instanceof Uint8Array && cell.length === 0 ? NO_BYTES : cell,
  ) as NativeCell[];
}

function translated(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string") return error;
  if (code === "SQLITE_FULL") return new ProfileError("disk-full");
  // A page that does not authenticate puts sqlcipher into a state of its own, which has no better name; mistakes in SQL have.
  const isRefused = code === "SQLITE_ERROR" && String(error).endsWith(": SQL logic error");
  return isRefused || /^SQLITE_(CORRUPT|NOTADB)/.test(code) ? new ProfileError("damaged") : error;
}
