/** Rows of a table as objects and back: a column is called as its property. */
import type { Cell, Database, Row } from "./database.ts";

type ColumnKind<V> = [V] extends [boolean] ? "boolean" : undefined extends V ? "optional" : "plain";

/** The properties of `T` that have a column, and how each is kept: undefined as NULL, booleans as 0 and 1. */
export type Shape<T> = { readonly [P in keyof T]-?: ColumnKind<T[P]> };

/**
 * One table. `rest` and `where` are SQL of our own, never made of values: those are the cells, one for each `?`.
 * What is thrown is as said at Database.
 */
export class Rows<T extends object> {
  readonly #db: Database;
  readonly #table: string;
  readonly #shape: Readonly<Record<string, string>>;
  readonly #columns: string;

  constructor(db: Database, table: string, shape: Shape<T>) {
    this.#db = db;
    this.#table = table;
    this.#shape = shape as Readonly<Record<string, string>>;
    this.#columns = Object.keys(shape).map(quoted).join(", ");
  }

  /** @returns the row's number. @throws sqlcipher's error where something unique is there already */
  add(object: Partial<T>): number {
    return this.#insert(object, "").lastInsertRowid;
  }

  /** @returns undefined where something unique is there already: then nothing is changed */
  addNew(object: Partial<T>): number | undefined {
    const { changes, lastInsertRowid } = this.#insert(object, " ON CONFLICT DO NOTHING");
    return changes === 0 ? undefined : lastInsertRowid;
  }

  first(rest: string, ...cells: Cell[]): T | undefined {
    const row = this.#db.first(`SELECT ${this.#columns} FROM ${this.#table} ${rest}`, ...cells);
    return row && this.#object(row);
  }

  all(rest: string, ...cells: Cell[]): T[] {
    return this.#db
      .all(`SELECT ${this.#columns} FROM ${this.#table} ${rest}`, ...cells)
      .map((row) => this.#object(row));
  }

  /** Properties that `changes` has not stay as they are; one that is there and undefined becomes NULL. */
  change(changes: Partial<T>, where: string, ...cells: Cell[]): void {
    const names = this.#names(changes);
    if (names.length === 0) return;
    const assignments = names.map((name) => `${quoted(name)} = ?`).join(", ");
    const values = names.map((name) => this.#cell(changes, name));
    this.#db.run(`UPDATE ${this.#table} SET ${assignments} WHERE ${where}`, ...values, ...cells);
  }

  /** @returns how many */
  remove(where: string, ...cells: Cell[]): number {
    return this.#db.run(`DELETE FROM ${this.#table} WHERE ${where}`, ...cells).changes;
  }

  #insert(object: Partial<T>, onConflict: string): { changes: number; lastInsertRowid: number } {
    const names = this.#names(object);
    const marks = names.map(() => "?").join(", ");
    const into = `INSERT INTO ${this.#table} (${names.map(quoted).join(", ")})`;
    return this.#db.run(
      `${into} VALUES (${marks})${onConflict}`,
      ...names.map((name) => this.#cell(object, name)),
    );
  }

  /** In the order of the shape, so that there are few different statements; what has no column is left out. */
  #names(object: Partial<T>): string[] {
    return Object.keys(this.#shape).filter((name) => Object.hasOwn(object, name));
  }

  #cell(object: Partial<T>, name: string): Cell {
    const value: unknown = object[name as keyof T];
    return this.#shape[name] === "boolean" ? Number(value) : ((value ?? null) as Cell);
  }

  #object(row: Row): T {
    const object: Record<string, unknown> = {};
    for (const [name, kind] of Object.entries(this.#shape)) {
      const cell = row[name];
      if (kind === "boolean") object[name] = cell === 1;
      else object[name] = cell instanceof Uint8Array ? new Uint8Array(cell) : (cell ?? undefined);
    }
    return object as T;
  }
}

function quoted(name: string): string {
  return `"${name}"`;
}
