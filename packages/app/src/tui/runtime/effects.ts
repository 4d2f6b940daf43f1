/** Does what the model wants done outside. Whatever goes wrong comes back as words. */
import { isUtf8 } from "node:buffer";
import { readFile as readDisk, readdir, stat } from "node:fs/promises";
import { basename } from "node:path";
import { cleanLine, cleanName } from "../../display.ts";
import { failureOf } from "../../exit.ts";
import type { EventView, Face } from "../../face/face.ts";
import type { SavedFiles } from "../../talk/savedfiles.ts";
import type { Picture } from "../layout/message.ts";
import { withPicture } from "../model/pictures.ts";
import { withSaved } from "../model/state.ts";
import { type Effect, type FileToRead, type Happening, remark, step } from "../model/step.ts";
import { pathOf, shownPath } from "./paths.ts";

/** What effects need of the world. */
export interface World {
  readonly face: Face;
  readonly signal: AbortSignal;
  dispatch(happening: Happening): void;
  /** Tells the user, who looks elsewhere, that somebody has written. */
  notify(name: string | undefined): void;
  /** Makes rows of the bytes of a picture; undefined where it cannot be shown. */
  draw(
    bytes: Uint8Array,
    room: { readonly columns: number; readonly rows: number },
  ): Promise<Picture | undefined>;
  /** Where files are saved, unless the user names a place. */
  readonly downloads: () => Promise<string>;
}

/** Bytes of a file that is sent; the messenger says the same. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;
const MAX_PATHS = 50;

/** Effects that stay within asfaleia's own business; the loop does the others. */
export type OutsideEffect = Exclude<Effect, { do: "repaint" | "suspend" | "quit" }>;

export async function perform(effect: OutsideEffect, world: World): Promise<void> {
  try {
    const happening = await done(effect, world);
    if (happening !== undefined) world.dispatch(happening);
  } catch (error) {
    if (world.signal.aborted) return;
    world.dispatch({ type: "failed", text: cleanLine(failureOf(error).message) });
  }
}

async function done(effect: OutsideEffect, world: World): Promise<Happening | undefined> {
  switch (effect.do) {
    case "call":
      return effect.run(world.face, world.signal);
    case "send-file":
      return sendFile(effect.contact, effect.path, world);
    case "save-file":
      return saveFile(effect, world);
    case "show-picture":
      return showPicture(effect, world);
    case "list-paths":
      return listPaths(effect.prefix);
    case "notify":
      world.notify(effect.name);
      return undefined;
  }
}

async function sendFile(contact: number, written: string, { face }: World): Promise<Happening> {
  const path = pathOf(written);
  const facts = await stat(path);
  if (!facts.isFile()) return { type: "failed", text: "this is no file" };
  if (facts.size > MAX_FILE_BYTES) return { type: "failed", text: "the file is larger than 100 MiB" };
  const [{ sendFile: hand }, { typeOf }] = await Promise.all([
    import("../../face/files.ts"),
    import("../../letters/mediatype.ts"),
  ]);
  const name = basename(path);
  const bytes = await readDisk(path);
  await hand(face, contact, { name, type: typeOf(name, isUtf8(bytes)), bytes });
  return { type: "then", step: (state) => step(remark(state, `${cleanName(name)} is on its way`)) };
}

async function saveFile(
  { message, path }: Extract<Effect, { do: "save-file" }>,
  world: World,
): Promise<Happening | undefined> {
  const view = await world.face.call("messages.find", { id: message });
  const files = await savedFiles(world, path);
  if (view.file !== undefined && onTheirWay.size < MAX_ON_THEIR_WAY) onTheirWay.set(view.file.id, files);
  const saved = await files.take(view);
  if (saved === undefined || view.file === undefined) return undefined;
  onTheirWay.delete(view.file.id);
  return told(view.file.id, saved);
}

/** Files that the user has asked for here, each with the folder it goes to. */
const onTheirWay = new Map<string, SavedFiles>();
const MAX_ON_THEIR_WAY = 1000;

async function savedFiles({ face, downloads }: World, path: string | undefined): Promise<SavedFiles> {
  const [{ SavedFiles }, { Folder }] = await Promise.all([
    import("../../talk/savedfiles.ts"),
    import("../../letters/folder.ts"),
  ]);
  return new SavedFiles(face, await Folder.open(path === undefined ? await downloads() : pathOf(path)));
}

function told(file: string, path: string): Happening {
  const place = cleanLine(shownPath(path));
  return { type: "then", step: (state) => step(remark(withSaved(state, file, place), `saved: ${place}`)) };
}

/** A file that was asked for before may be whole now. */
export async function onFileEvent(event: EventView, world: World): Promise<void> {
  if (event.type !== "file" || event.file.state !== "complete") return;
  try {
    const { id } = event.file;
    const files = onTheirWay.get(id);
    onTheirWay.delete(id);
    for await (const { path } of files?.completed(id) ?? []) world.dispatch(told(id, path));
  } catch (error) {
    if (!world.signal.aborted) world.dispatch({ type: "failed", text: cleanLine(failureOf(error).message) });
  }
}

/** What cannot be shown stays as it is: a file with a name. */
async function showPicture(
  { contact, file, columns, rows }: Extract<Effect, { do: "show-picture" }>,
  { face, draw }: World,
): Promise<Happening | undefined> {
  const picture = await bytesOf(face, contact, file)
    .then((bytes) => draw(bytes, { columns, rows }))
    .catch(() => undefined);
  return picture && { type: "then", step: (state) => step(withPicture(state, file.id, picture)) };
}

async function bytesOf(face: Face, contact: number, file: FileToRead): Promise<Uint8Array> {
  const { readFile } = await import("../../face/files.ts");
  return readFile(face, contact, file);
}

/** Names in the folder of what is being written that go on as it does. */
async function listPaths(prefix: string): Promise<Happening> {
  const found = await pathsFor(prefix).catch(() => []);
  return {
    type: "then",
    step: (state) => step(state.paths.for === prefix ? { ...state, paths: { for: prefix, found } } : state),
  };
}

async function pathsFor(prefix: string): Promise<string[]> {
  const cut = prefix.lastIndexOf("/") + 1;
  const [folder, begun] = [prefix.slice(0, cut), prefix.slice(cut)];
  const entries = await readdir(pathOf(folder === "" ? "." : folder), { withFileTypes: true });
  return entries
    .filter(({ name }) => name.startsWith(begun) && (begun.startsWith(".") || !name.startsWith(".")))
    .filter(({ name }) => cleanLine(name) === name)
    .slice(0, MAX_PATHS)
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .sort();
}
