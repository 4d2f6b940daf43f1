/** The last line: what is connected, what is new, and where help is. */
import { cleanLine } from "../../display.ts";
import { clock } from "../format.ts";
import { type Row, type Span, span, spread } from "../layout/row.ts";
import { people, requestsOf } from "../model/people.ts";
import type { State } from "../model/state.ts";
import { waitingDevices } from "../model/waiting.ts";

const LEAST_FOR_HINTS = 60;

export function statusRow(state: State): Row {
  const { columns, now, overlay } = state;
  // What lies over the conversation has keys of its own.
  const hasHints = columns >= LEAST_FOR_HINTS && overlay === undefined;
  const hints = !hasHints ? [] : [span(" F1 help  Ctrl+K go to ", "quiet")];
  return spread(
    [span(" "), ...connection(state), ...counts(state)],
    [...hints, span(` ${clock(now)} `, "quiet")],
    columns,
  );
}

function connection({ relays, signs, isAway, isDiskShort, contacts, overlay }: State): Span[] {
  if (isAway) return [span(`${signs.off} the agent is gone: trying again`, "error")];
  if (isDiskShort) return [span(`${signs.off} the disk is nearly full: messages wait`, "error")];
  // Whoever is asked something before there is a profile waits for nothing.
  if (contacts === undefined && overlay !== undefined) return [];
  if (relays.size === 0) return [span(`${signs.off} connecting`, "quiet")];
  return [...relays].flatMap(([relay, isUp], index) => [
    span(index === 0 ? "" : "  "),
    span(isUp ? signs.on : signs.off, isUp ? "accent" : "warning"),
    span(` ${hostOf(relay)}${isUp ? "" : " not connected"}`, isUp ? "quiet" : "warning"),
  ]);
}

/** The host of a relay's address. */
function hostOf(relay: string): string {
  return cleanLine(/^asfaleia:\/\/([^#]*?)(?::\d+)?(?:#.*)?$/.exec(relay)?.[1] ?? relay);
}

function counts(state: State): Span[] {
  const unread = people(state).reduce((sum, contact) => sum + contact.unread, 0);
  const requests = requestsOf(state).length;
  const some = requests === 1 ? "1 request" : `${requests} requests`;
  const waiting = waitingDevices(state).length;
  const devices = waiting === 1 ? "1 new device" : `${waiting} new devices`;
  return [
    ...(waiting > 0 ? [span("   "), span(devices, "error"), span(" /devices", "quiet")] : []),
    ...(unread > 0 ? [span("   "), span(`${unread} new`, "unread"), span(" Alt+A", "quiet")] : []),
    ...(requests > 0 ? [span("   "), span(some, "unread"), span(" Alt+R", "quiet")] : []),
  ];
}
