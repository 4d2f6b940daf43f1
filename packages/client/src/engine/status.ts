/** How things stand: what is open, what is up, and whether this device counts. */
import { formatAddress } from "@asfaleia/protocol";
import { openDeviceList } from "../format/devicelist.ts";
import type { Status } from "../messenger.ts";
import type { Engine } from "./engine.ts";
import { isConfirmed } from "./owndevices.ts";
import { ownRelays } from "./ownsettings.ts";
import { isPublished } from "./publish.ts";
import { hex } from "./views.ts";

export function statusOf(engine: Engine): Status {
  const { profile, own, fingerprint, readers } = engine;
  const list = profile.own.list();
  return {
    identity: fingerprint,
    device: own.id,
    isConfirmed: isConfirmed(engine),
    listEnds: list === undefined ? undefined : openDeviceList(list).ends,
    relays: ownRelays(profile).map((address) => {
      const relay = formatAddress(address);
      return { relay, isUp: readers.isUp(relay), hasCard: isPublished(engine, relay) };
    }),
    open: profile.deliveries
      .openMessages()
      .map(({ id, contact, device, state }) => ({ id: hex(id), contact, device, state })),
    isDiskShort: engine.room.isShort(),
    full: profile.room.full(),
    requests: profile.contacts.all().filter(({ state }) => state === "request").length,
  };
}
