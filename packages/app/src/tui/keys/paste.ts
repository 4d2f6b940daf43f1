/** What is between the marks of a paste, which may hold such marks itself. */

/** More than anybody types; less than what a slip of the clipboard may hold. */
export const MAX_PASTE_BYTES = 1 << 20;
/** The parameters of the mark that begins one; its final byte is `~`. */
export const PASTE_BEGINS = "200";

const ESC = 0x1b;
const PASTE_ENDS = Uint8Array.from([ESC, 0x5b, 0x32, 0x30, 0x31, 0x7e]);
const TILDE = 0x7e;
/** The beginning or the end of a paste, at the end of what came. */
const PASTE_MARK = /^\x1b\[20[01]~$/;
const MARK_BYTES = PASTE_ENDS.length;

export class Paste {
  #bytes: number[] = [];
  #match = 0;
  #isCut = false;
  /** What came behind the end of it. */
  #rest: number[] = [];

  /** Takes a byte within it. @returns whether that ends it */
  take(byte: number): boolean {
    if (byte === PASTE_ENDS[this.#match]) {
      this.#match++;
      if (this.#match < MARK_BYTES) return false;
      this.#match = 0;
      return true;
    }
    for (let at = 0; at < this.#match; at++) this.#keep(PASTE_ENDS[at] as number);
    this.#match = byte === ESC ? 1 : 0;
    if (byte !== ESC) this.#keep(byte);
    return false;
  }

  /** Takes a byte behind its end, which may have been a part of it. @returns whether it goes on */
  takeBehind(byte: number): boolean {
    this.#rest.push(byte);
    const mark = byte === TILDE ? String.fromCharCode(...this.#rest.slice(-MARK_BYTES)) : "";
    if (PASTE_MARK.test(mark)) {
      for (const one of this.#rest.slice(0, -MARK_BYTES)) this.#keep(one);
      this.#rest = [];
      return mark.endsWith("0~");
    }
    if (this.#rest.length > MAX_PASTE_BYTES) {
      this.#rest = [];
      this.#isCut = true;
    }
    return false;
  }

  /** It was the end. @returns what was pasted, and the bytes of keys that came behind it */
  end(): { readonly text: string; readonly isCut: boolean; readonly rest: readonly number[] } {
    const text = new TextDecoder()
      .decode(Uint8Array.from(this.#bytes))
      .replace(/\r\n?/g, "\n")
      .replace(/(?![\t\n])\p{Cc}|\ufffd/gu, "");
    return { text, isCut: this.#isCut, rest: this.#rest };
  }

  #keep(byte: number): void {
    if (this.#bytes.length < MAX_PASTE_BYTES) this.#bytes.push(byte);
    else this.#isCut = true;
  }
}
