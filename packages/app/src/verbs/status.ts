/** `asfaleia status`: how this device, or one message, is doing. */

import { parseArguments } from "../arguments.ts";
import { needMessage } from "../contacts/find.ts";
import { fitted, shortId } from "../conversation.ts";
import { cleanLine, cleanName, jsonLine } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import type { Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { STATE_EXITS } from "../face/outcome.ts";
import { print } from "../io.ts";
import { isoTime } from "../lines.ts";
import { DISK_SHORT, noticeText } from "../notices.ts";
import { protectionText } from "../profile/protection.ts";

export const help = `Usage: asfaleia status [MSGID] [--json] [--home DIR] [--profile NAME]

Shows which device this is, what protects its profile, which of its relays it is connected to, and what has not
arrived so far; of one message, how far it is with each device. No relay is asked.

With MSGID it ends with how far the message is: 0 delivered or read, 10 queued, 11 at the relay, 12 expired, 13 refused.

  --json           one line of JSON: type "status", identity, device, confirmed, listEnds, relays, connected (those of
                   the relays that it is connected to now), troubles (texts), protection ("ssh", "passphrase", "none"),
                   keyHasPassphrase, publish, requests, diskShort (what comes stays at the relays), full (names of
                   contacts of whom nothing more is taken in), open (id, with, device, state);
                   with MSGID: type "state", id, with, state, devices (device, state)
${FACE_HELP}

Examples:
  asfaleia status
  asfaleia status 3f2a9c1e
`;

const OPTIONS = { json: { type: "boolean" }, ...FACE_OPTIONS } as const;
/** The list of devices is made anew in time (asfaleia device confirm signs it). */
const REMIND_MS = 14 * 86_400_000;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [id, more] = positionals;
  if (more !== undefined) throw usage("one at a time");
  const json = values.json === true;
  return withFace(values, signal, ({ face }) =>
    id === undefined ? showStatus(face, json) : showMessage(face, id, json),
  );
}

async function showMessage(face: Face, word: string, json: boolean): Promise<number> {
  const view = await needMessage(face, word);
  if (view.state === undefined) throw usage("this message is not one of yours");
  const devices = await face.call("messages.deliveries", { contact: view.contact, id: view.id });
  if (json)
    await print(jsonLine({ type: "state", id: view.id, with: view.with, state: view.state, devices }));
  else {
    await print(fitted(`${shortId(view.id)} ${view.state} (to ${cleanName(view.with)})\n`));
    for (const { device, state } of devices) await print(`  ${device || "no device so far"}  ${state}\n`);
  }
  return STATE_EXITS[view.state];
}

async function showStatus(face: Face, json: boolean): Promise<number> {
  const status = await face.call("status.get", {});
  const { protection, keyHasPassphrase } = status;
  const contacts = await face.call("contacts.list", {});
  const names = new Map(contacts.map(({ id, name }) => [id, name]));
  const open = status.open.map(({ id, contact, device, state }) => ({
    id,
    with: names.get(contact) ?? "",
    device,
    state,
  }));
  if (json) {
    await print(
      jsonLine({
        type: "status",
        identity: status.identity,
        device: status.device,
        confirmed: status.isConfirmed,
        listEnds: isoTime(status.listEnds),
        relays: status.relays.map(({ relay }) => relay),
        connected: status.relays.filter(({ isUp }) => isUp).map(({ relay }) => relay),
        troubles: status.troubles,
        protection,
        keyHasPassphrase,
        publish: status.publishes,
        requests: status.requests,
        diskShort: status.isDiskShort,
        full: status.full.map((id) => names.get(id) ?? ""),
        open,
      }),
    );
    return EXIT.done;
  }
  const ends =
    status.listEnds !== undefined && status.listEnds - Date.now() < REMIND_MS
      ? isoTime(status.listEnds)
      : undefined;
  const lines = [
    `identity      ${status.identity}`,
    `device        ${status.device}${status.isConfirmed ? "" : " (NOT CONFIRMED: say asfaleia device confirm, and this, on another device of yours)"}`,
    ...(ends === undefined
      ? []
      : [`device list   ends ${ends}: asfaleia device confirm ${status.device} renews it`]),
    `protected by  ${protectionText(protection, keyHasPassphrase)}`,
    ...status.relays.map(
      ({ relay, isUp }) => `relay         ${cleanLine(relay)}${isUp ? " (connected)" : ""}`,
    ),
    ...status.troubles.map((text) => `trouble       ${cleanLine(text)}`),
    ...(status.isDiskShort ? [`disk          ${DISK_SHORT}`] : []),
    ...status.full.map(
      (id) => `full          ${cleanName(names.get(id) ?? "")}: ${noticeText("room-used-up")}`,
    ),
    ...(status.requests > 0 ? [`requests      ${status.requests} (asfaleia requests)`] : []),
    ...open.map((one) => fitted(`${one.state.padEnd(13)} ${shortId(one.id)} to ${cleanName(one.with)}`)),
  ];
  await print(`${lines.join("\n")}\n`);
  return EXIT.done;
}
