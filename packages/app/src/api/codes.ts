/** Spoken codes that faces have made: each ends with the face that shows it. */
import type { ContactView } from "@asfaleia/client/messenger";
import { usage } from "../exit.ts";
import { type Caller, unlessAborted } from "./caller.ts";

interface Code {
  readonly face: object;
  readonly controller: AbortController;
  readonly result: Promise<ContactView>;
}

export class Codes {
  readonly #all = new Map<number, Code>();
  #last = 0;

  /** @returns its number */
  add(face: object, controller: AbortController, result: Promise<ContactView>): number {
    const id = ++this.#last;
    this.#all.set(id, { face, controller, result });
    return id;
  }

  /**
   * Who has used it; whoever hears it, hears it once.
   * @throws as `CodeOffer.result`; Failure `usage` for a code of nobody's, or of another face; the signal's reason
   */
  async result({ face, signal }: Caller, id: number): Promise<ContactView> {
    const code = this.#of(face, id);
    try {
      return await unlessAborted(code.result, signal);
    } finally {
      if (!signal.aborted) this.#all.delete(id);
    }
  }

  /** Nobody can use it any more; whoever waits for it hears so. */
  end(face: object, id: number): void {
    this.#of(face, id).controller.abort();
    this.#all.delete(id);
  }

  /** A face is gone: nobody shows its codes any more. */
  drop(face: object): void {
    for (const [id, code] of this.#all) {
      if (code.face !== face) continue;
      code.controller.abort();
      this.#all.delete(id);
    }
  }

  #of(face: object, id: number): Code {
    const code = this.#all.get(id);
    if (code === undefined || code.face !== face) throw usage("there is no such code");
    return code;
  }
}
