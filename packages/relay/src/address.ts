/** Where a relay listens, and what clients are told of it. */
import { isIPv6 } from "node:net";
import { formatAddress, hostAndPort, PORT, ProtocolError, parseAddress } from "@asfaleia/protocol";

export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** Both families on the standard port: where a relay listens unless it is told. */
export const DEFAULT_LISTEN: readonly ListenAddress[] = [
  { kind: "tcp", host: "0.0.0.0", port: 3308 },
  { kind: "tcp", host: "::", port: 3308 },
];

/**
 * Reads the argument of --listen: HOST:PORT, HOST, [V6]:PORT or unix:PATH.
 * @throws ProtocolError whose text says what is expected
 */
export function parseListen(text: string): ListenAddress {
  if (!text.startsWith("unix:")) return { kind: "tcp", ...hostAndPort(text) };
  const path = text.slice(5);
  if (!path.startsWith("/"))
    throw new ProtocolError("wrong-usage", "the path of a Unix socket begins with /");
  // What clients could not be told of is not listened on.
  parseAddress(formatAddress({ transport: "unix", path }));
  return { kind: "unix", path };
}

/**
 * Reads the argument of --advertise: a name or an address, IPv6 with or without brackets; a port it has not.
 * @throws ProtocolError whose text says what is expected
 */
export function parseAdvertise(text: string): string {
  try {
    return hostAndPort(`${isIPv6(text) ? `[${text}]` : text}:${PORT}`).host;
  } catch {
    throw new ProtocolError("wrong-usage", "--advertise takes a host; the port is the listener's");
  }
}

/**
 * The address that is printed for a listener.
 * @param port the real one
 * @param advertise the host to name instead of the one listened on
 */
export function printedAddress(
  listen: ListenAddress,
  port: number,
  fingerprint: string,
  advertise?: string,
): string {
  if (listen.kind === "unix") return formatAddress({ transport: "unix", path: listen.path, fingerprint });
  const wildcard = listen.host === "0.0.0.0" || listen.host === "::";
  return formatAddress({
    transport: "tcp",
    host: advertise ?? (wildcard ? "localhost" : listen.host),
    port,
    fingerprint,
  });
}
