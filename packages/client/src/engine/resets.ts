/** A session that cannot go on is begun anew, and both sides say again what was not confirmed. */
import type { Device } from "../profile/profile.ts";
import { afterReset, mayReset } from "../rules/resets.ts";
import { sayAgain } from "./again.ts";
import { type Context, contactOfDevice, keep, now } from "./context.ts";
import { notice } from "./notices.ts";
import { control } from "./say.ts";
import { TURNS_OF_A_RESET } from "./turnings.ts";

/**
 * A known device has sent what cannot be decrypted: its session is dropped, and a content `resend` begins the next one.
 * At most one an hour and device, then doubling. To be called in a turn.
 */
export function resetSession(context: Context, device: Device): void {
  const at = now(context);
  const { profile, delays } = context;
  const contact = contactOfDevice(context, device);
  if (contact === undefined || contact.state === "blocked" || contact.state === "request") return;
  if (device.state !== "confirmed" || !mayReset(device, at, delays)) return;
  keep(context, (tell) => {
    // Not only put away: what came late in it would bring it back, and they may have lost it.
    profile.sessions.removeSession(device.id);
    profile.devices.update(device.id, {
      session: "none",
      turn: device.turn + TURNS_OF_A_RESET,
      ...afterReset(device, at, delays),
    });
    notice(context, tell, contact.id, "session-reset", device.id);
    control(context, contact, device, { kind: "resend", body: {} });
    sayAgain(context, device.id);
  });
}
