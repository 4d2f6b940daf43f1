/** Things to read: a message's way, this device, a safety number. */
import type { MessageView } from "@asfaleia/client/messenger";
import { cleanLine, cleanName } from "../../display.ts";
import { DISK_SHORT, noticeText } from "../../notices.ts";
import type { QrCode } from "../../qr.ts";
import { moment, STATE_WORDS } from "../format.ts";
import { wrapText } from "../layout/cells.ts";
import { EMPTY_ROW, type Role, type Row, span } from "../layout/row.ts";
import type { TextOverlay } from "./overlay.ts";
import { type Contact, contactOf, type State } from "./state.ts";
import { call, calls, type Effect, remark, type Step, step } from "./step.ts";

export function textOverlay(
  title: string,
  rows: (width: number) => readonly Row[],
  extra: Pick<TextOverlay, "keys" | "hint"> = {},
): TextOverlay {
  return { kind: "text", title, rows, scroll: 0, ...extra };
}

const LABEL_CELLS = 14;

/** A word and what it is, wrapped beneath each other. */
export function fact(label: string, text: string, width: number, role?: Role): Row[] {
  const room = Math.max(8, width - LABEL_CELLS);
  return wrapText(text, room).map((line, index) => [
    span(index === 0 ? label.padEnd(LABEL_CELLS) : " ".repeat(LABEL_CELLS), "quiet"),
    span(line, role),
  ]);
}

/** A picture of a key, below what stands beside its label. */
export function artRows(art: string): Row[] {
  return art.split("\n").map((line) => [span(" ".repeat(LABEL_CELLS)), span(line)]);
}

export function paragraph(text: string, width: number, role?: Role): Row[] {
  return wrapText(text, width).map((line) => [span(line, role)]);
}

const GROUP = 5;

/** 60 digits in groups of five, as many a line as fit evenly. */
export function numberRows(number: string, width: number): Row[] {
  const groups = number.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? [];
  const perLine = width >= 4 * (GROUP + 2) ? 4 : 2;
  const rows: Row[] = [];
  for (let at = 0; at < groups.length; at += perLine) {
    rows.push([span(groups.slice(at, at + perLine).join("  "), "title")]);
  }
  return rows;
}

export function verification(state: State, contact: Contact): Step {
  return step(
    state,
    calls("contacts.safety", async (face) => {
      const me = await face.call("contacts.get", { name: "me" });
      const [{ number }, own, theirs, { qrCode, qrLines }, { sideBySide }] = await Promise.all([
        face.call("contacts.safety", { contact: contact.id }),
        me === null ? [] : face.call("contacts.keys", { contact: me.id }),
        face.call("contacts.keys", { contact: contact.id }),
        import("../../qr.ts"),
        import("../../contacts/art.ts"),
      ]);
      const arts = [
        ...own.map(({ randomart }) => ({ heading: "you", art: randomart })),
        ...theirs.map(({ randomart }) => ({ heading: "they", art: randomart })),
      ];
      const code = qrCode(number, { columns: 80, rows: 40 });
      const pictures = (width: number): Row[] => sideBySide(arts, width).map((line) => [span(line)]);
      return (now) =>
        step({
          ...now,
          overlay: safetyOverlay(contact, number, qrRows(qrLines(code, now.hasColors), code), pictures),
        });
    }),
  );
}

/** A code as rows. */
export function qrRows(lines: readonly string[], { side }: Pick<QrCode, "side">): Row[] {
  return lines.map((text): Row => [{ text, rawCells: side }]);
}

function safetyOverlay(
  { id: contact, name: written, verified }: Contact,
  number: string,
  code: readonly Row[],
  pictures: (width: number) => Row[],
): TextOverlay {
  const name = cleanName(written);
  const set = (isSame: boolean) => (state: State) =>
    step(
      { ...state, overlay: undefined },
      call("contacts.setVerified", { contact, verified: isSame, number }, (now) =>
        step(remark(now, isSame ? `${name} is verified` : `${name} is not verified`)),
      ),
    );
  const rows = (width: number): Row[] => [
    ...paragraph(
      `Ask ${name} in another way, such as a phone call, for the number that they see for you. As long as nobody is between you it is this one:`,
      width,
    ),
    EMPTY_ROW,
    ...numberRows(number, width),
    EMPTY_ROW,
    ...paragraph(
      verified ? `${name} is verified.` : `${name} is not verified so far.`,
      width,
      verified ? "accent" : "warning",
    ),
    EMPTY_ROW,
    ...code,
    EMPTY_ROW,
    ...pictures(width),
  ];
  return textOverlay(`Verify ${name}`, rows, {
    keys: { y: set(true), n: set(false) },
    hint: "y it is the same · n it is not · Esc later · Down for the QR code",
  });
}

/** How far a message is with each device of its receiver. */
export function deliveryInfo({ contact, id, at }: MessageView): Effect {
  return call("messages.deliveries", { contact, id }, (state, deliveries) => {
    const rows = (width: number): Row[] => [
      ...fact("written", moment(at), width),
      ...(deliveries.length === 0 ? paragraph("Nothing is known of it any more.", width) : []),
      ...deliveries.flatMap(({ device, state: how }) =>
        fact(device === "" ? "no device" : device.slice(0, 8), STATE_WORDS[how], width),
      ),
    ];
    return step({ ...state, overlay: textOverlay("How far it is", rows) });
  });
}

/** This device, its relays, what waits. */
export function deviceStatus(): Effect {
  return call("status.get", {}, (state, status) => {
    const { identity, device, isConfirmed, relays, troubles, open, protection, publishes } = status;
    const { isDiskShort, full } = status;
    const rows = (width: number): Row[] => [
      ...fact("key", identity, width),
      ...fact("device", device, width),
      ...(isConfirmed
        ? []
        : fact("", "another device of this key has to confirm this one", width, "warning")),
      ...fact("profile", protectionText(protection), width, protection === "none" ? "warning" : undefined),
      ...fact("card", publishes ? "published under your SSH key" : "not published", width),
      EMPTY_ROW,
      ...relays.flatMap(({ relay, isUp }) =>
        fact(isUp ? "connected" : "not connected", cleanLine(relay), width, isUp ? undefined : "warning"),
      ),
      ...troubles.flatMap((text) => fact("", cleanLine(text), width, "warning")),
      ...(isDiskShort ? fact("disk", DISK_SHORT, width, "error") : []),
      ...full.flatMap((id) =>
        fact(
          "full",
          `${cleanName(contactOf(state, id)?.name ?? "")}: ${noticeText("room-used-up")}`,
          width,
          "error",
        ),
      ),
      EMPTY_ROW,
      ...fact(
        "on their way",
        open.length === 0 ? "nothing" : `${new Set(open.map(({ id }) => id)).size} messages`,
        width,
      ),
    ];
    return step({
      ...state,
      status,
      isDiskShort,
      relays: new Map(relays.map(({ relay, isUp }) => [relay, isUp])),
      overlay: textOverlay("Status", rows),
    });
  });
}

function protectionText(protection: string): string {
  if (protection === "ssh") return "sealed to your SSH key";
  if (protection === "passphrase") return "sealed with a passphrase";
  return protection === "memory" ? "in memory only" : "not sealed: whoever reads the disk reads it";
}
