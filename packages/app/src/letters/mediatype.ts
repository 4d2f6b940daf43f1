/** Media types by the ends of file names: a small table, the rest is bytes. */

const TYPES: Record<string, string> = {
  txt: "text/plain; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  html: "text/html; charset=utf-8",
  patch: "text/x-diff; charset=utf-8",
  diff: "text/x-diff; charset=utf-8",
  json: "application/json",
  pdf: "application/pdf",
  zip: "application/zip",
  gz: "application/gzip",
  tar: "application/x-tar",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  svg: "image/svg+xml",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  opus: "audio/opus",
  wav: "audio/wav",
  mp4: "video/mp4",
  webm: "video/webm",
};

export const TEXT_TYPE = "text/plain; charset=utf-8";
export const BYTES_TYPE = "application/octet-stream";

/** The type of a file, by its name. A text type where it really is UTF-8 only: letters promise that of their texts. */
export function typeOf(name: string, isUtf8: boolean): string {
  const dot = name.lastIndexOf(".");
  const extension = dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
  const type = Object.hasOwn(TYPES, extension) ? TYPES[extension]! : BYTES_TYPE;
  return type.startsWith("text/") && !isUtf8 ? BYTES_TYPE : type;
}

/** Type and subtype (RFC 6838 section 4.2). */
const TYPE_NAME = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}(?= *(;|$))/i;

/** What somebody says the type of a file is, as it is shown: without parameters, and nothing that is no type. */
export function shownType(type: string): string {
  return TYPE_NAME.exec(type)?.[0] ?? "of no known type";
}

/** The end of a file name for a type, without its dot. */
export function extensionOf(type: string): string {
  if (type === BYTES_TYPE) return "bin";
  const found = Object.entries(TYPES).find(([, one]) => one === type)?.[0];
  return found ?? (type.startsWith("text/") ? "txt" : "bin");
}
