/** The lines of the relay's language, as the world between client and relay looks at them. */
import * as protocol from "@asfaleia/protocol";

const LF = 0x0a;

const NAMES = new Map<number, string>([
  [protocol.AUTH, "AUTH"],
  [protocol.ANSWER, "ANSWER"],
  [protocol.VERIFY, "VERIFY"],
  [protocol.SEND, "SEND"],
  [protocol.GET, "GET"],
  [protocol.SUBSCRIBE, "SUBSCRIBE"],
  [protocol.ACK, "ACK"],
  [protocol.PUBLISH, "PUBLISH"],
  [protocol.LOOKUP, "LOOKUP"],
  [protocol.HELLO, "HELLO"],
  [protocol.RELAY, "RELAY"],
  [protocol.TOKEN, "TOKEN"],
  [protocol.ERROR, "ERROR"],
  [protocol.SENT, "SENT"],
  [protocol.MESSAGE, "MESSAGE"],
  [protocol.END, "END"],
  [protocol.DOCUMENT, "DOCUMENT"],
]);

export interface Line {
  readonly id: number;
  readonly rest: Uint8Array;
  /** All of it, LF included. */
  readonly bytes: Uint8Array;
}

/** Whole lines, as both sides write them. */
export function linesOf(bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(LF, from);
    if (end < 0) throw new Error("half a line");
    lines.push({ ...protocol.splitLine(bytes.subarray(from, end)), bytes: bytes.subarray(from, end + 1) });
    from = end + 1;
  }
  return lines;
}

/** Their names and lengths: what a trace tells of them. */
export function said(bytes: Uint8Array): string {
  return linesOf(bytes)
    .map((line) => `${NAMES.get(line.id) ?? line.id}(${detail(line)})`)
    .join(" ");
}

function detail({ id, rest, bytes }: Line): string {
  if (id === protocol.ERROR) return protocol.parseError(rest).code;
  if (id === protocol.END) return String(protocol.parseEnd(rest));
  return String(bytes.length);
}
