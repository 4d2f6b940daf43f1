/** The real world, as the messenger wants it. */
import { randomBytes } from "node:crypto";
import { statfsSync } from "node:fs";
import type { Clock, Dial, DiskSpace, Environment, Random } from "@asfaleia/client/messenger";

/** What a timer of Node takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const FRACTION_BYTES = 6;

/** Timers go by the monotonic clock of the event loop, whatever happens to the time of day. */
const clock: Clock = {
  now: () => Date.now(),
  after(ms, act) {
    let left = Math.max(0, Math.ceil(ms));
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const part = Math.min(left, LONGEST_TIMER_MS);
      left -= part;
      timer = setTimeout(left > 0 ? wait : act, part);
    };
    wait();
    return () => clearTimeout(timer);
  },
};

const random: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  fraction: () => randomBytes(FRACTION_BYTES).readUIntBE(0, FRACTION_BYTES) / 2 ** (8 * FRACTION_BYTES),
};

/** @param folder where the profile is; left out for one that is on no disk */
export function realEnvironment(dial: Dial, folder?: string): Environment {
  return { clock, random, dial, ...(folder === undefined ? {} : { disk: () => spaceOf(folder) }) };
}

/** @returns undefined where the file system does not tell; some say that they have no block at all */
function spaceOf(folder: string): DiskSpace | undefined {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return blocks === 0 ? undefined : { free: bavail * bsize, size: blocks * bsize };
  } catch {
    return undefined;
  }
}
