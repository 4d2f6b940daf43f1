/** What stands between us and the terminal: tmux or screen. */

/** Whether one of them does. */
export function isMultiplexed(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env.TMUX) || Boolean(env.STY) || /^(tmux|screen)\b/.test(env.TERM ?? "");
}

/** A sequence for the terminal around tmux, which passes it on where it has `allow-passthrough on` (tmux(1)). */
export function throughTmux(sequence: string): string {
  return `\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`;
}
