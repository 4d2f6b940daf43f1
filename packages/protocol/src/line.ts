/** Bytes to lines, lines to fields (docs/protocol.md, "Lines"). Nothing here makes a string of what it reads. */
import { copyInto } from "./copy.ts";
import { malformed, ProtocolError } from "./errors.ts";

const LF = 0x0a;
const CR = 0x0d;
const SEMICOLON = 0x3b;

/** How much room the pending line gets at first; it grows by doubling, up to the limit. */
const FIRST_ROOM_BYTES = 512;

/** Room that is kept for the next cut line; more is let go, so that an idle connection costs little. */
const KEPT_ROOM_BYTES = 2048;

/**
 * An incremental line reader. Feed it what arrives, cut anywhere; it hands out each line without its LF (or CR LF).
 *
 * A line that lies whole in the fed bytes is handed out where it lies, so it is valid only until the callback
 * returns. Only a line that is cut is copied, into a buffer that never holds more than the limit and is zeroed when
 * the line is done.
 */
export class LineReader {
  readonly #limit: number;
  #pending: Uint8Array = EMPTY;
  #length = 0;

  /** @param limit the most bytes of a line, without its ending; two more are allowed for CR LF */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes of a line that has begun and not ended. */
  get pendingBytes(): number {
    return this.#length;
  }

  /**
   * Takes bytes and hands out the lines that they end.
   * @param onLine returns false to stop behind its line; what lies behind it was then not taken
   * @returns how many of the bytes were taken: all of them, unless the callback stopped it
   * @throws ProtocolError `too-large` where a line passes the limit: the boundary is lost and the connection with it
   */
  feed(bytes: Uint8Array, onLine: (line: Uint8Array) => boolean): number {
    let from = 0;
    while (from < bytes.length) {
      const end = bytes.indexOf(LF, from);
      if (end < 0) {
        this.#keep(bytes, from, bytes.length);
        return bytes.length;
      }
      let more: boolean;
      if (this.#length === 0) {
        more = onLine(this.#strip(bytes.subarray(from, end)));
      } else {
        this.#keep(bytes, from, end);
        try {
          more = onLine(this.#strip(this.#pending.subarray(0, this.#length)));
        } finally {
          this.wipe();
        }
      }
      from = end + 1;
      if (!more) return from;
    }
    return from;
  }

  /** Zeroes and lets go of the line that has begun. */
  wipe(): void {
    this.#pending.fill(0, 0, this.#length);
    this.#length = 0;
    if (this.#pending.length > KEPT_ROOM_BYTES) this.#pending = EMPTY;
  }

  #strip(line: Uint8Array): Uint8Array {
    const bare = line.length > 0 && line[line.length - 1] === CR ? line.subarray(0, -1) : line;
    if (bare.length > this.#limit) throw tooLong();
    return bare;
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#limit + 1) {
      this.wipe();
      throw tooLong();
    }
    if (length > this.#pending.length) {
      const room = Math.min(this.#limit + 1, Math.max(length, this.#pending.length * 2, FIRST_ROOM_BYTES));
      const grown = new Uint8Array(room);
      copyInto(grown, this.#pending.subarray(0, this.#length));
      this.#pending.fill(0, 0, this.#length);
      this.#pending = grown;
    }
    copyInto(
      this.#pending,
      from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to),
      this.#length,
    );
    this.#length = length;
  }
}

const EMPTY = new Uint8Array(0);

function tooLong(): ProtocolError {
  return new ProtocolError("too-large", "the line is longer than this relay takes");
}

/** A packet as it stands on its line: the id, and where its fields are. */
export interface RawPacket {
  readonly id: number;
  /** Everything behind the id's `;`. Empty where there is none. */
  readonly rest: Uint8Array;
}

/**
 * Reads the id of a line: a decimal number of at most three digits without leading zeros.
 * @throws ProtocolError `wrong-usage`
 */
export function splitLine(line: Uint8Array): RawPacket {
  let id = 0;
  let at = 0;
  for (; at < line.length && line[at] !== SEMICOLON; at++) {
    const digit = line[at]! - 0x30;
    if (digit < 0 || digit > 9 || at === 3 || (at === 1 && id === 0))
      throw malformed("a packet begins with its number");
    id = id * 10 + digit;
  }
  if (at === 0) throw malformed("a packet begins with its number");
  return { id, rest: line.subarray(at + 1) };
}

/**
 * The fields of a packet, as views into the line.
 * @param least how few there may be
 * @param most how many there may be; the last of them holds whatever follows where `lastRunsOn` is set
 * @throws ProtocolError `wrong-usage` where the number is another
 */
export function splitFields(rest: Uint8Array, least: number, most: number, lastRunsOn = false): Uint8Array[] {
  const fields: Uint8Array[] = [];
  let from = 0;
  for (;;) {
    const end = lastRunsOn && fields.length === most - 1 ? -1 : rest.indexOf(SEMICOLON, from);
    if (fields.length === most) throw malformed("a packet has a wrong number of fields");
    if (end < 0) break;
    fields.push(rest.subarray(from, end));
    from = end + 1;
  }
  fields.push(rest.subarray(from));
  if (fields.length < least) throw malformed("a packet has a wrong number of fields");
  return fields;
}
