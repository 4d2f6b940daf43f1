/** LOOKUP's way out: document by document, since all of a key's may be half a megabyte (docs/protocol.md, "Documents"). */
import { documentLineBytes, formatEnd, writeDocumentInto } from "@asfaleia/protocol";
import type { Output } from "./output.ts";
import type { Run } from "./run.ts";

/** One LOOKUP under way. A document that is replaced or removed meanwhile is sent as it then is, or not. */
export class LookupRun implements Run {
  readonly #output: Output;
  readonly #left: string[];
  readonly #read: (slot: string) => Uint8Array | undefined;
  #sent = 0;

  /**
   * @param slots what to send
   * @param read the document that stands in a slot
   */
  constructor(output: Output, slots: readonly string[], read: (slot: string) => Uint8Array | undefined) {
    this.#output = output;
    this.#left = [...slots];
    this.#read = read;
  }

  pump(): boolean {
    for (let slot = this.#left[0]; slot !== undefined; slot = this.#left[0]) {
      const document = this.#read(slot);
      if (document) {
        const packet = { slot, document };
        const most = documentLineBytes(slot.length, document.length);
        if (!this.#output.hasRoomFor(most)) return false;
        this.#output.line(most, (bytes, at) => writeDocumentInto(bytes, at, packet));
        this.#sent++;
      }
      this.#left.shift();
    }
    this.#output.put(formatEnd(this.#sent));
    return true;
  }

  release(): void {
    this.#left.length = 0;
  }
}
