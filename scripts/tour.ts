/**
 * Walks the tour in tmux at both sizes, and holds every screen against its snapshot; with `--update` it takes the snapshots and
 * writes docs/tour.md anew.
 *
 *     npm run tour -- [--update] [80x24|200x50]
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTour, TOUR } from "../test/tour/document.ts";
import { compared, taken } from "../test/tour/look.ts";
import { readSnapshot, writeSnapshots } from "../test/tour/snapshots.ts";
import { SIZES } from "../test/tour/stage.ts";
import { walk } from "../test/tour/walk.ts";

const over = new AbortController();
process.once("SIGINT", () => over.abort(new Error("interrupted")));
const isUpdate = process.argv.includes("--update");
const wanted = process.argv.slice(2).filter((word) => word !== "--update");
for (const size of SIZES) {
  const name = `${size.columns}x${size.rows}`;
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`${isUpdate ? "taking" : "comparing"} the screens of ${name}`);
  const screens = new Map<string, string>();
  await walk(size, isUpdate ? taken(screens) : compared(size), over.signal);
  if (isUpdate) writeSnapshots(size, screens);
}
if (isUpdate) {
  const document = makeTour((step) => readSnapshot({ columns: 80, rows: 24 }, step));
  writeFileSync(join(import.meta.dirname, "..", TOUR), document);
}
