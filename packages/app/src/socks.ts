/** TCP connections through a SOCKS5 proxy, which is told names and resolves them itself (RFC 1928). */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { Credentials, SocksProxy } from "./proxy.ts";

const PROXY_ERRORS = {
  unreachable: "nobody answers at the proxy's address",
  credentials: "the proxy does not take the user and the password; ASFALEIA_PROXY can name others",
  refused: "the proxy cannot reach the other side, or may not",
  "bad-proxy": "what answers there is no SOCKS5 proxy",
} as const;

/** Why there is no connection through the proxy. A closed set. */
export type ProxyErrorCode = keyof typeof PROXY_ERRORS;

/** The proxy made no connection, and no other was tried. */
export class ProxyError extends Error {
  readonly code: ProxyErrorCode;

  constructor(code: ProxyErrorCode) {
    super(PROXY_ERRORS[code]);
    this.name = "ProxyError";
    this.code = code;
  }
}

/** What Tor takes for a person of its own (IsolateSOCKSAuth, on unless turned off): 16 bytes in hex each. */
const ISOLATION_BYTES = 16;
/** The library gives up by itself; we do before, by the signal. */
const LIBRARY_TIMEOUT_MS = 600_000;

/**
 * Connects to a place through the proxy. The name goes to the proxy as it stands; nothing is looked up here but the
 * proxy's own name.
 * @param place a name, an IPv4 address, or an IPv6 address without brackets
 * @param signal ends the attempt; of a socket that was returned it is no longer the master
 * @throws ProxyError, the signal's reason
 */
export async function connectThrough(
  proxy: SocksProxy,
  place: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  // An address with a zone names an interface of this machine; the proxy has others.
  if (place.host.includes("%")) throw new ProxyError("refused");
  const { SocksClient } = await import("socks");
  signal.throwIfAborted();
  const socket = connect({ host: proxy.host, port: proxy.port });
  // From here on an error always has a listener: some come when the attempt is over.
  socket.on("error", () => {});
  const onAbort = () => socket.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await connected(socket);
    const { user, password } = proxy.credentials ?? ownCredentials();
    await SocksClient.createConnection({
      proxy: { host: proxy.host, port: proxy.port, type: 5, userId: user, password },
      command: "connect",
      destination: { host: place.host, port: place.port },
      timeout: LIBRARY_TIMEOUT_MS,
      existing_socket: socket,
    });
    signal.throwIfAborted();
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    // The library's error carries the place and the password: it must go no further.
    throw error instanceof ProxyError ? error : new ProxyError(codeOf(error));
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new ProxyError("unreachable"));
    socket.once("close", onClose);
    socket.once("connect", () => {
      socket.off("close", onClose);
      resolve();
    });
  });
}

function ownCredentials(): Credentials {
  const draw = () => randomBytes(ISOLATION_BYTES).toString("hex");
  return { user: draw(), password: draw() };
}

/** The library tells its errors apart by their texts only (its common/constants.ts). */
function codeOf(error: unknown): ProxyErrorCode {
  const text = error instanceof Error ? error.message : "";
  if (/proxy rejected connection/i.test(text)) return "refused";
  if (/authentication/i.test(text)) return "credentials";
  if (/Socket closed/i.test(text)) return "refused";
  return "bad-proxy";
}
