/** A byte stream of JSON lines: UTF-8, each ended by LF, none longer than the limit. */

/** Bytes of a line, its LF included. The largest that is meant to come is a page of messages or a piece of a file. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** Bytes of a line that a face sends: a text, or a piece of a file. */
export const MAX_REQUEST_BYTES = 1024 * 1024;

const LF = 0x0a;

/** What cannot be a line: too long, or no UTF-8. What follows it cannot be trusted either. */
export class LineError extends Error {
  override readonly name = "LineError";
}

export class Lines {
  readonly #limit: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next bytes. @returns the lines that they end. @throws LineError */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(LF, start);
      const part = chunk.subarray(start, end < 0 ? chunk.length : end);
      if (this.#length + part.length + 1 > this.#limit) throw new LineError("a line is too long");
      this.#parts.push(part);
      this.#length += part.length;
      if (end < 0) break;
      lines.push(this.#take());
      start = end + 1;
    }
    return lines;
  }

  #take(): string {
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw new LineError("a line is not UTF-8");
    }
  }
}
