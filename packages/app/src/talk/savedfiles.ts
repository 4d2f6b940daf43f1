/** Files of others: accepted where the user wants them, and written to a folder when they are whole. */
import type { Face, MessageView } from "../face/face.ts";
import { readFile } from "../face/files.ts";
import { safeName } from "../letters/filename.ts";
import type { Folder } from "../letters/folder.ts";

export interface Saved {
  readonly view: MessageView;
  readonly path: string;
}

export class SavedFiles {
  readonly #face: Face;
  readonly #folder: Folder;
  /** The files taken up here. Others were taken up elsewhere, into another folder. */
  readonly #taken = new Set<string>();

  constructor(face: Face, folder: Folder) {
    this.#face = face;
    this.#folder = folder;
  }

  /**
   * Takes up the file of a message: asks for it, or writes it where it is whole.
   * @returns where it was written
   */
  async take(view: MessageView): Promise<string | undefined> {
    const { file, contact } = view;
    if (file === undefined || view.isOwn) return undefined;
    if (file.state === "complete") return this.#save(view, file);
    if (file.state !== "offered" && file.state !== "accepted") return undefined;
    this.#taken.add(file.id);
    await this.#face.call("files.accept", { contact, file: file.id, save: true });
    return undefined;
  }

  /** Goes on with those that were taken up before. @returns what became whole meanwhile, and where it was written */
  async *resume(): AsyncGenerator<Saved> {
    for (const view of await this.#face.call("files.toSave", {})) {
      if (view.file !== undefined) this.#taken.add(view.file.id);
      yield* this.#ifWhole(view);
    }
  }

  /** A file has become whole. */
  async *completed(fileId: string): AsyncGenerator<Saved> {
    if (!this.#taken.delete(fileId)) return;
    for (const view of await this.#face.call("files.toSave", {}))
      if (view.file?.id === fileId) yield* this.#ifWhole(view);
  }

  async *#ifWhole(view: MessageView): AsyncGenerator<Saved> {
    if (view.file?.state === "complete") yield { view, path: await this.#save(view, view.file) };
  }

  async #save({ id, contact }: MessageView, file: NonNullable<MessageView["file"]>): Promise<string> {
    const bytes = await readFile(this.#face, contact, file);
    const path = await this.#folder.keep(safeName(file.name, `file-${file.id.slice(0, 8)}.bin`), bytes);
    await this.#face.call("files.saved", { id });
    return path;
  }
}
