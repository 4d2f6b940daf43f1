/** What the terminal is put into, and what brings it back. */

const ESC = "\x1b[";

/**
 * Another screen, so that what stood there comes back; no breaking of lines, so that a text whose width is misjudged cannot
 * push others out of place; focus, pastes, and keys that tell Shift+Enter from Enter and Esc from Alt (kitty's protocol, the
 * others ignore it). xterm's modifyOtherKeys is read where it is on, and not asked for: Esc stays what it is with it, and
 * characters that take AltGr or Shift come as chords from some terminals.
 */
export function enterModes(hasMouse: boolean): string {
  const mouse = hasMouse ? `${ESC}?1000h${ESC}?1006h` : "";
  return `${ESC}?1049h${ESC}2J${ESC}H${ESC}?7l${ESC}?1004h${ESC}?2004h${ESC}>1u${mouse}`;
}

/** Undoes all of it, whether it had been done or not; in the reverse order. */
export function leaveModes(): string {
  return `${ESC}?2026l${ESC}?1006l${ESC}?1000l${ESC}<u${ESC}?2004l${ESC}?1004l${ESC}?7h${ESC}0m${ESC}?25h${ESC}?1049l`;
}

export const CLEAR_SCREEN = `${ESC}0m${ESC}2J${ESC}H`;
