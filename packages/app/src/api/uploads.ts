/** Files that faces hand over piece by piece, since a line of JSON holds no hundred megabytes. */
import { usage } from "../exit.ts";

/** Bytes of a file, as the messenger takes them (docs/messaging.md, "Files"). */
export const MAX_FILE_BYTES = 100 * 1024 * 1024;
/** Bytes of one piece. */
export const MAX_PIECE_BYTES = 192 * 1024;
/** Uploads that a face may have begun at a time. */
const MAX_UPLOADS_OF_A_FACE = 4;
/** Bytes of all uploads that are under way. */
const MAX_BYTES = 4 * MAX_FILE_BYTES;

export interface UploadOf {
  readonly contact: number;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

interface Upload extends UploadOf {
  readonly face: object;
  readonly bytes: Uint8Array;
  filled: number;
}

export class Uploads {
  readonly #all = new Map<number, Upload>();
  #last = 0;

  /** @returns its number. @throws Failure `usage` where too much is under way */
  begin(face: object, of: UploadOf): number {
    const all = [...this.#all.values()];
    const bytes = all.reduce((sum, { size }) => sum + size, 0);
    if (all.filter((one) => one.face === face).length >= MAX_UPLOADS_OF_A_FACE || bytes + of.size > MAX_BYTES)
      throw usage("too many files are being handed over: wait until one is sent");
    this.#all.set(++this.#last, { ...of, face, bytes: new Uint8Array(of.size), filled: 0 });
    return this.#last;
  }

  /** Adds the next piece. @throws Failure `usage` for more than was announced */
  put(face: object, id: number, piece: Uint8Array): void {
    const upload = this.#of(face, id);
    if (piece.length > upload.size - upload.filled) throw usage("the file is longer than was announced");
    upload.bytes.set(piece, upload.filled);
    upload.filled += piece.length;
  }

  /** Hands out what is whole, and forgets it. @throws Failure `usage` where a piece is missing */
  take(face: object, id: number): UploadOf & { readonly bytes: Uint8Array } {
    const upload = this.#of(face, id);
    if (upload.filled < upload.size) throw usage("the file is shorter than was announced");
    this.#all.delete(id);
    return upload;
  }

  /** Forgets what is not to be sent after all. @throws Failure `usage` */
  discard(face: object, id: number): void {
    this.#of(face, id);
    this.#all.delete(id);
  }

  /** A face is gone, and what it has begun with it. */
  drop(face: object): void {
    for (const [id, upload] of this.#all) if (upload.face === face) this.#all.delete(id);
  }

  #of(face: object, id: number): Upload {
    const upload = this.#all.get(id);
    if (upload === undefined || upload.face !== face) throw usage("there is no such upload");
    return upload;
  }
}
