/** Makes rows of pictures, in the way that this terminal is best shown them. */
import type { ColorDepth } from "../../picture/blocks.ts";
import type { Size } from "../../picture/pixels.ts";
import { colorDepth, knowsPlaceholders, type PictureWay, pictureWay } from "../../picture/way.ts";
import type { Picture } from "../layout/message.ts";

/** Asks for the pixels of a cell (XTWINOPS 16) and for what the terminal can do (DA1). */
export const TERMINAL_QUERIES = "\x1b[16t\x1b[c";
const SIXEL = "4";
const LEAST_CELL = 2;
const MOST_CELL = 256;
/** Numbers of pictures that kitty tells apart by the colour of their place. */
const MAX_ID = 0xff_ff;

type Environment = Readonly<Record<string, string | undefined>>;

export class PictureDesk {
  readonly #env: Environment;
  readonly #depth: ColorDepth;
  readonly #write: (text: string) => void;
  #cell: Size | undefined;
  #sixel: boolean | undefined;
  #last = 0;

  /** @param write to the terminal, beside the frames */
  constructor(env: Environment, write: (text: string) => void) {
    this.#env = env;
    this.#depth = colorDepth(env);
    this.#write = write;
  }

  get way(): PictureWay {
    const way = pictureWay(this.#env, {
      ...(this.#cell === undefined ? {} : { cell: this.#cell }),
      ...(this.#sixel === undefined ? {} : { sixel: this.#sixel }),
    });
    // Without placeholders the pixels of kitty do not move with the text.
    return way === "kitty" && !knowsPlaceholders(this.#env) ? "blocks" : way;
  }

  /** Takes an answer of the terminal: parameters and final byte of a CSI sequence. */
  answered(report: string): void {
    const cell = /^6;(\d{1,4});(\d{1,4})t$/.exec(report);
    const [height, width] = [Number(cell?.[1]), Number(cell?.[2])];
    if ([height, width].every((pixels) => pixels >= LEAST_CELL && pixels <= MOST_CELL)) {
      this.#cell = { width, height };
    }
    const attributes = /^\?([\d;]{1,64})c$/.exec(report)?.[1];
    if (attributes !== undefined) this.#sixel = attributes.split(";").slice(1).includes(SIXEL);
  }

  /** @returns undefined where pictures are not shown. @throws PictureError */
  async draw(
    bytes: Uint8Array,
    room: { readonly columns: number; readonly rows: number },
  ): Promise<Picture | undefined> {
    const { way } = this;
    if (way === "off") return undefined;
    const { drawPicture } = await import("../../picture/draw.ts");
    this.#last = (this.#last % MAX_ID) + 1;
    const { lines, columns, before, over } = await drawPicture(bytes, {
      way,
      room,
      depth: this.#depth,
      id: this.#last,
      placeholders: true,
      ...(this.#cell === undefined ? {} : { cell: this.#cell }),
    });
    if (before !== "") this.#write(before);
    return { rows: lines, columns, over };
  }
}
