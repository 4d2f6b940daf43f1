/**
 * What Ink draws on: it asks for the size at every frame, and is told of no change by itself, because the model has to hear of it first.
 */
import { Writable } from "node:stream";

/** A stream that Ink takes for a terminal. */
export function screenStream(
  size: () => { readonly columns: number; readonly rows: number },
  write: (text: string) => void,
): NodeJS.WriteStream {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      write(typeof chunk === "string" ? chunk : chunk.toString("utf8"));
      done();
    },
  });
  Object.defineProperties(stream, {
    isTTY: { value: true },
    columns: { get: () => size().columns },
    rows: { get: () => size().rows },
  });
  return stream as unknown as NodeJS.WriteStream;
}
