/** Pictures of keys (randomart) side by side, as far as there is room. */
const ART_COLUMNS = 19;
const GAP = "  ";

/** One picture: what stands above it, already clean, and its lines. */
export interface KeyPicture {
  readonly heading: string;
  /** As `randomart` of @asfaleia/identity draws it. */
  readonly art: string;
}

/** @param columns of the terminal */
export function sideBySide(pictures: readonly KeyPicture[], columns: number): string[] {
  const inRow = Math.max(1, Math.floor((columns + GAP.length) / (ART_COLUMNS + GAP.length)));
  const rows: string[] = [];
  for (let at = 0; at < pictures.length; at += inRow) {
    const row = pictures.slice(at, at + inRow).map(({ heading, art }) => {
      const lines = [heading, ...art.split("\n")];
      return lines.map((line) => line.padEnd(ART_COLUMNS));
    });
    const height = Math.max(...row.map((lines) => lines.length));
    for (let line = 0; line < height; line++)
      rows.push(
        row
          .map((lines) => lines[line] ?? " ".repeat(ART_COLUMNS))
          .join(GAP)
          .trimEnd(),
      );
  }
  return rows;
}
