/** Where letters are opened: each is saved, or shown, or kept sealed, and only then is it done with. */
import type { PrivateKey } from "@asfaleia/identity";
import { LetterError, type OpenLetter, openLetter } from "@asfaleia/identity/letter";
import { print } from "../io.ts";
import { nameFor, safeName } from "./filename.ts";
import type { Folder } from "./folder.ts";
import { bodyType, isText, letterJson, letterText, unopenedJson, unopenedText } from "./show.ts";

export interface DeskOptions {
  /** Null where only an agent has the key: then letters stay sealed, and `folder` must be there. */
  readonly key: PrivateKey | null;
  readonly json: boolean;
  /** Of --save. */
  readonly folder: Folder | undefined;
  /** For what can be neither shown nor saved, such as a picture without --save. */
  unread(): Promise<Folder>;
}

/** A letter as it came. */
export interface Sealed {
  /** Id of the message in hex, or the name of the file: what it is called when it is reported. */
  readonly source: string;
  /** What its sealed form is saved as; safe. */
  readonly name: string;
  readonly envelope: Uint8Array;
}

export class Desk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /**
   * Deals with one letter. When this resolves, standard output or the disk has it. A rejection means that it may be in
   * neither: the caller must not take it as done.
   * @returns whether it was opened
   */
  async take(sealed: Sealed): Promise<boolean> {
    const { folder, key } = this.#options;
    // The sealed letter first: whatever happens while it is opened, it is there.
    const raw = await folder?.keep(`${sealed.name}.age`, sealed.envelope);
    if (key === null) return this.#unopened(sealed, undefined, raw);
    let letter: OpenLetter;
    try {
      letter = await openLetter(sealed.envelope, [key]);
    } catch (error) {
      if (!(error instanceof LetterError)) throw error;
      return this.#unopened(sealed, error.code, raw);
    }
    if (folder !== undefined && raw !== undefined) await this.#save(sealed, letter, folder, raw);
    else await this.#show(sealed, letter);
    return true;
  }

  /** Keeps a letter that could not be dealt with, sealed. */
  async keepUnread(sealed: Sealed): Promise<string> {
    const folder = await this.#options.unread();
    return folder.keep(`${sealed.name}.age`, sealed.envelope);
  }

  async #save({ source, name }: Sealed, letter: OpenLetter, folder: Folder, raw: string): Promise<void> {
    const otherwise = nameFor(name, bodyType(letter));
    const given = letter.kind === "letter" ? letter.name : undefined;
    const saved = await folder.keep(
      given === undefined ? otherwise : safeName(given, otherwise),
      letter.body,
    );
    await folder.drop(raw);
    await this.#print({ source, letter, saved, sealed: undefined });
  }

  async #show(sealed: Sealed, letter: OpenLetter): Promise<void> {
    const visible = this.#options.json || isText(letter);
    const kept = visible ? undefined : await this.keepUnread(sealed);
    await this.#print({ source: sealed.source, letter, saved: undefined, sealed: kept });
  }

  #print(shown: Parameters<typeof letterText>[0]): Promise<void> {
    return print(this.#options.json ? letterJson(shown) : letterText(shown));
  }

  async #unopened({ source }: Sealed, reason: string | undefined, saved: string | undefined): Promise<false> {
    const unopened = { source, reason, saved };
    await print(this.#options.json ? unopenedJson(unopened) : unopenedText(unopened));
    return false;
  }
}
