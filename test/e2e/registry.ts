/** A package registry on loopback, for npm install without the network: it serves the tarballs of one folder. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { run } from "../../packages/identity/test/oracle.ts";

/** What counts of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Record<string, string>;
  readonly man?: readonly string[];
  readonly exports?: Record<string, Record<string, string>>;
  readonly dependencies?: Record<string, string>;
}

/** As https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md has it, as far as npm install looks. */
interface Packument {
  readonly name: string;
  readonly "dist-tags": { latest: string };
  readonly versions: Record<string, Manifest & { readonly dist: { tarball: string; integrity: string } }>;
}

export class Registry implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  /** @param folder of tarballs that npm pack has made; the last version of a name, by its file, is the latest */
  static async serve(folder: string): Promise<Registry> {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const registry = new Registry(server);
    const tarballs = globSync(join(folder, "*.tgz")).sort();
    const packuments = registry.#packuments(tarballs);
    server.on("request", ({ url = "" }, response) => {
      const name = decodeURIComponent(url.slice(1));
      const tarball = tarballs.find((path) => basename(path) === name);
      const packument = packuments.get(name);
      if (tarball !== undefined) response.end(readFileSync(tarball));
      else if (packument !== undefined) response.end(JSON.stringify(packument));
      else response.writeHead(404).end();
    });
    return registry;
  }

  #packuments(tarballs: readonly string[]): Map<string, Packument> {
    const packuments = new Map<string, Packument>();
    for (const path of tarballs) {
      const manifest = JSON.parse(run("tar", ["-xzOf", path, "package/package.json"])) as Manifest;
      const { name, version } = manifest;
      const integrity = `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}`;
      const dist = { tarball: `${this.url}${basename(path)}`, integrity };
      const versions = { ...packuments.get(name)?.versions, [version]: { ...manifest, dist } };
      packuments.set(name, { name, "dist-tags": { latest: version }, versions });
    }
    return packuments;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
