/** Contents are counted: a hole that no relay can fill any more is told. */
import type { Device } from "../profile/profile.ts";
import { judgeCounter } from "../rules/gaps.ts";
import { type Context, keep, now } from "./context.ts";
import { noticeGap } from "./notices.ts";

/** A counted content of a device has come. To be called in a transaction. */
export function count(context: Context, device: Device, n: number): void {
  const { profile } = context;
  const { received, gaps, fills } = judgeCounter(
    { received: profile.devices.get(device.id)?.received ?? 0 },
    n,
  );
  profile.devices.update(device.id, { received });
  for (const gap of gaps) profile.gaps.add({ device: device.id, n: gap, since: now(context) });
  if (fills !== undefined) profile.gaps.remove(device.id, fills);
}

/** Tells of holes that have outlived every relay's memory. To be called in a turn. @returns when to look again */
export function tellGaps(context: Context): number | undefined {
  const { profile, delays } = context;
  const ended = now(context) - delays.gapMs;
  const first = profile.gaps.nextSince();
  if (first !== undefined && first <= ended) {
    keep(context, (tell) => {
      const counts = new Map<string, number>();
      for (const gap of profile.gaps.takeOpenBefore(ended + 1)) {
        const contact = contactOf(context, gap.device);
        // What is not taken in for want of room is with its sender, and not missing.
        if (contact !== undefined && profile.room.fullAt(contact) !== undefined)
          profile.gaps.add({ ...gap, since: now(context) });
        else counts.set(gap.device, (counts.get(gap.device) ?? 0) + 1);
      }
      for (const [id, missing] of counts) {
        const contact = contactOf(context, id);
        if (contact !== undefined) noticeGap(context, tell, contact, id, missing);
      }
    });
  }
  const next = profile.gaps.nextSince();
  return next === undefined ? undefined : next + delays.gapMs;
}

function contactOf({ profile }: Context, device: string): number | undefined {
  const identity = profile.devices.get(device)?.identity;
  return identity === undefined ? undefined : profile.identities.get(identity)?.contact;
}
