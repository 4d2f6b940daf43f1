/** What is on its way follows the devices: a new one gets what is still open, a withdrawn one gets nothing more. */
import type { Delivery } from "../profile/profile.ts";
import type { Context, Tell } from "./context.ts";
import { furthest, hex } from "./views.ts";

/** A device may get what is said to its contact from now on, and what nobody has received yet. */
export function giveToDevice(context: Context, contact: number, device: string): void {
  const { deliveries } = context.profile;
  for (const waiting of deliveries.withoutDevice(contact)) {
    addFor(context, waiting, device);
    deliveries.remove(waiting.row);
  }
  for (const other of context.profile.devices.ofContact(contact)) {
    if (other.id === device) continue;
    for (const open of deliveries.openTo(other.id)) {
      if (open.role !== "control" && deliveries.find(device, open.id) === undefined)
        addFor(context, open, device);
    }
  }
}

/** A withdrawn device: what was open to it waits for another one, where no other has it. */
export function takeFromDevice(context: Context, tell: Tell, contact: number, device: string): void {
  const { deliveries, receipts, sessions } = context.profile;
  for (const open of deliveries.openTo(device)) {
    const isOnlyOne = deliveries.ofContent(contact, open.id).length === 1;
    if (open.role === "message" && isOnlyOne) addFor(context, open, "");
    deliveries.remove(open.row);
    const state = furthest(deliveries.ofContent(contact, open.id));
    if (open.role === "message" && state !== undefined)
      tell({ type: "state", id: hex(open.id), contact, state });
  }
  receipts.removeOf(device);
  sessions.removeSession(device);
}

function addFor({ profile, ...context }: Context, open: Delivery, device: string): void {
  const at = context.environment.clock.now();
  const { row: _, ...delivery } = open;
  profile.deliveries.add({
    ...delivery,
    device,
    ciphertext: undefined,
    isOpening: false,
    turn: 0,
    state: "queued",
    attempts: 0,
    nextAt: at,
    bootId: undefined,
  });
}
