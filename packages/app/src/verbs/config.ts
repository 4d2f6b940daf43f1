/** `asfaleia config`: settings of the profile, and of one conversation. */
import type { ContactView } from "@asfaleia/client/messenger";
import { parseArguments } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { cleanLine, jsonLine } from "../display.ts";
import { durationMs, durationText } from "../duration.ts";
import { EXIT, usage } from "../exit.ts";
import { note, print } from "../io.ts";
import { type Opened, withMessenger } from "../profile/open.ts";
import { PUBLISH, tryToPublish } from "../profile/publishing.ts";
import { PROFILE_HELP, PROFILE_OPTIONS } from "../profile/where.ts";

export const help = `Usage: asfaleia config [KEY [VALUE]] [--json] [--home DIR] [--profile NAME]
       asfaleia config --with NAME [retention|timer [VALUE]]

Shows the settings, one of them, or gives it another value. Those of the profile:
  publish          on or off: whether your card is published under your SSH key (default: on)
  receipts         on or off: whether others are told what you have read (default: off)
  delays           seconds that receipts and copies for your other devices wait on average (default: 5)
  expiry           days after which a message that nobody confirms is given up (default: 30)

Those of one conversation:
  retention        how long messages are kept here: off (not at all), a time such as 30d, or forever
  timer            how long new messages live on both sides: off (for ever), or a time such as 1h

  --with NAME      of the conversation with this contact
  --json           one line of JSON a setting: type "setting", key, value
${PROFILE_HELP}

Examples:
  asfaleia config receipts on
  asfaleia config --with bob retention 30d
`;

const OPTIONS = { json: { type: "boolean" }, with: { type: "string" }, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [key, value, more] = positionals;
  if (more !== undefined) throw usage("the value is one word: put it in quotes");
  return withMessenger(values, signal, async (opened) => {
    const contact = values.with === undefined ? undefined : needContact(opened, values.with);
    if (key !== undefined && value !== undefined) {
      await (contact === undefined
        ? change(opened, key, value)
        : changeConversation(opened, contact, key, value));
      return EXIT.done;
    }
    const settings = contact === undefined ? profileSettings(opened) : conversationSettings(opened, contact);
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
const DEFAULTS = { publish: "on", receipts: "off", delays: "5", expiry: "30" } as const;

function profileSettings({ messenger }: Opened): ReadonlyMap<string, string> {
  const set = messenger.settings();
  return new Map(Object.entries(DEFAULTS).map(([name, value]) => [name, set.get(name) ?? value]));
}

function conversationSettings({ profile }: Opened, { id }: ContactView): ReadonlyMap<string, string> {
  const contact = profile.contacts.get(id);
  const retention = contact?.retentionMs;
  const timer = contact?.timerMs ?? 0;
  return new Map([
    ["retention", retention === undefined ? "forever" : retention === 0 ? "off" : durationText(retention)],
    ["timer", timer === 0 ? "off" : durationText(timer)],
  ]);
}

async function change(opened: Opened, key: string, value: string): Promise<void> {
  try {
    await opened.messenger.set(key, value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw usage(error.message);
  }
  // The relays are told right away, where the key signs without a person.
  if (key !== PUBLISH) return;
  if (await (await opened.key()).signsAlone()) await tryToPublish(opened);
  else note("asfaleia card --publish tells the relays.");
}

async function changeConversation(
  opened: Opened,
  contact: ContactView,
  key: string,
  value: string,
): Promise<void> {
  const { messenger } = opened;
  if (key === "retention") {
    const ms = value === "forever" ? undefined : value === "off" ? 0 : durationMs("retention", value);
    await messenger.setRetention(contact.id, ms);
  } else if (key === "timer") {
    await messenger.setTimer(contact.id, value === "off" ? 0 : durationMs("timer", value));
  } else throw usage(noSetting(key, conversationSettings(opened, contact)));
}

function noSetting(key: string, settings: ReadonlyMap<string, string>): string {
  return `there is no setting "${cleanLine(key)}"; there are ${[...settings.keys()].join(", ")}`;
}
