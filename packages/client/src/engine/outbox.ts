/**
 * The way out, second half: what is due is encrypted, kept together with the ratchet step, and only then handed to the
 * lane that leads to the mailbox (docs/message-path.md). It stays here until the other device has confirmed it.
 */
import { decodeContent } from "../format/content.ts";
import type { Delivery, Device } from "../profile/profile.ts";
import { mayGoFirst } from "../rules/first.ts";
import { ciphertextStillGood, nextAttempt } from "../rules/resend.ts";
import { mayStillAnswer } from "./answerstate.ts";
import { type Context, contactOfDevice, keep, now } from "./context.ts";
import type { Lanes } from "./lanes.ts";
import { lookUpSoon } from "./lookups.ts";
import { deliveryParcel, type Fate, isAnnouncement } from "./parcels.ts";
import { resetSession } from "./resets.ts";
import { control } from "./say.ts";
import { Speaker, type Unsaid } from "./speaker.ts";

/** Deliveries of one transaction. */
const BATCH = 32;
/** A first message that nobody answers: perhaps the card it was made for is an old one. */
const ATTEMPTS_BEFORE_LOOKUP = 2;
/** Every so often the content is encrypted anew all the same: libsignal also calls a repeat what fell behind too large a gap. */
const ANEW_EVERY = 4;
/** What waits for an answer or a card is looked at again after this; as a rule, it is hurried before. */
const WAIT_MS = 6 * 3_600_000;
/** Envelopes that wait for one lane: more are looked at later. */
const MAX_IN_LANE = 256;
const BUSY_MS = 500;

/** What becomes of one delivery. */
interface Step {
  readonly delivery: Delivery;
  readonly device: Device | undefined;
  /** What is kept of it; it goes out where there is a ciphertext to go. */
  readonly changes: Partial<Delivery>;
  readonly goes: boolean;
  readonly unsaid?: Unsaid;
}

/** Sends a batch of what is due. To be called in a turn. @returns whether there may be more */
export async function sendDue(
  context: Context,
  lanes: Lanes,
  onFate: (fate: Fate) => void,
): Promise<boolean> {
  const { profile } = context;
  const due = profile.deliveries.due(now(context), BATCH);
  if (due.length === 0) return false;
  const speaker = new Speaker(context);
  const steps: Step[] = [];
  for (const delivery of due) steps.push(await prepare(context, speaker, lanes, delivery));
  keep(context, () => {
    speaker.apply();
    for (const { delivery, device, changes, unsaid } of steps) {
      profile.deliveries.update(delivery.row, changes);
      if (unsaid === "needs-hello" && device !== undefined) sayHello(context, device);
    }
  });
  for (const { delivery, device, goes } of steps) {
    if (goes && device !== undefined) lanes.push(device.route, deliveryParcel(context, delivery.row, onFate));
  }
  for (const { device, unsaid } of steps) {
    const fresh = device === undefined ? undefined : profile.devices.get(device.id);
    if (unsaid === "needs-reset" && fresh !== undefined) resetSession(context, fresh);
  }
  return due.length === BATCH;
}

async function prepare(context: Context, speaker: Speaker, lanes: Lanes, delivery: Delivery): Promise<Step> {
  const { profile, environment, delays } = context;
  const device = profile.devices.get(delivery.device);
  const wait = (ms: number): Step => ({
    delivery,
    device,
    changes: { nextAt: now(context) + ms },
    goes: false,
  });
  if (device === undefined || device.state !== "confirmed") return wait(WAIT_MS);
  if (profile.contacts.get(delivery.contact)?.state === "blocked") return wait(WAIT_MS);
  if (!mayStillAnswer(context, delivery.contact, device)) return wait(WAIT_MS);
  if (lanes.waiting(device.route) >= MAX_IN_LANE) return wait(BUSY_MS);

  const attempts = delivery.attempts + 1;
  const nextAt = now(context) + nextAttempt(attempts, environment.random.fraction(), delays);
  const turn = speaker.turn(device);
  const isTurn = delivery.ciphertext !== undefined && attempts % ANEW_EVERY === 0;
  const isStillGood = isAnnouncement(delivery) || (!isTurn && ciphertextStillGood(delivery.turn, turn));
  if (delivery.ciphertext !== undefined && isStillGood)
    return { delivery, device, changes: { nextAt }, goes: true };

  const said = await speaker.say(device, decodeContent(delivery.content));
  if (
    said === "needs-card" ||
    (typeof said !== "string" && said.isOpening && attempts > ATTEMPTS_BEFORE_LOOKUP)
  ) {
    lookUpSoon(context, device.identity);
  }
  if (typeof said === "string") return { ...wait(WAIT_MS), unsaid: said };
  return { delivery, device, changes: { ...said, nextAt, ...(isTurn ? { attempts } : {}) }, goes: true };
}

/** Something that may go first, so that what may not has an answer to wait for. To be called in a transaction. */
function sayHello(context: Context, device: Device): void {
  const contact = contactOfDevice(context, device);
  const isOnItsWay = context.profile.deliveries
    .openTo(device.id)
    .some((delivery) => !isAnnouncement(delivery) && mayGoFirst(decodeContent(delivery.content)));
  if (contact !== undefined && !isOnItsWay) control(context, contact, device, { kind: "hello", body: {} });
}
