/** The help screen: all keys and commands. */
import { COMMANDS } from "../commands/table.ts";
import { STATE_WORDS } from "../format.ts";
import { cells } from "../layout/cells.ts";
import { EMPTY_ROW, type Row, span } from "../layout/row.ts";
import { paragraph, textOverlay } from "./infos.ts";
import type { State } from "./state.ts";

const KEYS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "Conversations",
    [
      ["Tab, Alt+Down, Ctrl+N", "the next one"],
      ["Shift+Tab, Alt+Up, Ctrl+P", "the one before"],
      ["Alt+1 … Alt+9", "the first to ninth of the list"],
      ["Alt+A", "the next with something new"],
      ["Ctrl+K", "any, by a few letters"],
      ["Alt+R", "requests of strangers"],
      ["PageUp, PageDown, wheel", "scroll"],
      ["Home, End", "to the top, to the end (composer empty)"],
      ["Ctrl+F", "search in everything"],
    ],
  ],
  [
    "Writing",
    [
      ["Enter", "send"],
      ["Alt+Enter, Ctrl+J", "a new line (Shift+Enter where the terminal tells)"],
      ["Up, Down", "by row; at the edge what was sent before"],
      ["Ctrl+A, Ctrl+E", "begin and end of the line"],
      ["Alt+B, Alt+F", "by word"],
      ["Ctrl+W, Ctrl+U, Alt+D, Alt+K", "cut a word, to the begin, a word ahead, to the end"],
      ["Ctrl+Y", "put back what was cut"],
      ["Ctrl+_, Alt+_", "undo, redo"],
      ["Tab", "complete a / command"],
    ],
  ],
  [
    "One message",
    [
      ["Ctrl+Up", "choose: then Up and Down, or k and j"],
      ["r, e, d", "reply, edit, delete"],
      ["+", "react"],
      ["v, s, i", "view its picture, save its file, how far it is"],
      ["Enter", "reply"],
      ["Esc", "back to writing"],
    ],
  ],
  [
    "Otherwise",
    [
      ["F1, ? (composer empty)", "this"],
      ["Ctrl+L", "draw the screen anew"],
      ["Ctrl+Z", "suspend"],
      ["Ctrl+C twice, /quit", "end; the agent goes on"],
    ],
  ],
];

const KEY_CELLS = 30;

export function help(state: State): State {
  const { signs } = state;
  const rows = (width: number): Row[] => [
    ...KEYS.flatMap(([title, keys]) => [
      [span(title, "title")],
      ...keys.map(([name, what]) => entry(name, what, width)),
      EMPTY_ROW,
    ]),
    [span("Commands", "title")],
    ...COMMANDS.map(({ name, args, help: what }) => entry(`/${name} ${args}`, what, width)),
    [span("  // begins a text with a slash", "quiet")],
    EMPTY_ROW,
    [span("Signs behind your messages", "title")],
    ...Object.entries(signs.states)
      .filter(([name]) => name !== "refused")
      .map(([name, sign]) => entry(sign, STATE_WORDS[name as keyof typeof STATE_WORDS], width)),
    EMPTY_ROW,
    ...paragraph(
      "Nobody is shown as online or offline. It would tell when somebody is awake, and it would have to be sent.",
      width,
      "quiet",
    ),
  ];
  return { ...state, overlay: textOverlay("Help", rows) };
}

function entry(name: string, what: string, width: number): Row {
  const column = Math.min(KEY_CELLS, Math.floor(width / 2));
  const gap = " ".repeat(Math.max(1, column - cells(name)));
  return [span("  "), span(name, "accent"), span(gap), span(what)];
}
