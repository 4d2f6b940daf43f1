/** What libsignal calls a device. Names enter its MAC, so they are wire format (docs/messaging.md, "Sessions"). */
import { ProtocolAddress } from "@signalapp/libsignal-client";
import { deviceId } from "../format/deviceid.ts";
import { DEVICE_KEY_BYTES } from "./devicekey.ts";

/** Always this one: it is the name that says which device it is. */
export const DEVICE_NUMBER = 1;

/** @param device UUID */
export function addressOf(device: string): ProtocolAddress {
  return ProtocolAddress.new(device, DEVICE_NUMBER);
}

/** Whether the device's name was made from this key. */
export function isKeyOf(key: Uint8Array, device: string): boolean {
  return key.length === DEVICE_KEY_BYTES && deviceId(key) === device;
}
