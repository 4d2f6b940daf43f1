/** `asfaleia config`: settings of the profile, and of one conversation. */

import { parseArguments } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { cleanLine, jsonLine } from "../display.ts";
import { durationMs, durationText } from "../duration.ts";
import { EXIT, usage } from "../exit.ts";
import type { ContactView, Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";

export const help = `Usage: asfaleia config [KEY [VALUE]] [--json] [--home DIR] [--profile NAME]
       asfaleia config --with NAME [retention|timer [VALUE]]

Shows the settings, one of them, or gives it another value. Those of the profile:
  publish          on or off: whether your card is published under your SSH key (default: on)
  receipts         on or off: whether others are told what you have read (default: off)
  delays           seconds that receipts and copies for your other devices wait on average (default: 5)
  expiry           days after which a message that nobody confirms is given up (default: 30)
  quota            MiB of the disk that all that one contact has said may take: what is more waits with them
                   (default: 1024)
  reserve          MiB of the disk that are left free: with less, what comes stays at the relays (default: 256, or an
                   eighth of a smaller disk)
  notify           what a notification says: name (of whom), bare (nothing), off (default: name)
  on-message       the whole path of a program that the agent runs for each message, which it gets as a line of JSON on
                   standard input
  downloads        the folder where the terminal UI saves files
  pictures         ask or fetch: whether the chat fetches small pictures of contacts when they come onto the screen,
                   which tells them that you look (default: ask)
  own-relay        HOST or HOST:PORT: the agent runs a relay that others reach there, from its next start on
  github-url       what github:NAME means instead of https://github.com (GitHub Enterprise, Gitea)
  gitlab-url       what gitlab:NAME means instead of https://gitlab.com
The value default takes one of the last seven back.

Those of one conversation:
  retention        how long messages are kept here: off (not at all), a time such as 30d, or forever
  timer            how long new messages live on both sides: off (for ever), or a time such as 1h

  --with NAME      of the conversation with this contact
  --json           one line of JSON a setting: type "setting", key, value
${FACE_HELP}

Examples:
  asfaleia config receipts on
  asfaleia config --with bob retention 30d
`;

const OPTIONS = { json: { type: "boolean" }, with: { type: "string" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [key, value, more] = positionals;
  if (more !== undefined) throw usage("the value is one word: put it in quotes");
  return withFace(values, signal, async ({ face }) => {
    const contact = values.with === undefined ? undefined : await needContact(face, values.with);
    if (key !== undefined && value !== undefined) {
      await (contact === undefined
        ? change(face, key, value)
        : changeConversation(face, contact, key, value));
      return EXIT.done;
    }
    const settings = contact === undefined ? await profileSettings(face) : conversationSettings(contact);
    const shown = [...settings].filter(([name]) => key === undefined || name === key);
    if (key !== undefined && shown.length === 0) throw usage(noSetting(key, settings));
    for (const [name, text] of shown) {
      await print(
        values.json ? jsonLine({ type: "setting", key: name, value: text }) : lineOf(name, text, key),
      );
    }
    return EXIT.done;
  });
}

function lineOf(name: string, text: string, asked: string | undefined): string {
  return asked === undefined ? `${name.padEnd(16)} ${cleanLine(text)}\n` : `${cleanLine(text)}\n`;
}

/** What the engine does where nothing is set; other settings are its own affair. */
const DEFAULTS = {
  publish: "on",
  receipts: "off",
  delays: "5",
  expiry: "30",
  quota: "1024",
  reserve: "256",
  notify: "name",
  pictures: "ask",
} as const;
const WITHOUT_DEFAULT = ["on-message", "downloads", "own-relay", "github-url", "gitlab-url"] as const;

async function profileSettings(face: Face): Promise<ReadonlyMap<string, string>> {
  const set = await face.call("settings.list", {});
  const known = new Map<string, string>(
    Object.entries(DEFAULTS).map(([name, value]) => [name, set[name] ?? value]),
  );
  for (const name of WITHOUT_DEFAULT) known.set(name, set[name] ?? "");
  return known;
}

function conversationSettings({
  retentionMs: retention,
  timerMs: timer,
}: ContactView): ReadonlyMap<string, string> {
  return new Map([
    ["retention", retention === undefined ? "forever" : retention === 0 ? "off" : durationText(retention)],
    ["timer", timer === 0 ? "off" : durationText(timer)],
  ]);
}

async function change(face: Face, name: string, value: string): Promise<void> {
  const { isTold } = await face.call("settings.set", { name, value });
  if (!isTold) note("asfaleia card --publish tells the relays.");
}

async function changeConversation(
  face: Face,
  contact: ContactView,
  key: string,
  value: string,
): Promise<void> {
  if (key === "retention") {
    const ms = value === "forever" ? null : value === "off" ? 0 : durationMs("retention", value);
    await face.call("contacts.setRetention", { contact: contact.id, ms });
  } else if (key === "timer") {
    const ms = value === "off" ? 0 : durationMs("timer", value);
    await face.call("contacts.setTimer", { contact: contact.id, ms });
  } else throw usage(noSetting(key, conversationSettings(contact)));
}

function noSetting(key: string, settings: ReadonlyMap<string, string>): string {
  return `there is no setting "${cleanLine(key)}"; there are ${[...settings.keys()].join(", ")}`;
}
