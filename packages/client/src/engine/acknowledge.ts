/** Sends the receipts that are due: up to 64 ids in one, encrypted when it leaves. */
import { type Context, keep, now } from "./context.ts";
import type { Lanes } from "./lanes.ts";
import { passingParcel } from "./parcels.ts";
import { compose } from "./say.ts";
import { Speaker } from "./speaker.ts";

/** Ids in one receipt (docs/messaging.md, "Contents"). */
const MAX_IDS = 64;
/** A device that has not told yet how to name ourselves hears of it later. */
const LATER_MS = 30_000;

/** Sends one receipt. To be called in a turn. @returns whether there may be more */
export async function sendReceipt(context: Context, lanes: Lanes): Promise<boolean> {
  const { profile } = context;
  const at = now(context);
  const nextAt = profile.receipts.nextAt();
  if (nextAt === undefined || nextAt > at) return false;
  const speaker = new Speaker(context);
  // Where the process ends before they are said, their contents come again, and with them the receipts.
  const due = profile.transaction(() => profile.receipts.takeDue(at, MAX_IDS));
  const [first] = due;
  if (first === undefined) return false;
  const device = profile.devices.get(first.device);
  if (device?.state !== "confirmed") return true;
  const content = compose(
    context,
    { kind: "receipt", body: { what: first.kind, ids: due.map(({ id }) => id) } },
    0,
    undefined,
  );
  const said = device.session === "answered" ? await speaker.say(device, content) : "needs-answer";
  const oweAgain = (afterMs: number): void => {
    for (const receipt of due) profile.receipts.add({ ...receipt, dueAt: now(context) + afterMs });
  };
  keep(context, () => {
    if (typeof said === "string") oweAgain(LATER_MS);
    else speaker.apply();
  });
  if (typeof said === "string") return true;
  const onLost = (ms: number): void => void context.inTurn(() => keep(context, () => oweAgain(ms)));
  lanes.push(device.route, passingParcel(context, device.id, said, onLost));
  return true;
}
