/** A request whose answer is many lines: it goes on as fast as the reader takes them. */
export interface Run {
  /** Writes while there is room, and END at the end. @returns whether everything is written */
  pump(): boolean;
  /** The connection is gone. */
  release(): void;
}
