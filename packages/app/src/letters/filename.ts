/** File names: out of what a stranger calls a file, a name that is safe on every system. */
import { extensionOf } from "./mediatype.ts";

/** Leaves room for a number, within the 255 bytes that file systems take. */
const MAX_STEM_BYTES = 120;
const MAX_EXTENSION_CHARACTERS = 16;
/** Names that are devices on Windows, whatever stands behind the dot. */
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[0-9¹²³])$/i;

/**
 * A safe file name: the last part of a path, of letters, digits and `. _ - ( )` and blanks only, neither hidden nor an
 * option nor a device.
 * @param name as the sender wrote it
 * @param otherwise what it is called where nothing of that is left
 */
export function safeName(name: string, otherwise: string): string {
  const last = name.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const cleaned = last.replace(/[^\p{L}\p{M}\p{N}._\-() ]|\p{Default_Ignorable_Code_Point}/gu, "_");
  const trimmed = cleaned
    .replace(/^[.\-_ \p{M}]+/u, "")
    .replace(/[. ]+$/, "")
    .replace(/(\p{M}{4})\p{M}+/gu, "$1");
  const dot = trimmed.lastIndexOf(".");
  const hasExtension = dot > 0 && trimmed.length - dot - 1 <= MAX_EXTENSION_CHARACTERS;
  const stem = shorten(hasExtension ? trimmed.slice(0, dot) : trimmed);
  if (stem === "") return otherwise;
  const safeStem = DEVICE.test(stem.split(".")[0]?.trim() ?? "") ? `_${stem}` : stem;
  return hasExtension ? `${safeStem}${trimmed.slice(dot)}` : safeStem;
}

/** What a letter without a name is saved as. @param id tells it from others; hex */
export function nameFor(id: string, type: string): string {
  return `letter-${id}.${extensionOf(type)}`;
}

/** Cuts between characters. */
function shorten(stem: string): string {
  let short = "";
  for (const character of stem) {
    if (Buffer.byteLength(short + character) > MAX_STEM_BYTES) break;
    short += character;
  }
  return short.trimEnd();
}
