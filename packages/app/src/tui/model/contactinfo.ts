/** What is known of a contact, to be read: keys, devices, settings, and what happened to them. */
import { cleanName } from "../../display.ts";
import { durationText } from "../../duration.ts";
import { chatNoticeText } from "../../notices.ts";
import { moment } from "../format.ts";
import { EMPTY_ROW, type Row } from "../layout/row.ts";
import { contactDevices } from "./devices.ts";
import { artRows, fact, paragraph, textOverlay } from "./infos.ts";
import { lookalikeRows } from "./lookalikes.ts";
import type { TextOverlay } from "./overlay.ts";
import type { Contact, State } from "./state.ts";
import { call, type Step, step } from "./step.ts";
import { waitingOf } from "./waiting.ts";

export function contactInfo(state: State, contact: Contact): Step {
  const { id } = contact;
  return step(
    state,
    call("contacts.keys", { contact: id }, (now, keys) =>
      step(
        now,
        call("contacts.changes", { contact: id }, (later, changes) =>
          step({ ...later, overlay: infoOverlay(later, contact, keys, changes) }),
        ),
      ),
    ),
  );
}

interface ShownKey {
  readonly type: string;
  readonly bits: number;
  readonly fingerprint: string;
  readonly randomart: string;
}

function infoOverlay(
  known: State,
  contact: Contact,
  keys: readonly ShownKey[],
  changes: readonly { readonly at: number; readonly kind: string; readonly about: string }[],
): TextOverlay {
  const { timerMs, retentionMs, devices, verified, hasCard, state } = contact;
  const waiting = waitingOf(contact);
  const kept =
    retentionMs === undefined
      ? "for ever"
      : retentionMs === 0
        ? "not at all"
        : `for ${durationText(retentionMs)}`;
  const rows = (width: number): Row[] => [
    ...(waiting.length === 0
      ? []
      : [
          ...paragraph(
            `${waiting.length === 1 ? "A device" : `${waiting.length} devices`} that nobody has confirmed: d shows it, to be accepted or refused.`,
            width,
            "error",
          ),
          EMPTY_ROW,
        ]),
    ...lookalikeRows(known, contact, width),
    ...fact(
      "verified",
      verified ? "yes" : "no: /verify compares the safety number",
      width,
      verified ? undefined : "warning",
    ),
    ...(state === "blocked" ? fact("blocked", "yes: /unblock ends it", width, "warning") : []),
    ...(hasCard
      ? []
      : fact("reachable", "not so far: the relays are asked for their card", width, "warning")),
    ...fact(
      "timer",
      timerMs === 0 ? "off: messages stay" : `messages disappear after ${durationText(timerMs)}`,
      width,
    ),
    ...fact("kept here", kept, width),
    ...devices.flatMap((device, index) =>
      fact(
        index === 0 ? "devices" : "",
        `${device.id}  ${device.state}`,
        width,
        device.state === "confirmed" ? undefined : "warning",
      ),
    ),
    EMPTY_ROW,
    ...keys.flatMap(({ type, bits, fingerprint, randomart }) => [
      ...fact("key", `${type} ${bits} ${fingerprint}`, width),
      ...artRows(randomart),
    ]),
    EMPTY_ROW,
    ...changes.flatMap(({ at, kind, about }) =>
      fact(moment(at).slice(0, 10), chatNoticeText(kind, about), width),
    ),
  ];
  const extra =
    waiting.length === 0
      ? {}
      : {
          keys: { d: (now: State) => contactDevices(now, contact.id) },
          hint: "d devices · Esc closes",
        };
  return textOverlay(cleanName(contact.name), rows, extra);
}
