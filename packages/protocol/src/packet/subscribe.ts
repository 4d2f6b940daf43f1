/** 5 SUBSCRIBE `5;<token>;<window>`: the backlog, then each message as it comes. */
import { line, numberField, tokenField } from "../fields.ts";
import { MAX_WINDOW } from "../limits.ts";
import { splitFields } from "../line.ts";

export const SUBSCRIBE = 5;

export interface Subscribe {
  readonly token: Uint8Array;
  /** Unacknowledged messages at a time; 0 only asks. */
  readonly window: number;
}

/** @throws ProtocolError `wrong-usage` */
export function parseSubscribe(rest: Uint8Array): Subscribe {
  const [token, window] = splitFields(rest, 2, 2) as [Uint8Array, Uint8Array];
  return { token: tokenField(token), window: numberField(window, 0, MAX_WINDOW) };
}

export function formatSubscribe(subscribe: Subscribe): Uint8Array {
  return line(SUBSCRIBE, subscribe.token, String(subscribe.window));
}
