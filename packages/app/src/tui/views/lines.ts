/** Rows of the screen as elements: one that has not changed is not laid out again. */
import { Box, Text } from "ink";
import { memo, type ReactElement } from "react";
import type { Row } from "../layout/row.ts";
import { paint, type Theme } from "../theme.ts";
import { h } from "./h.ts";

const Line = memo(
  ({ text }: { readonly text: string }): ReactElement => h(Text, { wrap: "truncate-end" }, text),
);

/** Rows of one pane, beneath each other. */
export function Lines({
  rows,
  width,
  theme,
}: {
  readonly rows: readonly Row[];
  readonly width: number;
  readonly theme: Theme;
}): ReactElement {
  return h(
    Box,
    { flexDirection: "column", width, height: rows.length, flexShrink: 0 },
    // A row is what stands in this place of the screen.
    rows.map((row, index) => h(Line, { key: index, text: paint(row, theme) || " " })),
  );
}
