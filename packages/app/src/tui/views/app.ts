/** The whole screen as an element. */
import { useCursor } from "ink";
import type { ReactElement } from "react";
import type { State } from "../model/state.ts";
import { paint, type Theme } from "../theme.ts";
import { h } from "./h.ts";
import { Lines, type StandIns } from "./lines.ts";
import { cursorOf, screenRows } from "./screen.ts";

export interface AppProps {
  readonly state: State;
  readonly theme: Theme;
  readonly standIns: StandIns;
}

export function App({ state, theme, standIns }: AppProps): ReactElement {
  const { setCursorPosition } = useCursor();
  setCursorPosition(cursorOf(state));
  return h(Lines, { rows: screenRows(state).map((row) => paint(row, theme)), standIns });
}
