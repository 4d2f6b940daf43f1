/** What comes from the terminal, once its bytes are understood. */

/** A key that is no text, or a text key with a modifier. */
export interface Key {
  readonly type: "key";
  /** `enter`, `up`, `f1`, …, or one character: with Ctrl, letters are small. */
  readonly name: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

export type Input =
  | Key
  /** Typed characters, without control characters; several where they came at once. */
  | { readonly type: "text"; readonly text: string }
  /** Line ends are `\n`; tabs stay, other control characters are gone. */
  | { readonly type: "paste"; readonly text: string; readonly isCut: boolean }
  | {
      readonly type: "mouse";
      readonly what: "wheel-up" | "wheel-down" | "press" | "release" | "move";
      /** From 0. */
      readonly column: number;
      readonly row: number;
    }
  | { readonly type: "focus"; readonly isFocused: boolean }
  /** An answer of the terminal to a question of ours: parameters and final byte of a CSI sequence. */
  | { readonly type: "report"; readonly text: string };

/** A name for the whole chord, as tables of keys have it: `ctrl+alt+shift+name` less what is not pressed. */
export function chordOf({ name, ctrl, alt, shift }: Key): string {
  return `${ctrl ? "ctrl+" : ""}${alt ? "alt+" : ""}${shift ? "shift+" : ""}${name}`;
}

export function key(name: string, modifiers: Partial<Pick<Key, "ctrl" | "alt" | "shift">> = {}): Key {
  return { type: "key", name, ctrl: false, alt: false, shift: false, ...modifiers };
}
