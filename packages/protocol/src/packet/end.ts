/** 105 END `105;<count>`: closes a run of lines, or answers with a number alone. */
import { line, numberField } from "../fields.ts";
import { splitFields } from "../line.ts";

export const END = 105;

/** @returns the count. @throws ProtocolError `wrong-usage` */
export function parseEnd(rest: Uint8Array): number {
  const [count] = splitFields(rest, 1, 1) as [Uint8Array];
  return numberField(count, 0, 0xffff_ffff);
}

export function formatEnd(count: number): Uint8Array {
  return line(END, String(count));
}
