/** Sends parts of files that were asked for. Nobody confirms a part: what is missing is asked for again. */
import type { ContentOf } from "../format/content.ts";
import type { Contact, Device } from "../profile/profile.ts";
import { type Context, keep, now, type Tell } from "./context.ts";
import type { Lanes } from "./lanes.ts";
import { passingParcel } from "./parcels.ts";
import { answerControl, compose } from "./say.ts";
import { Speaker } from "./speaker.ts";
import { askForParts, finish, offeringDevice, partCount, tellFile } from "./transfers.ts";
import { hex } from "./views.ts";

/** Parts of one transaction. */
const BATCH = 4;
/** Parts that wait for one lane: each holds a quarter of a MiB in memory. */
const MAX_IN_LANE = 8;
/** A lane with so many is looked at again. */
const BUSY_MS = 20;
/** Files that are being sent at a time; another one is asked for again by its receiver. */
const MAX_JOBS = 64;
/** Times that a device may have all of a file, while this process runs. */
const MAX_RUNS = 5;
/** No part for so long: what is missing is asked for again, each time after twice as long. */
const STALL_MS = 60_000;
const MAX_STALLS = 8;

interface Job {
  readonly contact: number;
  readonly device: string;
  readonly file: Uint8Array;
  /** Indices, the next one first. */
  readonly indices: number[];
}

export class Parts {
  readonly #context: Context;
  readonly #jobs = new Map<string, Job>();
  /** Parts that each device has asked for, of each file. */
  readonly #sent = new Map<string, number>();
  /** When a file that we asked for moved last, and how often it was asked for since. */
  readonly #asked = new Map<string, { at: number; stalls: number }>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Somebody asks for parts of an own file, has all of it, or wants it no more. To be called in a transaction. */
  takeRequest(tell: Tell, contact: Contact, device: Device, { body }: ContentOf<"request">): void {
    const { files } = this.#context.profile;
    const file = files.get(contact.id, body.file);
    if (file === undefined) return;
    const key = jobKey(device.id, body.file);
    if (body.want === "cancel") {
      this.#jobs.delete(key);
      if (file.state === "complete") return;
      files.update(contact.id, file.id, "cancelled");
      if (file.direction === "in") files.removeParts(contact.id, file.id);
    } else if (file.direction === "out") {
      const ranges = body.want === "start" ? [[0, partCount(file) - 1] as const] : (body.ranges ?? []);
      const isWhole = ranges.length === 0;
      if (file.state === "cancelled") {
        const body = { file: file.id, want: "cancel" as const };
        answerControl(this.#context, contact, device, { kind: "request", body });
        return;
      }
      files.update(contact.id, file.id, isWhole ? "complete" : "accepted");
      if (isWhole) this.#jobs.delete(key);
      else if (this.#jobs.size < MAX_JOBS || this.#jobs.has(key)) {
        const indices = indicesOf(ranges, partCount(file));
        const sent = (this.#sent.get(key) ?? 0) + indices.length;
        // Whoever asks again and again may have named a mailbox that is not its own.
        if (sent > MAX_RUNS * partCount(file)) return;
        this.#sent.set(key, sent);
        this.#jobs.set(key, { contact: contact.id, device: device.id, file: file.id, indices });
      }
    }
    tellFile(this.#context, tell, file);
  }

  /** A part has come: the file is moving. */
  moved(contact: number, file: Uint8Array): void {
    this.#asked.set(askKey(contact, file), { at: now(this.#context), stalls: 0 });
  }

  /** Sends some parts. To be called in a turn. @returns milliseconds until there is more to do; undefined: nothing is */
  async sendSome(lanes: Lanes): Promise<number | undefined> {
    const { profile } = this.#context;
    let isBusy = false;
    for (const [key, job] of this.#jobs) {
      const device = profile.devices.get(job.device);
      if (device?.state !== "confirmed" || device.session !== "answered" || device.sayAs === undefined) {
        this.#jobs.delete(key);
        continue;
      }
      if (lanes.waiting(device.route) >= MAX_IN_LANE) {
        isBusy = true;
        continue;
      }
      await this.#sendBatch(lanes, device, job);
      if (job.indices.length === 0) this.#jobs.delete(key);
      return 0;
    }
    return isBusy ? BUSY_MS : undefined;
  }

  async #sendBatch(lanes: Lanes, device: Device, job: Job): Promise<void> {
    const speaker = new Speaker(this.#context);
    const parcels = [];
    for (const index of job.indices.splice(0, BATCH)) {
      const bytes = this.#context.profile.files.part(job.contact, job.file, index);
      if (bytes === undefined) continue;
      const content = compose(
        this.#context,
        { kind: "part", body: { file: job.file, index, bytes } },
        0,
        undefined,
      );
      const said = await speaker.say(device, content);
      if (typeof said !== "string") parcels.push(passingParcel(this.#context, device.id, said));
    }
    keep(this.#context, () => speaker.apply());
    for (const parcel of parcels) lanes.push(device.route, parcel);
  }

  /** Asks again for what stands still. To be called in a turn. @returns when to look again */
  askAgain(): number | undefined {
    const { profile } = this.#context;
    const at = now(this.#context);
    let next: number | undefined;
    const moving = new Set<string>();
    for (const file of profile.files.open()) {
      if (file.direction !== "in" || file.state !== "accepted") continue;
      const key = askKey(file.contact, file.id);
      moving.add(key);
      const asked = this.#asked.get(key);
      const dueAt = asked === undefined ? at : asked.at + STALL_MS * 2 ** asked.stalls;
      const contact = profile.contacts.get(file.contact);
      if (dueAt <= at && contact !== undefined) {
        this.#asked.set(key, {
          at,
          stalls: asked === undefined ? 0 : Math.min(MAX_STALLS, asked.stalls + 1),
        });
        keep(this.#context, (tell) => {
          if (profile.files.parts(file.contact, file.id).length < partCount(file))
            askForParts(this.#context, contact, file);
          else {
            finish(this.#context, contact, offeringDevice(this.#context, file), file);
            tellFile(this.#context, tell, file);
          }
        });
      }
      const again = this.#asked.get(key);
      if (again !== undefined)
        next = Math.min(next ?? Number.POSITIVE_INFINITY, again.at + STALL_MS * 2 ** again.stalls);
    }
    for (const key of this.#asked.keys()) if (!moving.has(key)) this.#asked.delete(key);
    return next;
  }
}

function askKey(contact: number, file: Uint8Array): string {
  return `${contact} ${hex(file)}`;
}

function indicesOf(ranges: readonly (readonly [number, number])[], count: number): number[] {
  const indices = new Set<number>();
  for (const [first, last] of ranges)
    for (let index = first; index <= last && index < count; index++) indices.add(index);
  return [...indices];
}

function jobKey(device: string, file: Uint8Array): string {
  return `${device} ${hex(file)}`;
}
