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

/** Room for the beginning of a line, at first; it doubles as it has to, so that a line in single bytes costs no more. */
const FIRST_ROOM_BYTES = 4096;

export class Lines {
  readonly #limit: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** What has come of a line that has not ended. */
  #begun = new Uint8Array(0);
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
      if (end < 0) {
        this.#keep(part);
        break;
      }
      lines.push(this.#whole(part));
      start = end + 1;
    }
    return lines;
  }

  #keep(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#begun.length) {
      const room = new Uint8Array(Math.max(FIRST_ROOM_BYTES, 2 * this.#begun.length, length));
      room.set(this.#begun.subarray(0, this.#length));
      this.#begun = room;
    }
    this.#begun.set(part, this.#length);
    this.#length = length;
  }

  #whole(last: Uint8Array): string {
    let line = last;
    if (this.#length > 0) {
      this.#keep(last);
      line = this.#begun.subarray(0, this.#length);
      this.#begun = new Uint8Array(0);
      this.#length = 0;
    }
    try {
      return this.#decoder.decode(line);
    } catch {
      throw new LineError("a line is not UTF-8");
    }
  }
}
