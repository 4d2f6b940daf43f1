/**
 * Reading a socket into a buffer of our own.
 *
 * An ordinary socket reads into memory that libuv and V8 allocate, trim and free unwiped, so an envelope stays readable in the
 * process long after it left, even where every chunk that JavaScript sees is zeroed. Node has `onread` for this, but only for
 * sockets that a program makes itself, not for those a server accepts nor for TLS. What the option does is to set three
 * properties and to tell the handle; this file does the same to a socket that exists. It relies on the inside of the
 * pinned Node and says so at once, at start, where that has changed.
 */
import { Socket } from "node:net";

interface Handle {
  useUserBuffer(buffer: Uint8Array): void;
  receive?(bytes: Uint8Array): void;
}

type WithHandle = Socket & { readonly _handle: Handle | null };

const PROBE = new Socket({ onread: { buffer: new Uint8Array(1), callback: () => true } });
const BUFFER = slot("kBuffer");
const CALLBACK = slot("kBufferCb");
const GENERATOR = slot("kBufferGen");
PROBE.destroy();

/**
 * Lets a socket read into `buffer`, which may serve many sockets: each callback ends before the next read begins.
 * @param onBytes gets how many bytes lie at the front of the buffer; returns false to pause the socket
 */
export function readInto(socket: Socket, buffer: Uint8Array, onBytes: (length: number) => boolean): void {
  const handle = (socket as WithHandle)._handle;
  if (!handle) return;
  Object.assign(socket, { [BUFFER]: buffer, [CALLBACK]: onBytes, [GENERATOR]: null });
  handle.useUserBuffer(buffer);
}

/** Hands a TLS socket bytes that were read from its connection before it was made. */
export function receiveEarlier(tlsSocket: Socket, bytes: Uint8Array): void {
  (tlsSocket as WithHandle)._handle?.receive?.(bytes);
}

function slot(description: string): symbol {
  const symbol = Object.getOwnPropertySymbols(PROBE).find((known) => known.description === description);
  if (!symbol)
    throw new Error("this Node reads sockets in another way: use the version that this release was made for");
  return symbol;
}
