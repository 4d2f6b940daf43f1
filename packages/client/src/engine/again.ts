/** Saying again what was not confirmed. */
import { spread } from "../rules/resend.ts";
import { type Context, now } from "./context.ts";
import { isAnnouncement } from "./parcels.ts";

/** What a device has not confirmed goes to it soon: the same contents, encrypted anew. To be called in a transaction. */
export function sayAgain(context: Context, device: string): void {
  const at = now(context);
  for (const delivery of context.profile.deliveries.openTo(device)) {
    // What an old device of ours said last cannot be said anew.
    const anew = isAnnouncement(delivery) ? {} : { ciphertext: undefined };
    context.profile.deliveries.update(delivery.row, { ...anew, nextAt: at });
  }
}

/** What waited for a device to answer need not wait any longer. To be called in a transaction. */
export function hurry(context: Context, device: string): void {
  const { profile, environment, delays } = context;
  for (const { row, attempts, ciphertext, role, nextAt } of profile.deliveries.openTo(device)) {
    if (attempts > 0 || ciphertext !== undefined || nextAt === undefined) continue;
    // A copy must not leave together with its message, but has not to wait for longer than any copy.
    const afterMs = role === "copy" ? spread(delays.copyMeanMs, environment.random.fraction()) : 0;
    profile.deliveries.update(row, { nextAt: Math.min(nextAt, now(context) + afterMs) });
  }
}
