/** Starts the terminal UI on the terminal of this process. */
import type { ReadStream, WriteStream } from "node:tty";
import { EXIT } from "../exit.ts";
import type { Face } from "../face/face.ts";
import { type FaceValues, openRemote } from "../face/open.ts";
import { onBehalfOf } from "../person.ts";
import { profileExists, type Where } from "../profile/where.ts";
import { signsFor } from "./format.ts";
import { notifier } from "./runtime/notices.ts";
import { AtTheScreen } from "./runtime/person.ts";
import { PictureDesk } from "./runtime/pictures.ts";
import { type Screen, tell } from "./runtime/questions.ts";
import { TtyTerminal } from "./runtime/terminal.ts";
import { loadingInk } from "./shortcut.ts";
import { themeFor } from "./theme.ts";

/** Runs until the user ends it. @throws Failure where the profile cannot be opened */
export async function runTui(where: Where, values: FaceValues, signal: AbortSignal): Promise<number> {
  // React and its reconciler are several times slower otherwise.
  process.env.NODE_ENV ??= "production";
  const person = new AtTheScreen();
  const connect = (until: AbortSignal): Promise<Face> =>
    onBehalfOf(person, () => openRemote(where, values, AbortSignal.any([signal, until])));
  // The agent answers while Ink is loaded. Whatever has to be asked before is asked on the terminal as it was.
  const isNew = !profileExists(where);
  let first: Promise<Face> | undefined = isNew ? undefined : connect(signal);
  first?.catch(() => {});
  const [{ Loop }, { downloadFolder }] = await loadingInk(() =>
    Promise.all([import("./runtime/loop.ts"), import("./runtime/effects.ts")]),
  );
  await first;
  const terminal = new TtyTerminal(
    process.stdin as ReadStream,
    process.stdout as WriteStream,
    process.env.ASFALEIA_MOUSE !== "off",
  );
  const loop = new Loop({
    terminal,
    theme: themeFor(!process.env.NO_COLOR && process.env.TERM !== "dumb"),
    signs: signsFor(process.env, process.platform),
    downloads: await downloadFolder(process.env),
    signal,
    clock: Date.now,
    ...(isNew ? { before: (screen, until) => begin(screen, person, values, until) } : {}),
    connect: (until) => {
      const ready = first;
      first = undefined;
      return ready ?? connect(until).finally(() => person.forgetSecret());
    },
    notify: notifier(process.env, Date.now, (text) => terminal.write(text)),
    pictures: new PictureDesk(process.env, (text) => terminal.write(text)),
  });
  person.sitAt(loop);
  await loop.run();
  signal.throwIfAborted();
  return EXIT.done;
}

async function begin(
  screen: Screen,
  person: AtTheScreen,
  values: FaceValues,
  signal: AbortSignal,
): Promise<boolean> {
  tell(screen, "Welcome", "Looking for your SSH keys.");
  const { firstRun } = await import("./firstrun/firstrun.ts");
  person.keepSecret();
  const goesOn = await onBehalfOf(person, () => firstRun(screen, values, signal));
  person.spendSecret();
  return goesOn;
}
