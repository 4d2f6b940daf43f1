/** A relay that has started anew has forgotten everything: what it held is sent again, at random times. */
import { mayRound, roundDelay } from "../rules/resend.ts";
import { type Context, keep, now } from "./context.ts";

function bootOf(relay: string): string {
  return `boot ${relay}`;
}

function roundOf(relay: string): string {
  return `round ${relay}`;
}

/** A link to a relay is up, and this is the run that it is in. */
export function heardBoot(context: Context, relay: string, bootId: Uint8Array): void {
  const hex = Buffer.from(bootId).toString("hex");
  const { profile } = context;
  if (profile.settings.get(bootOf(relay)) === hex) return;
  // Closed meanwhile: the next start hears of it again.
  void context.inTurn(() => noteBoot(context, relay, bootId, hex));
}

function noteBoot(context: Context, relay: string, bootId: Uint8Array, hex: string): void {
  const { settings, deliveries, devices } = context.profile;
  const before = settings.get(bootOf(relay));
  if (before === hex) return;
  const at = now(context);
  const { delays, environment } = context;
  keep(context, () => {
    settings.set(bootOf(relay), hex);
    if (before === undefined) return;
    const last = settings.get(roundOf(relay));
    const afterMs = mayRound(last === undefined ? undefined : Number(last), at, delays)
      ? 0
      : delays.roundEveryMs;
    if (afterMs === 0) settings.set(roundOf(relay), String(at));
    const times = new Map<string, number>();
    for (const delivery of deliveries.atRelay()) {
      const device = devices.get(delivery.device);
      if (device === undefined || device.route.relay !== relay) continue;
      if (delivery.bootId !== undefined && Buffer.compare(delivery.bootId, bootId) === 0) continue;
      // One time for one mailbox: its envelopes come in one go, as they would from anybody who was away.
      const time =
        times.get(device.route.mailbox) ?? at + afterMs + roundDelay(environment.random.fraction(), delays);
      times.set(device.route.mailbox, time);
      if (delivery.nextAt !== undefined && delivery.nextAt > time)
        deliveries.update(delivery.row, { nextAt: time });
    }
  });
}
