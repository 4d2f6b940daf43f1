/** Makes a profile from beginning to end, for whichever face leads through it. */
import type { Protection } from "@asfaleia/client/messenger";
import { startOwnRelay, whereOwnRelay } from "../ownrelay/ownrelay.ts";
import { rememberOwnRelay } from "../ownrelay/settings.ts";
import { begin } from "./begin.ts";
import { makeProfile, surveyRelays } from "./make.ts";
import type { MakeValues } from "./makeoptions.ts";
import { makingOf } from "./making.ts";
import { runWith } from "./open.ts";
import { chooseProtection, type ProtectionValues } from "./protection.ts";
import { needNoProfile, type ProfileValues, type Where, whereIs } from "./where.ts";

export type InitialiseValues = MakeValues & ProtectionValues & ProfileValues;

export interface Initialised {
  readonly where: Where;
  /** Fingerprint of the SSH key. */
  readonly identity: string;
  readonly device: string;
  readonly protection: Protection["kind"];
  readonly keyHasPassphrase: boolean;
}

/**
 * Whoever the call is for is asked for what it takes: whether to trust a relay, a passphrase.
 * @throws Failure, KeyError, LinkError, ProfileError, Interrupted, the signal's reason. Then nothing of it remains.
 */
export async function initialise(values: InitialiseValues, signal: AbortSignal): Promise<Initialised> {
  const where = whereIs(values);
  needNoProfile(where);
  const own = whereOwnRelay(values.relay);
  const relay = own === undefined ? undefined : await startOwnRelay(where.home, own, signal);
  try {
    const making = await makingOf(
      relay === undefined ? values : { ...values, relay: [relay.address] },
      true,
      signal,
    );
    const trusting = { home: where.home, acceptNew: values["accept-new"] === true };
    const surveyed = await surveyRelays(making, trusting, signal);
    const protection = await chooseProtection(values, making.key, signal);
    const profile = await makeProfile(where, making, surveyed, protection, values.identity);
    try {
      if (own !== undefined) rememberOwnRelay(profile, own);
      // The same one, so that a passphrase is typed once.
      const key = () => Promise.resolve(making.key);
      const opened = { where, profile, protection: protection.kind, key, signal };
      const { identity, device } = await runWith(opened, values, async (all) => {
        await begin(all, making.publish, surveyed.link !== undefined && !making.replaces);
        return all.messenger.status();
      });
      const keyHasPassphrase = await making.key.hasPassphrase();
      return { where, identity, device, protection: protection.kind, keyHasPassphrase };
    } finally {
      profile.close();
    }
  } finally {
    await relay?.stop();
  }
}
