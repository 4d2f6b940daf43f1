/** A SOCKS5 proxy on loopback (RFC 1928, RFC 1929) that remembers what it was asked for, and leads it where the test says. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Asked {
  /** In which form the place came. */
  readonly kind: "ipv4" | "name" | "ipv6";
  readonly host: string;
  readonly port: number;
  /** What the client proved itself with; both missing where it was not asked. */
  readonly user?: string;
  readonly password?: string;
}

export interface Socks5Options {
  /** The port of 127.0.0.1 that a place stands for; undefined refuses (host unreachable). */
  readonly route: (host: string, port: number) => number | undefined;
  /** Whether user and password are asked for where the client can tell them, as Tor does; true unless given. */
  readonly asksForUser?: boolean;
  /** Takes only this user. */
  readonly onlyUser?: string;
  /** Accepts connections and then keeps silent. */
  readonly isSilent?: boolean;
}

export interface Socks5 extends AsyncDisposable {
  readonly port: number;
  readonly asked: readonly Asked[];
}

const NO_AUTH = 0;
const USER_AND_PASSWORD = 2;
const NO_METHOD = 0xff;
const GRANTED = 0;
const HOST_UNREACHABLE = 4;

export async function startSocks5(options: Socks5Options): Promise<Socks5> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => {}).on("close", () => sockets.delete(client));
    if (!options.isSilent) serve(client, options, asked).catch(() => client.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      // Once more is no harm.
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(client: Socket, options: Socks5Options, asked: Asked[]): Promise<void> {
  const [version, methods = 0] = await take(client, 2);
  if (version !== 5) throw new Error("not SOCKS5");
  const offered = await take(client, methods);
  const wantsUser = options.onlyUser !== undefined || (options.asksForUser ?? true);
  const method = [...(wantsUser ? [USER_AND_PASSWORD] : []), NO_AUTH].find((each) => offered.includes(each));
  const isRefused = method === undefined || (options.onlyUser !== undefined && method === NO_AUTH);
  client.write(Uint8Array.of(5, isRefused ? NO_METHOD : method));
  if (isRefused) return void client.end();
  let person: Pick<Asked, "user" | "password"> = {};
  if (method === USER_AND_PASSWORD) {
    person = await credentialsOf(client);
    const isTaken = options.onlyUser === undefined || person.user === options.onlyUser;
    client.write(Uint8Array.of(1, isTaken ? 0 : 1));
    if (!isTaken) return void client.end();
  }
  const place = await placeOf(client);
  asked.push({ ...place, ...person });
  const port = options.route(place.host, place.port);
  const reply = (code: number) => client.write(Uint8Array.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0));
  if (port === undefined) {
    reply(HOST_UNREACHABLE);
    return void client.end();
  }
  const target = connect({ host: "127.0.0.1", port });
  target.on("error", () => client.destroy()).on("close", () => client.destroy());
  client.on("close", () => target.destroy());
  await once(target, "connect");
  reply(GRANTED);
  client.pipe(target).pipe(client);
}

async function credentialsOf(client: Socket): Promise<{ user: string; password: string }> {
  await take(client, 1);
  const text = async () => Buffer.from(await take(client, (await take(client, 1))[0]!)).toString();
  return { user: await text(), password: await text() };
}

async function placeOf(client: Socket): Promise<Pick<Asked, "kind" | "host" | "port">> {
  const [, command, , type] = await take(client, 4);
  if (command !== 1) throw new Error("not CONNECT");
  if (type === 1) {
    return { kind: "ipv4", host: [...(await take(client, 4))].join("."), port: await portOf(client) };
  }
  if (type === 3) {
    const [length = 0] = await take(client, 1);
    return {
      kind: "name",
      host: Buffer.from(await take(client, length)).toString(),
      port: await portOf(client),
    };
  }
  return {
    kind: "ipv6",
    host: Buffer.from(await take(client, 16)).toString("hex"),
    port: await portOf(client),
  };
}

async function portOf(client: Socket): Promise<number> {
  return Buffer.from(await take(client, 2)).readUInt16BE();
}

async function take(client: Socket, count: number): Promise<Uint8Array> {
  if (count === 0) return new Uint8Array(0);
  for (;;) {
    const bytes: Uint8Array | null = client.read(count);
    if (bytes !== null) return bytes;
    if (client.readableEnded || client.destroyed) throw new Error("the client has gone");
    await Promise.race([once(client, "readable"), once(client, "end"), once(client, "close")]);
  }
}
