/** Telling that a message came: the bell, and the notifications of terminals (OSC 9, OSC 777). */
import { cleanName } from "./display.ts";
import { isMultiplexed, throughTmux } from "./tmux.ts";

/** How much a notification says. It may be read by whoever passes a locked screen. */
export const NOTIFY_SETTINGS = ["name", "bare", "off"] as const;
export type NotifySetting = (typeof NOTIFY_SETTINGS)[number];

export type NotifyWay = "bell" | "osc9" | "osc777";

const TITLE = "asfaleia";
/** Characters; more is not read in passing. */
export const MAX_NOTIFICATION_CHARACTERS = 100;

/**
 * What a notification says. What was written is never in it.
 * @param setting `name` says of whom, `bare` says nothing but that there is one
 * @param name the user's own name for the sender
 * @returns undefined where none is wanted
 */
export function notifyText(setting: NotifySetting, name: string): string | undefined {
  if (setting === "off") return undefined;
  return setting === "bare" ? "a message" : `a message from ${notificationText(name)}`;
}

/**
 * A text as it may stand in a notification: on one line, without what would end or part the sequence around it, and short.
 * @param text of anybody
 */
export function notificationText(text: string): string {
  const clean = cleanName(text).replaceAll(";", ",");
  const characters = [...clean];
  if (characters.length <= MAX_NOTIFICATION_CHARACTERS) return clean;
  return `${characters.slice(0, MAX_NOTIFICATION_CHARACTERS - 1).join("")}…`;
}

/**
 * The bytes that make a terminal notify.
 * @param text is cleaned here, whatever it is
 * @param passthrough around tmux, where it has `allow-passthrough on`; the bell it passes on by itself
 */
export function notification(way: NotifyWay, text: string, passthrough = false): string {
  if (way === "bell") return "\x07";
  const clean = notificationText(text);
  // OSC 9 with a number in front is something else to ConEmu and Windows Terminal, such as a progress bar.
  const sequence =
    way === "osc777"
      ? `\x1b]777;notify;${TITLE};${clean}\x1b\\`
      : `\x1b]9;${clean.replace(/^\d/, " $&")}\x1b\\`;
  return passthrough ? throughTmux(sequence) : sequence;
}

/** Which of the two this terminal knows, by its name; the bell where that says nothing, and inside tmux and screen. */
export function notifyWay(env: Readonly<Record<string, string | undefined>>): NotifyWay {
  const { TERM = "", TERM_PROGRAM = "" } = env;
  if (isMultiplexed(env)) return "bell";
  if (/^(foot|rxvt-unicode|contour)/.test(TERM) || env.VTE_VERSION) return "osc777";
  const knowsOsc9 =
    /^(iTerm\.app|WezTerm|ghostty|kitty|mintty)$/.test(TERM_PROGRAM) ||
    /^xterm-(kitty|ghostty)$/.test(TERM) ||
    Boolean(env.KITTY_WINDOW_ID) ||
    env.LC_TERMINAL === "iTerm2";
  return knowsOsc9 ? "osc9" : "bell";
}
