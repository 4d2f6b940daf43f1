/** The chat as lines that are only ever appended: what is new since the last time is written out. */
import type { MessageView } from "@asfaleia/client/messenger";
import { cleanLine, cleanName, closed } from "../../display.ts";
import { alarmsOf } from "../model/alarms.ts";
import type { Overlay } from "../model/overlay.ts";
import { requestsOf } from "../model/people.ts";
import { contactOf, openTalk, type State, type Talk } from "../model/state.ts";
import { waitingDevices } from "../model/waiting.ts";
import type { Mounted, MountOptions } from "../views/mount.ts";
import { changeLine, folded, messageLines, overlayLines, plainName } from "./lines.ts";

/** Of a conversation that is opened. */
const LAST_MESSAGES = 15;
/** Of what is laid out; a narrower terminal has fewer. */
const COLUMNS = 72;
/** Messages whose changes are told. */
const MAX_TOLD = 500;

export function plainSurface({ state, write }: MountOptions): Mounted {
  const surface = new PlainSurface((line) => write(`${line}\n`), state.columns);
  surface.tell(state);
  return { draw: (next) => surface.tell(next), forget: () => {}, unmount: () => {} };
}

class PlainSurface {
  readonly #write: (line: string) => void;
  #columns: number;
  #before: State | undefined;
  #open: number | undefined;
  #told = new Map<string, MessageView>();
  #last: MessageView | undefined;

  constructor(write: (line: string) => void, columns: number) {
    this.#write = write;
    this.#columns = columns;
  }

  tell(state: State): void {
    const before = this.#before;
    this.#before = state;
    this.#columns = state.columns;
    this.#relays(before, state);
    this.#people(before, state);
    this.#talk(state);
    if (state.overlay !== undefined && differs(before?.overlay, state.overlay)) {
      // Rows of a text are laid out already, and some are codes to be scanned.
      const isLaidOut = state.overlay.kind === "text";
      for (const line of overlayLines(state.overlay, Math.min(COLUMNS, this.#columns)))
        (isLaidOut ? this.#write : (text: string) => this.#line(text))(line);
    }
    if (state.remark !== undefined && state.remark !== before?.remark) this.#line(`* ${state.remark.text}`);
  }

  #line(line: string): void {
    for (const part of folded(line, this.#columns)) this.#write(part);
  }

  #relays(before: State | undefined, { relays, isAway }: State): void {
    for (const [relay, isUp] of relays) {
      if (before?.relays.get(relay) === isUp) continue;
      this.#line(`* ${cleanLine(relay.replace(/#.*/, ""))} ${isUp ? "connected" : "not connected"}`);
    }
    if (isAway && before?.isAway !== true) this.#line("* the agent is gone: trying again");
  }

  /** What is new elsewhere. */
  #people(before: State | undefined, state: State): void {
    for (const { id, name, unread, state: kind } of state.contacts ?? []) {
      const known = before?.contacts?.find((one) => one.id === id)?.unread ?? 0;
      if (kind === "contact" && unread > known && id !== state.open) {
        this.#line(
          `* ${closed(plainName(name))} has written: ${unread} new (/open ${closed(cleanName(name))})`,
        );
      }
    }
    const waiting = waitingDevices(state).length;
    if (waiting > 0 && before?.contacts === undefined)
      this.#line(
        `* ${waiting === 1 ? "1 new device asks" : `${waiting} new devices ask`} to be taken (/devices)`,
      );
    const requests = requestsOf(state).length;
    if (requests > (before === undefined ? 0 : requestsOf(before).length)) {
      this.#line(`* somebody unknown has written: ${requests} (/requests)`);
    }
  }

  #talk(state: State): void {
    const talk = openTalk(state);
    if (talk === undefined || (talk.isLoading && talk.messages.length === 0)) return;
    const isOther = this.#open !== talk.contact;
    if (isOther) {
      this.#open = talk.contact;
      this.#told = new Map();
      this.#last = undefined;
      const contact = contactOf(state, talk.contact);
      const verified =
        contact?.state === "me" ? "notes to yourself" : contact?.verified ? "verified" : "not verified";
      const alarms = contact === undefined ? [] : alarmsOf(state, contact);
      this.#line(`== ${[closed(plainName(contact?.name ?? "")), verified, ...alarms].join(", ")} ==`);
    }
    // Older ones that are loaded later are not written out below newer ones.
    const last = talk.messages.findLastIndex(({ id }) => id === this.#last?.id);
    const from = Math.max(0, talk.messages.length - (isOther ? LAST_MESSAGES : MAX_TOLD));
    talk.messages.slice(from).forEach((message, index) => {
      this.#message(talk, message, from + index > last, state.now);
    });
  }

  #message(talk: Talk, message: MessageView, isNew: boolean, now: number): void {
    const before = this.#told.get(message.id);
    if (before === message) return;
    if (before !== undefined) {
      const line = changeLine(before, message);
      if (line !== undefined) this.#line(`* ${line}`);
    } else if (isNew) {
      const quoted =
        message.replyTo === undefined ? undefined : talk.messages.find(({ id }) => id === message.replyTo);
      for (const line of messageLines(message, this.#last, quoted, now)) this.#line(line);
      this.#last = message;
    } else return;
    this.#told.set(message.id, message);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_TOLD && oldest !== undefined) this.#told.delete(oldest);
  }
}

/** A list is told again when its items are others, not when one of them is pointed at. */
function differs(before: Overlay | undefined, after: Overlay): boolean {
  if (before?.kind === "list" && after.kind === "list") {
    return before.items !== after.items || before.query.text !== after.query.text;
  }
  if (before?.kind === "text" && after.kind === "text") return before.rows !== after.rows;
  return before === undefined || before.kind !== after.kind;
}
