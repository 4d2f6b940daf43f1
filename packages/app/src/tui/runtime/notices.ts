/** Tells somebody who looks elsewhere that there is a message: not more often than a bell is borne. */
import { type NotifySetting, notification, notifyText, notifyWay } from "../../notify.ts";

const LEAST_PAUSE_MS = 2_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param wanted what the user wants of them, asked each time
 * @param write to the terminal, beside the frames
 */
export function notifier(
  env: Environment,
  wanted: () => NotifySetting,
  clock: () => number,
  write: (text: string) => void,
): (name: string | undefined) => void {
  const way = notifyWay(env);
  let last = Number.NEGATIVE_INFINITY;
  return (name) => {
    const now = clock();
    const setting = wanted();
    const text =
      name === undefined ? notifyText(setting === "off" ? "off" : "bare", "") : notifyText(setting, name);
    if (text === undefined || now - last < LEAST_PAUSE_MS) return;
    last = now;
    write(notification(way, text));
  };
}
