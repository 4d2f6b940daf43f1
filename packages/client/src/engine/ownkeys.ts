/** The keys of this device, ready to be used. */
import { xwingKeyFromSeed } from "../format/xwing.ts";
import type { OwnDevice, Profile } from "../profile/profile.ts";
import { devicePublicKey } from "../session/keys.ts";
import { openSessions } from "../session/session.ts";
import type { OwnKeys } from "./context.ts";

export function openOwnKeys(profile: Profile, own: OwnDevice): OwnKeys {
  return {
    own,
    devicePublicKey: devicePublicKey(own.deviceKey),
    xwing: xwingKeyFromSeed(own.xwingSeed),
    sessions: openSessions({
      store: profile.sessions,
      ownDevice: own.id,
      deviceKey: own.deviceKey,
      registration: own.registration,
    }),
  };
}
