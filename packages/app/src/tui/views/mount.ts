/** Puts the screen on a terminal, and draws it anew when it is told. */
import { Writable } from "node:stream";
import { type Instance, render } from "ink";
import type { State } from "../model/state.ts";
import type { Theme } from "../theme.ts";
import { App } from "./app.ts";
import { h } from "./h.ts";
import { StandIns } from "./lines.ts";

export interface Mounted {
  draw(state: State): void;
  /** Forgets what is on the screen, which the caller has cleared. */
  forget(): void;
  unmount(): void;
}

export interface MountOptions {
  readonly state: State;
  readonly theme: Theme;
  /** To the terminal. */
  readonly write: (text: string) => void;
  /** Rows that the terminal has now. */
  readonly rows: () => number;
  /** Told when something on the screen cannot be drawn; nothing more will be. */
  readonly onError: (error: unknown) => void;
}

export function mount({ state, theme, write, rows, onError }: MountOptions): Mounted {
  const standIns = new StandIns();
  let frame: string[] | undefined;
  const stdout = screenStream(rows, (text) => {
    const resolved = standIns.resolve(text);
    if (frame === undefined) write(resolved);
    else frame.push(resolved);
  });
  const instance: Instance = render(h(App, { state, theme, standIns }), {
    stdout,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
    incrementalRendering: true,
    // Whoever calls `draw` sees to the pace.
    maxFps: 1_000,
  });
  instance.waitUntilExit().catch(onError);
  return {
    draw: (next) => {
      // Ink writes a frame in three parts; each would wake the terminal.
      frame = [];
      try {
        instance.rerender(h(App, { state: next, theme, standIns }));
      } finally {
        const text = frame.join("");
        frame = undefined;
        if (text !== "") write(text);
      }
    },
    forget: () => instance.clear(),
    unmount: () => instance.unmount(),
  };
}

/** Cells that Ink sees in a row: the character that stands for it, and one more. */
const COLUMNS = 2;

/** A stream that Ink takes for a terminal. It tells of no change of size: the model has to hear of it first. */
function screenStream(rows: () => number, write: (text: string) => void): NodeJS.WriteStream {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      write(typeof chunk === "string" ? chunk : chunk.toString("utf8"));
      done();
    },
  });
  Object.defineProperties(stream, {
    isTTY: { value: true },
    columns: { value: COLUMNS },
    rows: { get: rows },
  });
  return stream as unknown as NodeJS.WriteStream;
}
