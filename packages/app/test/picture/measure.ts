/**
 * Decodes the picture on standard input in a process of its own, and says in JSON what came of it and what it took. With
 * `sixel` behind it, draws it too, as large as a preview in the chat is on a terminal with very fine cells.
 */
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { setTimeout as nextTurn } from "node:timers/promises";
import { decodePicture } from "../../src/picture/decode.ts";
import { drawPicture } from "../../src/picture/draw.ts";

const parts: Buffer[] = [];
for await (const part of process.stdin) parts.push(part);
const bytes = Buffer.concat(parts);

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const before = peakKibibytes();
const started = performance.now();
let outcome: string;
try {
  outcome = process.argv[2] === "sixel" ? await drawn() : await decoded();
} catch (error) {
  outcome = String((error as { code?: unknown }).code);
}
const ms = Math.round(performance.now() - started);
// What held the last turn up is counted in the next.
await nextTurn(10);
delay.disable();
process.stdout.write(
  JSON.stringify({
    outcome,
    ms,
    mebibytes: Math.round((peakKibibytes() - before) / 1024),
    stalledMs: Math.round(delay.max / 1e6),
  }),
);

async function decoded(): Promise<string> {
  const { width, height } = await decodePicture(bytes, { fit: { width: 640, height: 480 } });
  return `${width}x${height}`;
}

async function drawn(): Promise<string> {
  const { columns, rows } = await drawPicture(bytes, {
    way: "sixel",
    room: { columns: 60, rows: 14 },
    depth: "full",
    cell: { width: 40, height: 80 },
  });
  return `${columns}x${rows} cells`;
}

/** Of this process alone; what getrusage says counts the process that started it too. */
function peakKibibytes(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "latin1"))?.[1]);
}
