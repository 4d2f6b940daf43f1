/** The prekeys of this device: new ones every week, the old ones destroyed when nobody can still use them. */
import type { Prekey, Profile } from "../profile/profile.ts";
import { newKyberPrekey, newSignedPrekey } from "../session/keys.ts";

const DAY_MS = 86_400_000;
/** How often prekeys change. */
export const ROTATION_MS = 7 * DAY_MS;
/** The longest that a relay keeps an envelope, unless it says otherwise. */
export const TTL_MS = 7 * DAY_MS;
/** Old prekeys are kept this long after new ones took their place. */
const KEPT_MS = 2 * TTL_MS;

/** Prekeys that nobody has seen yet. */
export function newPrekeys(
  profile: Profile,
  deviceKey: Uint8Array,
  now: number,
): { readonly signed: Prekey; readonly kyber: Prekey } {
  const id = profile.sessions.highestPrekeyId() + 1;
  return {
    signed: { id, record: newSignedPrekey(id, deviceKey, now).record, createdAt: now },
    kyber: { id: id + 1, record: newKyberPrekey(id + 1, deviceKey, now).record, createdAt: now },
  };
}

/** Makes the prekeys that cards show from now on. */
export function addPrekeys(profile: Profile, deviceKey: Uint8Array, now: number): void {
  const { signed, kyber } = newPrekeys(profile, deviceKey, now);
  profile.sessions.putPrekey("signed", signed);
  profile.sessions.putPrekey("kyber", kyber);
}

/** Milliseconds since 1970 at which a card with prekeys made then is no longer to be used. */
export function cardEnds(prekeysMadeAt: number): number {
  return prekeysMadeAt + ROTATION_MS + KEPT_MS - TTL_MS;
}

/** Makes new prekeys when it is time, and destroys those that nobody can still use. @returns when to look again */
export function tendPrekeys(profile: Profile, deviceKey: Uint8Array, now: number): number {
  const madeAt = profile.sessions.newestPrekey("signed")?.createdAt ?? Number.NEGATIVE_INFINITY;
  // A clock that was set back must not keep a prekey for longer than a week more.
  if (now - madeAt >= ROTATION_MS || madeAt - now > ROTATION_MS) addPrekeys(profile, deviceKey, now);
  profile.sessions.removePrekeysBefore(now - ROTATION_MS - KEPT_MS);
  const newest = profile.sessions.newestPrekey("signed")?.createdAt ?? now;
  return newest + ROTATION_MS;
}
