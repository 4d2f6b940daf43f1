/** How this terminal is to be shown pictures: by the environment, and by what it answers where it was asked. */
import { isMultiplexed } from "../tmux.ts";
import type { ColorDepth } from "./blocks.ts";
import type { Size } from "./pixels.ts";

export const PICTURE_WAYS = ["kitty", "iterm2", "sixel", "blocks", "off"] as const;
export type PictureWay = (typeof PICTURE_WAYS)[number];

/** What a terminal said of itself; what it has not said is left out. */
export interface TerminalAnswers {
  readonly kitty?: boolean;
  readonly sixel?: boolean;
  /** Pixels of a cell. */
  readonly cell?: Size;
  /** Its name and version, by XTVERSION, lower case. */
  readonly version?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `ASFALEIA_PICTURES` decides where it is set. Inside tmux and screen only what they themselves have answered counts:
 * the names of terminals in the environment are those of the terminal around, which does not see what is written.
 * @throws RangeError where `ASFALEIA_PICTURES` is no way
 */
export function pictureWay(env: Environment, answers: TerminalAnswers = {}): PictureWay {
  const wanted = env.ASFALEIA_PICTURES;
  if (wanted) {
    const way = PICTURE_WAYS.find((each) => each === wanted);
    if (way === undefined) throw new RangeError(`ASFALEIA_PICTURES is one of ${PICTURE_WAYS.join(", ")}`);
    return way;
  }
  const { TERM = "", TERM_PROGRAM = "" } = env;
  if (TERM === "dumb") return "off";
  const hasSixel = answers.sixel === true && answers.cell !== undefined;
  if (isMultiplexed(env)) return hasSixel ? "sixel" : "blocks";
  if (answers.kitty === true || env.KITTY_WINDOW_ID || /^xterm-(kitty|ghostty)$/.test(TERM)) return "kitty";
  if (/^(kitty|ghostty)$/i.test(TERM_PROGRAM) || /^(kitty|ghostty)\b/.test(answers.version ?? ""))
    return "kitty";
  const isIterm = /^(iTerm\.app|WezTerm|mintty)$/.test(TERM_PROGRAM) || env.LC_TERMINAL === "iTerm2";
  if (isIterm || /^(iterm2|wezterm)\b/.test(answers.version ?? "")) return "iterm2";
  return hasSixel ? "sixel" : "blocks";
}

/** Whether text can stand for pictures, so that they scroll with it. */
export function knowsPlaceholders(env: Environment, { version = "" }: TerminalAnswers = {}): boolean {
  const { TERM = "", TERM_PROGRAM = "", KITTY_WINDOW_ID } = env;
  const names = [version, TERM.replace(/^xterm-/, ""), TERM_PROGRAM.toLowerCase()];
  return Boolean(KITTY_WINDOW_ID) || names.some((name) => /^(kitty|ghostty)\b/.test(name));
}

/** The colours of the terminal (https://no-color.org; COLORTERM as terminals set it). */
export function colorDepth({ NO_COLOR, COLORTERM = "", TERM = "" }: Environment): ColorDepth {
  if (NO_COLOR || TERM === "dumb" || TERM === "") return "none";
  if (/^(truecolor|24bit)$/i.test(COLORTERM) || /^xterm-(kitty|ghostty|direct)$/.test(TERM)) return "full";
  return /256color/.test(TERM) ? "256" : "16";
}
