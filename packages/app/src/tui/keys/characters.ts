/** Single bytes and characters of several, as keys and text. */
import { type Key, key } from "./input.ts";

/** A control character: what Ctrl and a key send without any protocol. */
export function control(byte: number): Key {
  if (byte === 0x0d) return key("enter");
  if (byte === 0x09) return key("tab");
  if (byte === 0x7f || byte === 0x08) return key("backspace");
  if (byte === 0) return key("space", { ctrl: true });
  const name = String.fromCharCode(byte < 0x1b ? byte + 0x60 : byte + 0x40);
  return key(name, { ctrl: true });
}

/** A character of several bytes in UTF-8, byte by byte. */
export class Character {
  #bytes: number[] = [];
  #missing = 0;

  /** Whether it is begun, and not whole. */
  get isBegun(): boolean {
    return this.#missing > 0;
  }

  /** Takes its first byte, from 0x80 on. */
  begin(byte: number): void {
    this.#missing = byte >= 0xf5 ? 0 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
    this.#bytes = [byte];
  }

  /**
   * Takes a byte within it: 10xxxxxx in bits.
   * @returns the character where it is whole, and one that somebody may type
   */
  take(byte: number): string | undefined {
    this.#bytes.push(byte);
    this.#missing--;
    if (this.#missing > 0) return undefined;
    const text = new TextDecoder().decode(Uint8Array.from(this.#bytes));
    // What is no character decodes to U+FFFD, perhaps several; nobody types it.
    return [...text].length === 1 && text !== "\ufffd" && !/\p{Cc}/u.test(text) ? text : undefined;
  }

  drop(): void {
    this.#missing = 0;
  }
}
