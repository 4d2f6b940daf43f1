/** Decodes the picture on standard input in a process of its own, and says in JSON what came of it and what it took. */
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { decodePicture } from "../../src/picture/decode.ts";

const parts: Buffer[] = [];
for await (const part of process.stdin) parts.push(part);
const bytes = Buffer.concat(parts);

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const before = peakKibibytes();
const started = performance.now();
let outcome: string;
try {
  const { width, height } = await decodePicture(bytes, { fit: { width: 640, height: 480 } });
  outcome = `${width}x${height}`;
} catch (error) {
  outcome = String((error as { code?: unknown }).code);
}
delay.disable();
process.stdout.write(
  JSON.stringify({
    outcome,
    ms: Math.round(performance.now() - started),
    mebibytes: Math.round((peakKibibytes() - before) / 1024),
    stalledMs: Math.round(delay.max / 1e6),
  }),
);

/** Of this process alone; what getrusage says counts the process that started it too. */
function peakKibibytes(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "latin1"))?.[1]);
}
