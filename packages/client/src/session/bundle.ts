/** What a card says of a device's keys, as libsignal takes it. */
import { KEMPublicKey, PreKeyBundle, PublicKey } from "@signalapp/libsignal-client";
import { DEVICE_NUMBER } from "./address.ts";
import { copy } from "./bytes.ts";
import { parsed } from "./errors.ts";
import type { OneTimePrekey, SignedPrekey } from "./keys.ts";

/** What a session with a device is begun from. */
export interface Bundle {
  readonly registration: number;
  /** 33 bytes. */
  readonly device: Uint8Array;
  readonly signed: SignedPrekey;
  readonly kyber: SignedPrekey;
  readonly once?: OneTimePrekey;
}

/** @returns undefined where one of the keys is none. The signatures are not checked here. */
export function readBundle({ registration, device, signed, kyber, once }: Bundle): PreKeyBundle | undefined {
  return parsed(() =>
    PreKeyBundle.new(
      registration,
      DEVICE_NUMBER,
      once?.id ?? null,
      once === undefined ? null : PublicKey.deserialize(copy(once.key)),
      signed.id,
      PublicKey.deserialize(copy(signed.key)),
      copy(signed.signature),
      PublicKey.deserialize(copy(device)),
      kyber.id,
      KEMPublicKey.deserialize(copy(kyber.key)),
      copy(kyber.signature),
    ),
  );
}
