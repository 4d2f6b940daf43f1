/** Messages whose files are on their way to a folder of the user's: they are written even where another process completed them. */
import type { MessageView, Messenger, Profile } from "@asfaleia/client/messenger";

const SETTING = "files-to-save";
const MAX_FILES = 1000;

export class FilesToSave {
  readonly #profile: Profile;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** @param id of the message */
  add(id: string): void {
    this.#change((ids) => ids.add(id));
  }

  remove(id: string): void {
    this.#change((ids) => ids.delete(id));
  }

  /** Those that are still there, and whose files can still be had. */
  messages(messenger: Messenger): MessageView[] {
    return this.#ids().flatMap((id) => {
      const view = find(messenger, id);
      const state = view?.file?.state;
      if (view !== undefined && (state === "offered" || state === "accepted" || state === "complete"))
        return [view];
      this.remove(id);
      return [];
    });
  }

  #ids(): string[] {
    return (this.#profile.settings.get(SETTING) ?? "").split(" ").filter(Boolean);
  }

  #change(act: (ids: Set<string>) => void): void {
    const ids = new Set(this.#ids());
    act(ids);
    const text = [...ids].slice(-MAX_FILES).join(" ");
    this.#profile.transaction(() => this.#profile.settings.set(SETTING, text === "" ? undefined : text));
  }
}

/** It may have disappeared. */
function find(messenger: Messenger, id: string): MessageView | undefined {
  try {
    return messenger.find(id);
  } catch (error) {
    if (error instanceof Error && error.name === "MessengerError") return undefined;
    throw error;
  }
}
