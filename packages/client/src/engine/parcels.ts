/** What a lane carries: sealed when the relay is there, so that no two transmissions look alike. */
import { ENVELOPE_SIZES, sealEnvelope } from "../format/envelope.ts";
import { XwingError } from "../format/xwing.ts";
import type { Delivery, Device } from "../profile/profile.ts";
import type { Context } from "./context.ts";
import type { Parcel } from "./lane.ts";
import { SHORT_ID_BYTES } from "./owncard.ts";

/** Everything before the first answer has one size. */
const [, OPENING_SIZE] = ENVELOPE_SIZES;

/** What a session made of a content. */
interface Said {
  readonly ciphertext: Uint8Array;
  readonly isOpening: boolean;
}

/** What became of a delivery at the relay. */
export interface Fate {
  readonly row: number;
  /** `refused` for good, taken by that run of the relay, or worth another try after so long. */
  readonly outcome: "refused" | { readonly bootId: Uint8Array } | { readonly retryMs: number };
}

/** Farewell of a device that was renewed: its ciphertext is all there is, and its content the short id to say it under. */
export function isAnnouncement({ content }: Delivery): boolean {
  return content.length === SHORT_ID_BYTES;
}

/** Something that its receiver confirms. */
export function deliveryParcel(context: Context, row: number, onFate: (fate: Fate) => void): Parcel {
  const { deliveries, devices } = context.profile;
  return {
    envelope: () => {
      const delivery = deliveries.get(row);
      if (delivery?.ciphertext === undefined || delivery.nextAt === undefined) return undefined;
      const device = devices.get(delivery.device);
      if (device?.state !== "confirmed") return undefined;
      const { ciphertext, isOpening, content } = delivery;
      if (isAnnouncement(delivery)) return sealFarewell(context, device, { ciphertext, isOpening }, content);
      return seal(context, device, { ciphertext, isOpening }, device.sayAs);
    },
    taken: (bootId) => onFate({ row, outcome: { bootId } }),
    failed: (outcome) => onFate({ row, outcome }),
  };
}

/**
 * Something that is said once, and again only when it is asked for.
 * @param onLost it was not taken, and may be said anew after so long
 */
export function passingParcel(
  context: Context,
  deviceId: string,
  said: Said,
  onLost = (_retryMs: number): void => {},
): Parcel {
  return {
    envelope: () => {
      const device = context.profile.devices.get(deviceId);
      return device?.state === "confirmed" ? seal(context, device, said, device.sayAs) : undefined;
    },
    taken: () => {},
    failed: (outcome) => {
      if (outcome !== "refused") onLost(outcome.retryMs);
    },
  };
}

function seal(
  context: Context,
  device: Device,
  said: Said,
  shortId: Uint8Array | undefined,
): Uint8Array | undefined {
  const { xwing } = context.cards.of(device);
  return orNothing(() => sealTo(xwing, context.devicePublicKey, said, shortId));
}

/** Said to somebody who knows us: as large as it is. */
function sealFarewell(
  context: Context,
  device: Device,
  { ciphertext, isOpening }: Said,
  shortId: Uint8Array,
): Uint8Array | undefined {
  return orNothing(() =>
    sealEnvelope(
      { kind: isOpening ? "first" : "message", shortId, ciphertext },
      context.cards.of(device).xwing,
    ),
  );
}

/** Whoever put a key on its card that is none is not to be written to. */
function orNothing(work: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof XwingError) return undefined;
    throw error;
  }
}

function sealTo(
  xwing: Uint8Array,
  deviceKey: Uint8Array,
  { ciphertext, isOpening }: Said,
  shortId: Uint8Array | undefined,
): Uint8Array | undefined {
  if (!isOpening) return shortId && sealEnvelope({ kind: "message", shortId, ciphertext }, xwing);
  const size = { size: OPENING_SIZE };
  return shortId === undefined
    ? sealEnvelope({ kind: "opening", deviceKey, ciphertext }, xwing, size)
    : sealEnvelope({ kind: "first", shortId, ciphertext }, xwing, size);
}
