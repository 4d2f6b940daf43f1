/** What the user has set for the chat: by the environment for one terminal, else by a setting of the profile. */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Face } from "../../face/face.ts";
import { userHome } from "../../home.ts";
import { NOTIFY_SETTINGS, type NotifySetting } from "../../notify.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export class Wishes {
  readonly #env: Environment;
  #settings: Readonly<Record<string, string>> = {};

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Looks at the settings, as they are now. */
  async learn(face: Face): Promise<void> {
    this.#settings = await face.call("settings.list", {});
  }

  /** What a notification says; what is no setting says the least. */
  notify(): NotifySetting {
    const word = this.#env.ASFALEIA_NOTIFY || this.#settings.notify;
    if (!word) return "name";
    return NOTIFY_SETTINGS.find((one) => one === word) ?? "bare";
  }

  /** The program that tells instead of the terminal. */
  notifyProgram(): string | undefined {
    return this.#settings["notify-program"];
  }

  /** Whether pictures of contacts are fetched when they come onto the screen, which tells them that somebody looks. */
  fetchesPictures(): boolean {
    return this.#settings.pictures === "fetch";
  }

  /** Where files are saved: as it was set, else the folder for downloads, else home. */
  async downloads(): Promise<string> {
    const wanted = this.#env.ASFALEIA_DOWNLOADS || this.#settings.downloads;
    if (wanted) return resolve(wanted);
    const usual = this.#env.XDG_DOWNLOAD_DIR || join(userHome(), "Downloads");
    const isThere = await stat(usual).then(
      (facts) => facts.isDirectory(),
      () => false,
    );
    return isThere ? usual : userHome();
  }
}
