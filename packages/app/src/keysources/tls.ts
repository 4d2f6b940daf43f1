/** TLS to a host of keys, which proves its name by a certificate of an authority that this machine believes. */
import { isIP, type Socket } from "node:net";
import { connect, getCACertificates, type TLSSocket } from "node:tls";
import type { SocksProxy } from "../proxy.ts";
import { connectThrough, ProxyError } from "../socks.ts";
import { KeySourceError } from "./errors.ts";

export interface TlsOptions {
  /** For this very host; undefined is directly. */
  readonly proxy: SocksProxy | undefined;
  readonly signal: AbortSignal;
  /** PEM, besides the authorities that Node believes. */
  readonly ca?: string;
}

export const HTTPS_PORT = 443;

/** @throws KeySourceError, the signal's reason */
export async function openTls(url: URL, options: TlsOptions): Promise<TLSSocket> {
  const { proxy, signal, ca } = options;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? HTTPS_PORT : Number(url.port);
  const stream = proxy === undefined ? undefined : await through(proxy, { host, port }, signal);
  const socket = connect({
    // Beside a stream it says only whose certificate is expected.
    host,
    ...(stream === undefined ? { port } : { socket: stream }),
    // A numeric address is never a server name (RFC 6066 section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca: [...getCACertificates("default"), ca] }),
    minVersion: "TLSv1.2",
    ALPNProtocols: ["http/1.1"],
    // Said, because NODE_TLS_REJECT_UNAUTHORIZED would be asked otherwise.
    rejectUnauthorized: true,
  });
  return secured(socket, signal, stream !== undefined);
}

async function through(
  proxy: SocksProxy,
  place: { host: string; port: number },
  signal: AbortSignal,
): Promise<Socket> {
  try {
    const stream = await connectThrough(proxy, place, signal);
    // TLS over what is gone already would tell nobody.
    if (stream.destroyed) throw new KeySourceError("closed");
    return stream;
  } catch (error) {
    throw error instanceof ProxyError ? new KeySourceError("proxy", error.message) : error;
  }
}

function secured(socket: TLSSocket, signal: AbortSignal, wasConnected: boolean): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    let isConnected = wasConnected;
    const onAbort = () => fail(signal.reason);
    const onClose = () => fail(new KeySourceError("closed"));
    const onError = (error: NodeJS.ErrnoException) => fail(errorOf(error, isConnected));
    const onConnect = () => {
      isConnected = true;
    };
    const settle = () => {
      signal.removeEventListener("abort", onAbort);
      socket.off("close", onClose).off("connect", onConnect);
    };
    const fail = (error: unknown) => {
      settle();
      socket.destroy();
      reject(error);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    // It stays: some errors come when it is over.
    socket.on("error", onError);
    socket.once("connect", onConnect).once("close", onClose);
    socket.once("secureConnect", () => {
      settle();
      // What happens from now on the request hears; when time is up, it ends with the socket.
      signal.addEventListener("abort", () => socket.destroy(), { once: true });
      resolve(socket);
    });
    if (signal.aborted) onAbort();
  });
}

const CERTIFICATE_ERRORS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired, or the clock here is wrong",
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or the clock here is wrong",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "nobody vouches for its certificate",
};
const VERIFYING = /CERT|ISSUER|CHAIN|SIGNATURE|UNTRUSTED|CRL|PURPOSE|HOSTNAME/;
const UNKNOWN_AUTHORITY =
  "its certificate is of no authority known here (NODE_EXTRA_CA_CERTS=FILE makes one known)";

/** Node's texts name the host; its codes are those of OpenSSL's verification (X509_V_ERR_…) without the prefix. */
function errorOf(error: NodeJS.ErrnoException, isConnected: boolean): KeySourceError {
  if (!isConnected) return new KeySourceError("unreachable");
  const code = error.code ?? "";
  const known = CERTIFICATE_ERRORS[code];
  if (known !== undefined) return new KeySourceError("certificate", known);
  if (!code.startsWith("ERR_SSL") && VERIFYING.test(code)) {
    return new KeySourceError("certificate", UNKNOWN_AUTHORITY);
  }
  return new KeySourceError(code.startsWith("ERR_SSL") ? "bad-tls" : "closed");
}
