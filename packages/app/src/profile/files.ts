/** Files of others: accepted where the user wants them, and written to a folder when they are whole. */
import type { MessageView, Profile } from "@asfaleia/client/messenger";
import { safeName } from "../letters/filename.ts";
import type { Folder } from "../letters/folder.ts";
import type { Opened } from "./open.ts";

/** Messages whose files are on their way to a folder: they are written even where another process completed them. */
const SETTING = "files-to-save";
const MAX_FILES = 1000;

export class SavedFiles {
  readonly #opened: Opened;
  readonly #folder: Folder;

  constructor(opened: Opened, folder: Folder) {
    this.#opened = opened;
    this.#folder = folder;
  }

  /**
   * Takes up the file of a message: asks for it, or writes it where it is whole.
   * @returns where it was written
   */
  async take(view: MessageView): Promise<string | undefined> {
    const { messenger, profile } = this.#opened;
    if (view.file === undefined || view.isOwn) return undefined;
    if (view.file.state === "complete") return this.#save(view);
    if (view.file.state !== "offered" && view.file.state !== "accepted") return undefined;
    change(profile, (ids) => ids.add(view.id));
    if (view.file.state === "offered") await messenger.acceptFile(view.contact, view.file.id);
    return undefined;
  }

  /** Those that were taken up before. @returns what became whole meanwhile, and where it was written */
  async *resume(): AsyncGenerator<{ view: MessageView; path: string }> {
    for (const id of wanted(this.#opened.profile)) yield* this.#look(id);
  }

  /** A file has become whole. */
  async *completed(fileId: string): AsyncGenerator<{ view: MessageView; path: string }> {
    for (const id of wanted(this.#opened.profile)) {
      if (this.#view(id)?.file?.id === fileId) yield* this.#look(id);
    }
  }

  async *#look(id: string): AsyncGenerator<{ view: MessageView; path: string }> {
    const view = this.#view(id);
    if (view?.file?.state === "complete") yield { view, path: await this.#save(view) };
    else if (view?.file?.state !== "offered" && view?.file?.state !== "accepted") {
      change(this.#opened.profile, (ids) => ids.delete(id));
    }
  }

  async #save(view: MessageView): Promise<string> {
    const { messenger, profile } = this.#opened;
    const file = view.file;
    if (file === undefined) throw new Error("a message without a file");
    const bytes = messenger.fileBytes(view.contact, file.id);
    const path = await this.#folder.keep(safeName(file.name, `file-${file.id.slice(0, 8)}.bin`), bytes);
    change(profile, (ids) => ids.delete(view.id));
    return path;
  }

  #view(id: string): MessageView | undefined {
    try {
      return this.#opened.messenger.find(id);
    } catch (error) {
      // It has disappeared.
      if (error instanceof Error && error.name === "MessengerError") return undefined;
      throw error;
    }
  }
}

function wanted(profile: Profile): string[] {
  return (profile.settings.get(SETTING) ?? "").split(" ").filter(Boolean);
}

function change(profile: Profile, act: (ids: Set<string>) => void): void {
  const ids = new Set(wanted(profile));
  act(ids);
  profile.transaction(() => profile.settings.set(SETTING, [...ids].slice(-MAX_FILES).join(" ") || undefined));
}
