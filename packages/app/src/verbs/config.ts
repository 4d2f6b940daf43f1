/** `asfaleia config`: settings of the profile, and of one conversation. */

import { parseArguments } from "../arguments.ts";
import {
  changeSetting,
  conversationSettings,
  noSetting,
  profileSettings,
  SETTINGS,
  settingText,
} from "../configuration.ts";
import { needContact } from "../contacts/find.ts";
import { cleanLine, jsonLine } from "../display.ts";
import { durationMs } from "../duration.ts";
import { EXIT, usage } from "../exit.ts";
import type { ContactView, Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";

export const help = `Usage: asfaleia config [KEY [VALUE]] [--json] [--home DIR] [--profile NAME]
       asfaleia config --with NAME [retention|timer [VALUE]]

Shows the settings, one of them, or gives it another value. Those of the profile:
${SETTINGS.map((setting) => `  ${setting.name.padEnd(16)} ${settingText(setting, `\n${" ".repeat(19)}`)}`).join("\n")}
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
    const settings =
      contact === undefined
        ? profileSettings(await face.call("settings.list", {}))
        : conversationSettings(contact);
    const shown = [...settings].filter(([name]) => key === undefined || name === key);
    if (key !== undefined && shown.length === 0) throw noSetting(key, settings.keys());
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

async function change(face: Face, name: string, value: string): Promise<void> {
  const left = await changeSetting(face, name, value);
  if (left !== undefined) note(left);
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
  } else throw noSetting(key, conversationSettings(contact).keys());
}
