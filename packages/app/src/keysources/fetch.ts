/** Fetches a page of keys: HTTPS only, from the host that was named and no other, and no more than a bounded time and size. */
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import type { TLSSocket } from "node:tls";
import { proxyFor, type SocksProxy } from "../proxy.ts";
import { KeySourceError, type KeySourceErrorCode } from "./errors.ts";
import { MAX_HEAD_BYTES, MAX_REDIRECTS, MAX_REPLY_BYTES, TIME_LIMIT_MS } from "./limits.ts";
import { HTTPS_PORT, openTls } from "./tls.ts";

export interface FetchOptions {
  /** What everything goes through; directly where it is undefined. */
  readonly proxy: SocksProxy | undefined;
  readonly signal: AbortSignal;
  /** An authority that is believed besides those that Node believes, PEM. */
  readonly ca?: string;
  readonly timeLimitMs?: number;
  readonly maxBytes?: number;
}

/**
 * What the host is told. It would like to know which program asks; that somebody uses asfaleia, and whom they look for,
 * is not its business. So we say no more than any program on Node that has not set anything (its `fetch` says `node`);
 * to say nothing at all would be rarer, and some hosts refuse it.
 */
const HEADERS = { "user-agent": "node", accept: "text/plain, */*;q=0.1", "accept-encoding": "identity" };

/**
 * @param url `KeySource.url`
 * @returns the page, as text
 * @throws KeySourceError, Failure for an onion service without a proxy, the signal's reason
 */
export async function fetchPage(url: string, options: FetchOptions): Promise<string> {
  const { signal, timeLimitMs = TIME_LIMIT_MS } = options;
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(new KeySourceError("timeout")), timeLimitMs);
  const onAbort = () => ending.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const over = new Promise<never>((_, reject) => {
    ending.signal.addEventListener("abort", () => reject(ending.signal.reason), { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([follow(new URL(url), { ...options, signal: ending.signal }), over]);
  } catch (error) {
    // Whatever broke because it was broken off is not the reason.
    ending.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

async function follow(start: URL, options: FetchOptions): Promise<string> {
  let url = start;
  for (let turns = 0; turns <= MAX_REDIRECTS; turns++) {
    const answer = await ask(url, options);
    if (typeof answer === "string") return answer;
    url = answer;
  }
  throw new KeySourceError("circle");
}

/** @returns the page, or where on the same host to look instead */
async function ask(url: URL, options: FetchOptions): Promise<string | URL> {
  // A connection for each question: nothing of one is left for the next.
  const socket = await openTls(url, { ...options, proxy: proxyFor(bareHost(url), options.proxy) });
  try {
    const reply = await replyOf(url, socket);
    const { statusCode: status = 0, headers } = reply;
    if ([301, 302, 303, 307, 308].includes(status)) return target(url, headers.location);
    const refusal = refusalOf(status, headers);
    if (refusal !== undefined) throw new KeySourceError(refusal);
    return textOf(await bodyOf(reply, options.maxBytes ?? MAX_REPLY_BYTES));
  } finally {
    socket.destroy();
  }
}

/** Without the brackets of IPv6. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

function replyOf(url: URL, socket: TLSSocket): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Errors of the socket come here too. Node's texts name the host, so they are dropped.
    request(url, {
      createConnection: () => socket,
      // Otherwise, without an agent, Node would tell the host a port of 80.
      defaultPort: HTTPS_PORT,
      headers: HEADERS,
      maxHeaderSize: MAX_HEAD_BYTES,
      insecureHTTPParser: false,
    })
      .on("response", resolve)
      .on("upgrade", () => reject(new KeySourceError("not-keys")))
      .on("error", (error: NodeJS.ErrnoException) => {
        const isNonsense = error.code?.startsWith("HPE_") === true;
        reject(new KeySourceError(isNonsense ? "not-keys" : "closed"));
      })
      .end();
  });
}

function target(from: URL, location: string | undefined): URL {
  const to =
    location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  // A `blob:` URL has the origin of the URL inside it, and no host.
  const isSame = to?.protocol === from.protocol && to.host === from.host;
  if (to === undefined || !isSame || to.username !== "" || to.password !== "")
    throw new KeySourceError("elsewhere");
  return to;
}

function refusalOf(status: number, headers: IncomingMessage["headers"]): KeySourceErrorCode | undefined {
  if (status === 200) {
    const isPage = /^\s*(text\/html|application\/xhtml)/i.test(headers["content-type"] ?? "");
    const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
    return isPage || encoding !== "identity" ? "not-keys" : undefined;
  }
  if (status === 404 || status === 410) return "not-found";
  if (status === 429 || headers["retry-after"] !== undefined) return "slow-down";
  if (status === 401 || status === 403 || status === 451) {
    return headers["x-ratelimit-remaining"] === "0" ? "slow-down" : "not-shown";
  }
  return status >= 500 ? "host-trouble" : "not-keys";
}

async function bodyOf(reply: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const { "content-length": length, "transfer-encoding": encoding } = reply.headers;
  // Else the end of the connection is that of the body, and Node does not tell whether the host meant it (RFC 9112 section 9.8).
  if (length === undefined && !/(?:^|[\s,])chunked\s*$/i.test(encoding ?? ""))
    throw new KeySourceError("no-end");
  if (Number(length ?? 0) > maxBytes) throw new KeySourceError("too-large");
  try {
    return await takeBytes(reply, maxBytes);
  } catch (error) {
    throw error instanceof KeySourceError ? error : new KeySourceError("closed");
  }
}

/** Everything that comes, unless it is too much: then no more is taken. @throws KeySourceError `too-large` */
export async function takeBytes(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const taken: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) throw new KeySourceError("too-large");
    taken.push(chunk);
  }
  return new Uint8Array(Buffer.concat(taken, length));
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new KeySourceError("not-keys");
  }
}
