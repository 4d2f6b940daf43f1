/** The comment of a key, which its owner wrote, or whoever has the page that it stands on. */
import { cleanLine } from "./display.ts";

const MAX_CHARACTERS = 64;

/** Fit to be shown, and to stand in the line of a key: on one line, without control characters, and cut. */
export function plainComment(comment: string): string {
  const characters = [...comment.replaceAll("\t", " ")];
  const isLong = characters.length > MAX_CHARACTERS;
  return cleanLine(isLong ? `${characters.slice(0, MAX_CHARACTERS).join("")}…` : characters.join(""));
}
