/**
 * Rows of the screen for Ink. It takes texts apart into cells at every frame, which is slow on large screens (some 10 ms at
 * 200×50), and our rows are laid out to the cell already: so each is one character of a private use area to it, and becomes
 * what it stands for on its way to the terminal.
 */
import { Box, Text } from "ink";
import type { ReactElement } from "react";
import { h } from "./h.ts";

const FIRST = 0xf0000;
const LAST = 0xffffd;
/** Rows that are known by a character: those of several of the largest screens. */
const MAX_KNOWN = 4_096;
const STANDING = /[\u{f0000}-\u{ffffd}]/gu;

/** Which character stands for which row. */
export class StandIns {
  readonly #byText = new Map<string, string>();
  readonly #byCharacter = new Map<string, string>();
  #next = FIRST;

  /** The character of a row; the same while the row is among the last that were shown. */
  of(text: string): string {
    const known = this.#byText.get(text);
    if (known !== undefined) {
      // The last used is the last to be forgotten.
      this.#byText.delete(text);
      this.#byText.set(text, known);
      return known;
    }
    const character = this.#free();
    this.#byText.set(text, character);
    this.#byCharacter.set(character, text);
    return character;
  }

  /** What goes to the terminal for what Ink writes. */
  resolve(written: string): string {
    return written.replace(STANDING, (character) => this.#byCharacter.get(character) ?? "");
  }

  #free(): string {
    if (this.#byText.size >= MAX_KNOWN) {
      const [oldest] = this.#byText as Iterable<[string, string]>;
      if (oldest !== undefined) {
        this.#byText.delete(oldest[0]);
        this.#byCharacter.delete(oldest[1]);
      }
    }
    let character = String.fromCodePoint(this.#next);
    while (this.#byCharacter.has(character)) character = String.fromCodePoint(this.#advance());
    this.#advance();
    return character;
  }

  #advance(): number {
    this.#next = this.#next === LAST ? FIRST : this.#next + 1;
    return this.#next;
  }
}

/** All rows of the screen, painted; one text, since Ink and the layout under it take their time for every element. */
export function Lines({
  rows,
  standIns,
}: {
  readonly rows: readonly string[];
  readonly standIns: StandIns;
}): ReactElement {
  const text = rows.map((row) => standIns.of(row)).join("\n");
  return h(Box, { width: 1, height: rows.length }, h(Text, null, text));
}
