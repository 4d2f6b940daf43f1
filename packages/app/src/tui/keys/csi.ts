/**
 * The meaning of one control sequence from a keyboard: legacy (xterm), modifyOtherKeys, the kitty keyboard protocol
 * (https://sw.kovidgoyal.net/kitty/keyboard-protocol/), SGR mouse, focus.
 */
import { type Input, type Key, key } from "./input.ts";

const BY_LETTER: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  E: "begin",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
};

const BY_NUMBER: Readonly<Record<number, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
};

const BY_CODE: Readonly<Record<number, string>> = {
  9: "tab",
  13: "enter",
  27: "escape",
  127: "backspace",
  57414: "enter",
  57417: "left",
  57418: "right",
  57419: "up",
  57420: "down",
  57421: "pageup",
  57422: "pagedown",
  57423: "home",
  57424: "end",
  57425: "insert",
  57426: "delete",
};
/** Keys of the private use area that say nothing by themselves: modifiers, media keys. */
const FIRST_FUNCTIONAL = 57344;
const LAST_FUNCTIONAL = 63743;
const LAST_CODE_POINT = 0x10ffff;

/** What a function key of the Linux console is: `ESC [ [ A` … `E`. */
export function consoleKey(letter: string): Input | undefined {
  const at = "ABCDE".indexOf(letter);
  return at < 0 ? undefined : key(`f${at + 1}`);
}

/** `ESC O x`. */
export function ss3Key(letter: string, alt: boolean): Input | undefined {
  if (letter === "M") return key("enter", { alt });
  const name = BY_LETTER[letter];
  return name === undefined ? undefined : key(name, { alt });
}

/**
 * A whole CSI sequence.
 * @param parameters the bytes between `ESC [` and the final one
 * @param alt whether an ESC stood before it, as some terminals send Alt
 * @returns undefined for all that means nothing to us
 */
export function csiInput(parameters: string, final: string, alt: boolean): Input | undefined {
  if (parameters.startsWith("<")) return mouse(parameters.slice(1), final);
  if (final === "c" || (final === "t" && /^[0-9;]+$/.test(parameters))) {
    return { type: "report", text: `${parameters}${final}` };
  }
  if (!/^[0-9;:]*$/.test(parameters)) return undefined;
  if (parameters === "" && (final === "I" || final === "O")) {
    return { type: "focus", isFocused: final === "I" };
  }
  const fields = parameters.split(";");
  if (fields.length > 3) return undefined;
  if (final === "Z") return withModifiers("tab", fields[1], alt, true);
  if (final === "u") return kitty(fields, alt);
  const [first = "", second, third] = fields;
  if (final === "~") {
    const number = Number(first);
    if (number === 27) return third === undefined ? undefined : character(Number(third), second, alt);
    const name = BY_NUMBER[number];
    return name === undefined ? undefined : withModifiers(name, second, alt);
  }
  const name = BY_LETTER[final];
  // A cursor report ends with R as F3 does, but a key has 1 before its modifiers.
  if (name === undefined || (first !== "" && first !== "1")) return undefined;
  return withModifiers(name, second, alt);
}

function kitty([codes = "", modifiers]: readonly string[], alt: boolean): Input | undefined {
  return character(Number(codes.split(":")[0]), modifiers, alt);
}

function character(code: number, modifiers: string | undefined, alt: boolean): Input | undefined {
  if (!Number.isInteger(code) || code < 9 || code > LAST_CODE_POINT) return undefined;
  const named = BY_CODE[code];
  if (named !== undefined) return withModifiers(named, modifiers, alt);
  if (code < 32 || (code >= 0x80 && code < 0xa0) || (code >= 0xd800 && code < 0xe000)) return undefined;
  if (code >= FIRST_FUNCTIONAL && code <= LAST_FUNCTIONAL) return undefined;
  const typed = String.fromCodePoint(code);
  const pressed = withModifiers(typed, modifiers, alt);
  if (pressed === undefined) return undefined;
  if (pressed.ctrl) return { ...pressed, name: typed.toLowerCase() };
  const text = pressed.shift ? typed.toUpperCase() : typed;
  return pressed.alt ? { ...pressed, name: text, shift: false } : { type: "text", text };
}

const SHIFT = 1;
const ALT = 2;
const CTRL = 4;
/** Super, hyper, meta: chords that are not ours. */
const FOREIGN = 8 | 16 | 32;
const RELEASED = "3";

/** @param field modifiers plus one, and behind a colon whether the key was pressed, repeated or released */
function withModifiers(
  name: string,
  field: string | undefined,
  alt: boolean,
  shifted = false,
): Key | undefined {
  const [written = "", event] = (field ?? "").split(":");
  if (event === RELEASED) return undefined;
  const bits = written === "" ? 0 : Number(written) - 1;
  if (!Number.isInteger(bits) || bits < 0 || bits > 255 || (bits & FOREIGN) !== 0) return undefined;
  return key(name, {
    shift: shifted || (bits & SHIFT) !== 0,
    alt: alt || (bits & ALT) !== 0,
    ctrl: (bits & CTRL) !== 0,
  });
}

const WHEEL = 64;
const MOVED = 32;
const HELD_KEYS = 4 | 8 | 16;
/** More than any screen has. */
const MOST_CELLS = 10_000;

function mouse(parameters: string, final: string): Input | undefined {
  if (final !== "M" && final !== "m") return undefined;
  const match = /^(\d{1,3});(\d{1,5});(\d{1,5})$/.exec(parameters);
  if (match === null) return undefined;
  const [button, column, row] = match.slice(1).map(Number) as [number, number, number];
  if (column < 1 || row < 1 || column > MOST_CELLS || row > MOST_CELLS) return undefined;
  const what = mouseAction(button & ~HELD_KEYS, final);
  return what === undefined ? undefined : { type: "mouse", what, column: column - 1, row: row - 1 };
}

function mouseAction(button: number, final: string): Extract<Input, { type: "mouse" }>["what"] | undefined {
  if (button === WHEEL) return "wheel-up";
  if (button === WHEEL + 1) return "wheel-down";
  if (button >= WHEEL) return undefined;
  if ((button & MOVED) !== 0) return "move";
  return final === "m" ? "release" : "press";
}
