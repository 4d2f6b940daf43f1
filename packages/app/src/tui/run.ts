/** Starts the terminal UI on the terminal of this process. */
import type { ReadStream, WriteStream } from "node:tty";
import { wantsColor } from "../display.ts";
import { EXIT } from "../exit.ts";
import type { Face } from "../face/face.ts";
import { type FaceValues, openRemote, usesAgent } from "../face/open.ts";
import { notifyWay } from "../notify.ts";
import { currentPerson, onBehalfOf } from "../person.ts";
import { profileExists, type Where } from "../profile/where.ts";
import { signsFor } from "./format.ts";
import { askToAdd } from "./model/adding.ts";
import type { Happening } from "./model/step.ts";
import { PlainTerminal } from "./plain/terminal.ts";
import type { Loop as LoopType } from "./runtime/loop.ts";
import { Notices } from "./runtime/notices.ts";
import { AtTheScreen } from "./runtime/person.ts";
import { PictureDesk } from "./runtime/pictures.ts";
import { type Screen, tell } from "./runtime/questions.ts";
import { type Terminal, TtyTerminal } from "./runtime/terminal.ts";
import { Wishes } from "./runtime/wishes.ts";
import { loadingInk } from "./shortcut.ts";

/**
 * Runs until the user ends it.
 * @param isPlain as lines that are only ever appended
 * @throws Failure where the profile cannot be opened
 */
export async function runTui(
  where: Where,
  values: FaceValues,
  isPlain: boolean,
  signal: AbortSignal,
): Promise<number> {
  // React and its reconciler are several times slower otherwise.
  process.env.NODE_ENV ??= "production";
  const person = new AtTheScreen();
  const wishes = new Wishes(process.env);
  const connect = async (until: AbortSignal): Promise<Face> => {
    const both = AbortSignal.any([signal, until]);
    const face = await onBehalfOf(person, () => connectTo(where, values, both));
    await wishes.learn(face);
    return face;
  };
  // The agent answers while Ink is loaded. Whatever has to be asked before is asked on the terminal as it was.
  const isNew = !profileExists(where);
  let first: Promise<Face> | undefined = isNew ? undefined : connect(signal);
  first?.catch(() => {});
  const [{ Loop }, mount] = await Promise.all([
    import("./runtime/loop.ts"),
    isPlain ? import("./plain/surface.ts").then((one) => one.plainSurface) : inkMount(),
  ]);
  await first;
  const [input, output] = [process.stdin as ReadStream, process.stdout as WriteStream];
  const plain = isPlain ? new PlainTerminal(input, output, () => loop.state) : undefined;
  const terminal: Terminal = plain ?? new TtyTerminal(input, output, process.env.ASFALEIA_MOUSE !== "off");
  const pictures = new PictureDesk(
    isPlain ? { ...process.env, ASFALEIA_PICTURES: "off" } : process.env,
    (text) => terminal.write(text),
  );
  const notices = new Notices({
    way: isPlain ? "bell" : notifyWay(process.env),
    wanted: () => wishes.notify(),
    program: () => wishes.notifyProgram(),
    clock: Date.now,
    write: (text) => terminal.write(text),
  });
  const loop: LoopType = new Loop({
    terminal,
    mount,
    hasColors: wantsColor(process.stdout),
    signs: signsFor(process.env, process.platform),
    downloads: () => wishes.downloads(),
    signal,
    clock: Date.now,
    ...(isNew ? { before: (screen, until) => begin(screen, person, values, until) } : {}),
    connect: (until) => {
      const ready = first;
      first = undefined;
      return ready ?? connect(until).finally(() => person.forgetSecret());
    },
    notify: notices.tell,
    pictures,
    fetchesPictures: () => wishes.fetchesPictures(),
    learn: (face) => wishes.learn(face),
  });
  person.sitAt(loop, plain && ((ask) => plain.aside(ask)));
  try {
    await loop.run();
  } finally {
    await notices.close();
  }
  signal.throwIfAborted();
  return EXIT.done;
}

/** The agent of the profile, started where none runs; or the profile itself, in this process. */
async function connectTo(where: Where, values: FaceValues, signal: AbortSignal): Promise<Face> {
  if (usesAgent(values)) return openRemote(where, values, signal);
  const { withLocalFace } = await import("../face/own.ts");
  const person = currentPerson();
  const opened = Promise.withResolvers<Face>();
  const left = Promise.withResolvers<void>();
  const closed = withLocalFace(
    values,
    signal,
    (face) => {
      const close = (): Promise<void> => {
        left.resolve();
        return closed;
      };
      opened.resolve({
        // What a call has to ask, such as the passphrase of the SSH key, is asked where the chat is.
        call: (method, params, options) => onBehalfOf(person, () => face.call(method, params, options)),
        events: (options) => face.events(options),
        close,
      });
      return left.promise;
    },
    { staysPublished: true },
  );
  closed.catch(opened.reject);
  return opened.promise;
}

async function inkMount(): Promise<typeof import("./views/mount.ts").mount> {
  const { mount } = await loadingInk(() => import("./views/mount.ts"));
  return mount;
}

async function begin(
  screen: Screen,
  person: AtTheScreen,
  values: FaceValues,
  signal: AbortSignal,
): Promise<readonly Happening[] | null> {
  tell(screen, "Welcome", "Looking for your SSH keys.");
  const { firstRun } = await import("./firstrun/firstrun.ts");
  person.keepSecret();
  const begun = await onBehalfOf(person, () => firstRun(screen, values, signal));
  person.spendSecret();
  if (begun === null) return null;
  const { invite } = begun;
  return invite === undefined ? [] : [{ type: "then", step: (state) => askToAdd(state, invite) }];
}
