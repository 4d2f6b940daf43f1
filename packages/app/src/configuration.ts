/** The settings of a profile and of one conversation, as people see and change them. Who checks a value is the API. */
import { cleanLine } from "./display.ts";
import { durationText } from "./duration.ts";
import { type Failure, usage } from "./exit.ts";
import type { ContactView, Face } from "./face/face.ts";

export interface Setting {
  readonly name: string;
  /** What it is, in lines as `--help` has them. */
  readonly help: readonly string[];
  /** What counts where nothing is set. */
  readonly usual?: string;
  /** All that it takes, where that is a few words. */
  readonly values?: readonly string[];
  /** Whether `default` takes it back. */
  readonly hasDefault?: true;
}

const ON_OFF = ["on", "off"] as const;

/** Those of the profile. The others are of the messenger, and cannot be taken back. */
export const SETTINGS: readonly Setting[] = [
  {
    name: "publish",
    help: ["on or off: whether your card is published under your SSH key"],
    usual: "on",
    values: ON_OFF,
  },
  {
    name: "receipts",
    help: ["on or off: whether others are told what you have read"],
    usual: "off",
    values: ON_OFF,
  },
  {
    name: "delays",
    help: ["seconds that receipts and copies for your other devices wait on average"],
    usual: "5",
  },
  {
    name: "expiry",
    help: ["days after which a message that nobody confirms is given up"],
    usual: "30",
  },
  {
    name: "quota",
    help: ["MiB of the disk that all that one contact has said may take: what is more waits", "with them"],
    usual: "1024",
  },
  {
    name: "reserve",
    help: [
      "MiB of the disk that are left free, or an eighth of a smaller disk: with less, what comes stays at",
      "the relays",
    ],
    usual: "256",
  },
  {
    name: "notify",
    help: ["what a notification says: name (of whom), bare (nothing), off"],
    usual: "name",
    values: ["name", "bare", "off"],
    hasDefault: true,
  },
  {
    name: "notify-program",
    help: [
      "the whole path of a program that the chat tells with instead of the terminal: it gets what is said as",
      "a line of JSON (text) on standard input",
    ],
    hasDefault: true,
  },
  {
    name: "on-message",
    help: [
      "the whole path of a program that the agent runs for each message, which it gets as a line of JSON on",
      "standard input",
    ],
    hasDefault: true,
  },
  { name: "downloads", help: ["the folder where the terminal UI saves files"], hasDefault: true },
  {
    name: "pictures",
    help: [
      "ask or fetch: whether the chat fetches small pictures of contacts when they come onto the screen,",
      "which tells them that you look",
    ],
    usual: "ask",
    values: ["ask", "fetch"],
    hasDefault: true,
  },
  {
    name: "own-relay",
    help: ["HOST or HOST:PORT: the agent runs a relay that others reach there, from its next start on"],
    hasDefault: true,
  },
  {
    name: "github-url",
    help: ["what github:NAME means instead of https://github.com (GitHub Enterprise, Gitea)"],
    hasDefault: true,
  },
  { name: "gitlab-url", help: ["what gitlab:NAME means instead of https://gitlab.com"], hasDefault: true },
];

/** Its help and what counts otherwise, as one text. */
export function settingText({ help, usual }: Setting, lineFeed = " "): string {
  return help.join(lineFeed) + (usual === undefined ? "" : ` (default: ${usual})`);
}

/** What counts of each; empty where nothing does. @param set as `settings.list` tells */
export function profileSettings(set: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(SETTINGS.map(({ name, usual = "" }) => [name, set[name] ?? usual]));
}

export function conversationSettings({
  retentionMs: retention,
  timerMs: timer,
}: Pick<ContactView, "retentionMs" | "timerMs">): ReadonlyMap<string, string> {
  return new Map([
    ["retention", retention === undefined ? "forever" : retention === 0 ? "off" : durationText(retention)],
    ["timer", timer === 0 ? "off" : durationText(timer)],
  ]);
}

/** @returns what is left to be done by the user; undefined where nothing is. @throws Failure `usage` for what it does not take */
export async function changeSetting(face: Face, name: string, value: string): Promise<string | undefined> {
  const { isTold } = await face.call("settings.set", { name, value });
  return isTold ? undefined : "asfaleia card --publish tells the relays.";
}

/** There is no such setting. */
export function noSetting(name: string, known: Iterable<string>): Failure {
  return usage(`there is no setting "${cleanLine(name)}"; there are ${[...known].join(", ")}`);
}
