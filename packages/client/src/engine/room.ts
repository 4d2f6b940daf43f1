/** Room on the disk: what others say is taken in while there is some (docs/messaging.md, "Room"). */
import type { Content } from "../format/content.ts";
import type { Contact } from "../profile/profile.ts";
import {
  DEFAULT_QUOTA,
  DEFAULT_RESERVE,
  type Disk,
  diskOf,
  fits,
  hasRoomAgain,
  isDiskShort,
  roomOf,
} from "../rules/room.ts";
import { type Context, keep, now, type Tell } from "./context.ts";
import { notice } from "./notices.ts";
import { QUOTA, RESERVE } from "./ownsettings.ts";
import { answerControl, confirmedDevices } from "./say.ts";
import { TurnsClosed } from "./turns.ts";

/** A disk that is short, and contacts that are full, are looked at again after this. */
const LOOK_MS = 10_000;

/** Lines of a conversation, and what makes them longer. */
const LINES: ReadonlySet<string> = new Set(["text", "reply", "offer", "edit", "unknown"]);

export class Room {
  readonly #context: Context;
  #waiting = Promise.withResolvers<void>();
  #isShort = false;
  #isClosed = false;

  constructor(context: Context) {
    this.#context = context;
    // Where nobody waits, nobody hears of the end.
    this.#waiting.promise.catch(() => {});
  }

  /** Measures anew. Where that has changed, whoever listens hears of it. */
  isShort(): boolean {
    const isShort = isDiskShort(this.#disk(), this.#isShort);
    if (isShort === this.#isShort) return isShort;
    this.#isShort = isShort;
    this.#context.events.emit({ type: "disk", isShort });
    if (isShort) this.#context.wake();
    else {
      const { resolve } = this.#waiting;
      this.#waiting = Promise.withResolvers<void>();
      this.#waiting.promise.catch(() => {});
      resolve();
    }
    return isShort;
  }

  /** Resolves when something may be taken in. Rejects with TurnsClosed where `close` came first. */
  async open(): Promise<void> {
    while (this.isShort()) {
      if (this.#isClosed) throw new TurnsClosed();
      await this.#waiting.promise;
    }
  }

  /** Whoever waits for room waits no longer. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.reject(new TurnsClosed());
  }

  /**
   * To be called in the transaction that takes a content in. A contact that has no room for a line any more is full.
   * @param before what the contact had taken before it
   */
  fits(tell: Tell, contact: Contact, kind: Content["kind"], before: number): boolean {
    const { room } = this.#context.profile;
    const after = room.taken(contact.id);
    const most = roomOf(contact.state, this.#disk());
    const isLine = LINES.has(kind);
    // A request is never told to be full; beside its lines too it gets its room, and no more.
    const isRequest = contact.state === "request";
    const fullAt = room.fullAt(contact.id) ?? (isRequest && !isLine ? 0 : undefined);
    if (!fits({ before, after }, most, { isLine, fullAt })) return false;
    if (!isLine && after > most) this.#setFull(tell, contact);
    return true;
  }

  /** Something of a contact was not taken in for want of room. */
  tellFull(contact: Contact): void {
    keep(this.#context, (tell) => this.#setFull(tell, contact));
  }

  /** That is told, once until there is some again. */
  #setFull(tell: Tell, { id }: Contact): void {
    const { profile } = this.#context;
    if (profile.contacts.get(id)?.state !== "contact" || profile.room.fullAt(id) !== undefined) return;
    profile.room.setFull(id, true);
    notice(this.#context, tell, id, "room-used-up", "");
  }

  /** Goes on where there is room again. To be called in a turn. @returns when to look again */
  look(): number | undefined {
    const { profile } = this.#context;
    const isShort = this.#isShort && this.isShort();
    const full = profile.room.full();
    if (full.length > 0 && !isShort) {
      const disk = this.#disk();
      for (const id of full) {
        const contact = profile.contacts.get(id);
        if (contact !== undefined && hasRoomAgain(profile.room.taken(id), roomOf(contact.state, disk)))
          this.#goOn(contact);
      }
    }
    return isShort || profile.room.full().length > 0 ? now(this.#context) + LOOK_MS : undefined;
  }

  /** What was not taken in is with them: they are asked to say it again. */
  #goOn(contact: Contact): void {
    const { profile } = this.#context;
    keep(this.#context, (tell) => {
      profile.room.setFull(contact.id, false);
      if (contact.state !== "contact") return;
      notice(this.#context, tell, contact.id, "room-again", "");
      for (const device of confirmedDevices(this.#context, contact.id))
        if (device.session === "answered")
          answerControl(this.#context, contact, device, { kind: "resend", body: {} });
    });
  }

  #disk(): Disk {
    const { profile, environment } = this.#context;
    const { settings, room } = profile;
    const quota = Number(settings.get(QUOTA) ?? DEFAULT_QUOTA);
    const reserve = Number(settings.get(RESERVE) ?? DEFAULT_RESERVE);
    return diskOf({ quota, reserve }, environment.disk?.(), room.spare());
  }
}
