/** Puts the screen on a terminal, and draws it anew when it is told. */
import { type Instance, render } from "ink";
import type { State } from "../model/state.ts";
import type { Theme } from "../theme.ts";
import { App } from "./app.ts";
import { h } from "./h.ts";

export interface Mounted {
  draw(state: State): void;
  /** Forgets what is on the screen, which the caller has cleared. */
  forget(): void;
  unmount(): void;
}

/**
 * @param stdout with `columns`, `rows` and `isTTY`
 * @param onError told when something on the screen cannot be drawn; nothing more will be
 */
export function mount(
  stdout: NodeJS.WriteStream,
  state: State,
  theme: Theme,
  onError: (error: unknown) => void,
): Mounted {
  const instance: Instance = render(h(App, { state, theme }), {
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
    draw: (next) => instance.rerender(h(App, { state: next, theme })),
    forget: () => instance.clear(),
    unmount: () => instance.unmount(),
  };
}
