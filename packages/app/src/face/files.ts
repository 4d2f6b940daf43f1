/** Files through a face, piece by piece. */
import { EXIT, Failure } from "../exit.ts";
import type { Face, MessageView } from "./face.ts";

/** Bytes handed over at a time. */
const PIECE_BYTES = 192 * 1024;

/** @throws Failure */
export async function sendFile(
  face: Face,
  contact: number,
  { name, type, bytes }: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
): Promise<MessageView> {
  const { upload } = await face.call("files.begin", { contact, name, type, size: bytes.length });
  try {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = Buffer.from(
        bytes.buffer,
        bytes.byteOffset + at,
        Math.min(PIECE_BYTES, bytes.length - at),
      );
      await face.call("files.put", { upload, bytes: piece.toString("base64") });
    }
  } catch (error) {
    await face.call("files.discard", { upload }).catch(() => {});
    throw error;
  }
  return face.call("files.send", { upload });
}

/** The bytes of a file that is whole. @throws Failure */
export async function readFile(
  face: Face,
  contact: number,
  { id, size }: { readonly id: string; readonly size: number },
): Promise<Uint8Array> {
  const all = new Uint8Array(size);
  for (let at = 0; at < size; ) {
    const { bytes } = await face.call("files.read", { contact, file: id, at });
    const piece = Buffer.from(bytes, "base64");
    if (piece.length === 0) throw new Failure(EXIT.failed, "the file is shorter than was announced");
    all.set(piece.subarray(0, size - at), at);
    at += piece.length;
  }
  return all;
}
