/** A certificate authority of the test's own, by openssl, and HTTPS servers on loopback that it vouches for. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";

export interface Certified {
  readonly key: string;
  readonly cert: string;
}

export interface CertificateOptions {
  /** As openssl writes subject alternative names: `DNS:name`, `IP:address`. */
  readonly names: readonly string[];
  /** Not valid any more. */
  readonly isExpired?: boolean;
  /** By itself, and not by the authority. */
  readonly isSelfSigned?: boolean;
}

/** `using authority = new Authority()`: its folder is gone when it is disposed of. */
export class Authority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "asfaleia-ca-"));
  /** Of its certificate, PEM: what clients believe, and NODE_EXTRA_CA_CERTS names. */
  readonly file = join(this.#folder, "ca.pem");
  #made = 0;

  constructor() {
    const key = this.#key("ca");
    this.#openssl([
      "req",
      "-x509",
      "-new",
      "-key",
      key,
      "-subj",
      "/CN=test authority",
      "-days",
      "2",
      "-out",
      this.file,
    ]);
  }

  get pem(): string {
    return readFileSync(this.file, "utf8");
  }

  certify({ names, isExpired = false, isSelfSigned = false }: CertificateOptions): Certified {
    const name = `server-${++this.#made}`;
    const [key, request, cert] = [this.#key(name), this.#path(`${name}.csr`), this.#path(`${name}.crt`)];
    const extensions = this.#path(`${name}.ext`);
    writeFileSync(extensions, `subjectAltName=${names.join(",")}\n`);
    this.#openssl(["req", "-new", "-key", key, "-subj", "/CN=server", "-out", request]);
    const signer = isSelfSigned
      ? ["-signkey", key]
      : ["-CA", this.file, "-CAkey", this.#path("ca.key"), "-set_serial", String(this.#made)];
    const days = isExpired ? "-1" : "2";
    this.#openssl([
      "x509",
      "-req",
      "-in",
      request,
      ...signer,
      "-days",
      days,
      "-extfile",
      extensions,
      "-out",
      cert,
    ]);
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #key(name: string): string {
    const path = this.#path(`${name}.key`);
    this.#openssl(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path]);
    return path;
  }

  #openssl(args: readonly string[]): void {
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export interface HttpsServer extends AsyncDisposable {
  readonly port: number;
  /** What was asked, in order. */
  readonly requests: readonly Pick<IncomingMessage, "method" | "url" | "headers">[];
  /** TCP connections, also those that came to nothing. */
  readonly connections: number;
}

export async function startHttps(
  certified: Certified,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  options: ServerOptions = {},
): Promise<HttpsServer> {
  const requests: Pick<IncomingMessage, "method" | "url" | "headers">[] = [];
  const sockets = new Set<Duplex>();
  let connections = 0;
  const server = createServer({ ...certified, ...options }, (request, response) => {
    const { method, url, headers } = request;
    requests.push({ method, url, headers });
    response.on("error", () => {});
    answer(request, response);
  });
  server.on("tlsClientError", () => {});
  server.on("connection", (socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
