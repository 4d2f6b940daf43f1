/** Waits for the file of a message, once it was asked for. */
import { EXIT, Failure } from "../exit.ts";
import type { Face } from "../face/face.ts";
import { explain } from "../face/outcome.ts";
import { watch } from "../face/watch.ts";
import { complain } from "../io.ts";

/**
 * Resolves when all of it is here.
 * @param message whole id
 * @param again what goes on where it is now, as it is typed
 * @throws Failure `timeout` when `ms` are over, `turnedDown` where it cannot be had; the signal's reason
 */
export async function untilWhole(
  face: Face,
  signal: AbortSignal,
  message: string,
  ms: number,
  again: string,
): Promise<void> {
  const state = await watch(face, signal, ms, async () => {
    const now = (await face.call("messages.find", { id: message })).file?.state;
    return now === "offered" || now === "accepted" ? undefined : (now ?? "failed");
  });
  if (state === "complete") return;
  if (state !== undefined) throw new Failure(EXIT.turnedDown, `the file cannot be had: ${state}`);
  await explain(face, complain);
  throw new Failure(EXIT.timeout, `not all of it is here; ${again} goes on where it is now`);
}
