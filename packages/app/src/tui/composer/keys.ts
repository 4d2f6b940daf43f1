/** The keys of the composer: those of a shell (readline), and of editors where they do not quarrel. */
import {
  backspace,
  type Composer,
  deleteForward,
  eraseTo,
  insert,
  killTo,
  moveTo,
  redo,
  transpose,
  undo,
  yank,
} from "./composer.ts";
import { blankBefore, graphemeAfter, graphemeBefore, lineAround, wordAfter, wordBefore } from "./text.ts";

type Motion = (text: string, at: number) => number;

const lineStart: Motion = (text, at) => lineAround(text, at).start;
const lineEnd: Motion = (text, at) => lineAround(text, at).end;

const MOTIONS: Readonly<Record<string, Motion>> = {
  left: graphemeBefore,
  "ctrl+b": graphemeBefore,
  right: graphemeAfter,
  "alt+left": wordBefore,
  "ctrl+left": wordBefore,
  "alt+b": wordBefore,
  "alt+right": wordAfter,
  "ctrl+right": wordAfter,
  "alt+f": wordAfter,
  home: lineStart,
  "ctrl+a": lineStart,
  end: lineEnd,
  "ctrl+e": lineEnd,
  "alt+<": () => 0,
  "ctrl+home": () => 0,
  "alt+>": (text) => text.length,
  "ctrl+end": (text) => text.length,
};

const KILLS: Readonly<Record<string, Motion>> = {
  "ctrl+w": blankBefore,
  "alt+backspace": wordBefore,
  "ctrl+backspace": wordBefore,
  "alt+d": wordAfter,
  "ctrl+delete": wordAfter,
  "ctrl+u": lineStart,
  "alt+k": lineEnd,
};

const OTHERS: Readonly<Record<string, (composer: Composer) => Composer>> = {
  backspace,
  "shift+backspace": backspace,
  delete: deleteForward,
  "ctrl+d": deleteForward,
  "ctrl+y": yank,
  "ctrl+_": undo,
  // The same key where the terminal tells keys apart (kitty's protocol).
  "ctrl+/": undo,
  "ctrl+shift+-": undo,
  "alt+z": redo,
  "alt+_": redo,
  "ctrl+t": transpose,
  "alt+enter": (composer) => insert(composer, "\n"),
  "shift+enter": (composer) => insert(composer, "\n"),
  "ctrl+enter": (composer) => insert(composer, "\n"),
  "ctrl+j": (composer) => insert(composer, "\n"),
};

/** What a key does to the text. @returns undefined where it is no key of the composer */
export function composerKey(composer: Composer, chord: string): Composer | undefined {
  const { text, at } = composer;
  if (Object.hasOwn(MOTIONS, chord)) return moveTo(composer, (MOTIONS[chord] as Motion)(text, at));
  if (Object.hasOwn(KILLS, chord)) return killTo(composer, (KILLS[chord] as Motion)(text, at));
  return Object.hasOwn(OTHERS, chord) ? OTHERS[chord]?.(composer) : undefined;
}

/** Whether a chord is a key of the composer. */
export function isComposerKey(chord: string): boolean {
  return [MOTIONS, KILLS, OTHERS].some((keys) => Object.hasOwn(keys, chord));
}

/** All of it at once. */
export function clear(composer: Composer): Composer {
  return eraseTo(moveTo(composer, composer.text.length), 0);
}
