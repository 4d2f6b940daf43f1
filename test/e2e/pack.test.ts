/**
 * What npm pack makes of a fresh clone, and that it is all a user needs: installed elsewhere, it runs. npm gets everything
 * from a registry on loopback: our tarballs, and those of what asfaleia depends on, packed from the checkout's node_modules.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { missing, run } from "../../packages/identity/test/oracle.ts";
import { drawPicture } from "../../scripts/picture.ts";
import { jsonLines, NODES, Place, Running } from "../cli/kit.ts";
import { type Manifest, Registry } from "./registry.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PACKAGES = readdirSync(join(ROOT, "packages"));
/** A healthy npm takes a twentieth of it. */
const NPM_MS = 120_000;
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
const packageOf = (folder: string): Manifest => manifestOf(join(ROOT, "packages", folder));

describe("npm pack", { skip: missing("npm", "tar", "ssh-keygen") }, () => {
  let place: Place;
  /** A copy of the sources, as a clone has them. */
  let clone: string;
  let tarballs: string;
  /** A folder into which asfaleia is installed, and nothing else. */
  let elsewhere: string;

  before(async () => {
    place = new Place();
    clone = place.path("clone");
    tarballs = place.path("tarballs");
    elsewhere = place.path("elsewhere");
    for (const folder of [clone, tarballs, elsewhere]) mkdirSync(folder);
    copySources();
    node(join(clone, "scripts/build.ts"), [], clone);
    await npm(["pack", "--workspaces", "--pack-destination", tarballs], clone);
    await npm(["pack", ...dependencies(), "--pack-destination", tarballs], clone);
    place.write("elsewhere/package.json", '{"private":true}');
    await using registry = await Registry.serve(tarballs);
    await npm(["install", "--registry", registry.url, "asfaleia"], elsewhere);
  });
  after(() => place[Symbol.asyncDispose]());

  function copySources(): void {
    const built = /(^|\/)(node_modules|dist|packages\/app\/man|.*\.tsbuildinfo)$/;
    for (const name of readdirSync(ROOT)) {
      if (!/^(packages|scripts|package\.json|\.npmrc|tsconfig.*\.json|LICENSE|README\.md)$/.test(name))
        continue;
      cpSync(join(ROOT, name), join(clone, name), { recursive: true, filter: (path) => !built.test(path) });
    }
    // As npm ci leaves them: links to the workspaces of this clone, and what is not ours.
    const modules = join(clone, "node_modules");
    mkdirSync(join(modules, "@asfaleia"), { recursive: true });
    for (const name of readdirSync(join(ROOT, "node_modules"))) {
      if (name === "@asfaleia" || name === "asfaleia" || name.startsWith(".")) continue;
      symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
    }
    for (const folder of PACKAGES) {
      symlinkSync(join(clone, "packages", folder), join(modules, packageOf(folder).name));
    }
  }

  /** The folders of what our packages need, and of what that needs. */
  function dependencies(): Set<string> {
    const found = new Set<string>();
    const visit = (home: string): void => {
      for (const name of Object.keys(manifestOf(home).dependencies ?? {})) {
        if (PACKAGES.some((ours) => packageOf(ours).name === name)) continue;
        let above = home;
        while (!existsSync(join(above, "node_modules", name))) above = dirname(above);
        const folder = join(above, "node_modules", name);
        if (found.has(folder)) continue;
        found.add(folder);
        visit(folder);
      }
    };
    for (const folder of PACKAGES) visit(join(ROOT, "packages", folder));
    return found;
  }

  async function npm(args: readonly string[], cwd: string): Promise<void> {
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
    // The settings of the checkout, which come by the environment under npm run, are not what a user has.
    const env = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
    const { code, stderr } = await new Running(
      spawn("npm", [...args, ...quiet, "--cache", place.path("npm-cache")], {
        cwd,
        env: Object.fromEntries(env),
        stdio: ["ignore", "ignore", "pipe"],
        timeout: NPM_MS,
      }),
    ).ended;
    assert.equal(code, 0, `npm ${args[0]}: ${stderr}`);
  }

  function node(script: string, args: readonly string[], cwd: string): string {
    return run(process.execPath, [script, ...args], { cwd });
  }

  function tarballOf({ name, version }: Manifest): string {
    return join(tarballs, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
  }

  for (const folder of PACKAGES) {
    test(`packages/${folder}: built code, types, and no more`, () => {
      const manifest = packageOf(folder);
      const files = run("tar", ["-tzf", tarballOf(manifest)])
        .split("\n")
        .filter((line) => line !== "")
        .map((path) => path.replace(/^package\//, ""));
      const { bin = {} } = manifest;
      const home = bin.asfaleia === undefined ? [] : ["bin/**/*.js"];
      const source = join(ROOT, "packages", folder);
      const expected = [
        "LICENSE",
        ...(existsSync(join(source, "README.md")) ? ["README.md"] : []),
        "package.json",
        ...home.flatMap((glob) => globSync(glob, { cwd: source })),
        ...(manifest.man ?? []),
        ...globSync("service/*", { cwd: source }),
        ...globSync("**/*.ts", { cwd: join(source, "src"), exclude: ["**/*.d.ts"] }).flatMap((path) => [
          `dist/${path.replace(/\.ts$/, ".js")}`,
          `dist/${path.replace(/\.ts$/, ".d.ts")}`,
        ]),
      ];
      assert.deepEqual(files.sort(), expected.sort());
      const license = run("tar", ["-xzOf", tarballOf(manifest), "package/LICENSE"]);
      assert.equal(license, readFileSync(join(ROOT, "LICENSE"), "utf8"));
    });

    test(`packages/${folder}: every export leads to code and to types`, () => {
      const manifest = packageOf(folder);
      const installed = join(elsewhere, "node_modules", manifest.name);
      for (const [path, conditions] of Object.entries(manifest.exports ?? {})) {
        for (const condition of ["types", "default"]) {
          assert.ok(existsSync(join(installed, conditions[condition] ?? "missing")), `${path} ${condition}`);
        }
        // A condition that leads to nowhere must be one that nobody sets by accident.
        const nowhere = Object.entries(conditions).filter(([, file]) => !existsSync(join(installed, file)));
        assert.deepEqual(
          nowhere.map(([condition]) => condition).filter((name) => name !== "asfaleia-source"),
          [],
        );
      }
    });
  }

  /** Every entry of every package, as one would import it. */
  const entries = PACKAGES.map(packageOf).flatMap(({ name, exports = {} }) =>
    Object.keys(exports).map((path) => name + path.slice(1)),
  );

  test("every entry can be imported", () => {
    const program = `for (const name of ${JSON.stringify(entries)}) await import(name)`;
    place.write("elsewhere/import.mjs", program);
    node("import.mjs", [], elsewhere);
  });

  test("the types hold in somebody else's project", () => {
    const lines = entries.map((name, index) => `export * as entry${index} from "${name}";`);
    place.write("elsewhere/types.ts", `${lines.join("\n")}\n`);
    mkdirSync(join(elsewhere, "types"));
    for (const name of ["@types/node", "undici-types"]) {
      const target = join(elsewhere, "types", basename(name));
      symlinkSync(join(ROOT, "node_modules", name), target);
    }
    // The dom is for age-encryption, whose types are a browser's too.
    const options = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--lib",
      "es2024,dom",
    ];
    const types = ["--typeRoots", join(elsewhere, "types"), "--types", "node"];
    node(TSC, [...options, ...types, "types.ts"], elsewhere);
  });

  test("nothing of the checkout is left in it", () => {
    const files = globSync("node_modules/{asfaleia,@asfaleia/*}/**/*.{js,ts,json}", { cwd: elsewhere });
    assert.ok(files.length > 100);
    for (const file of files) {
      const text = readFileSync(join(elsewhere, file), "utf8");
      assert.ok(!text.includes(ROOT) && !text.includes("sourceMappingURL"), file);
    }
  });

  for (const { name, path } of NODES) {
    test(`installed elsewhere, ${name === "Node 24" ? "it" : `started by ${name}, with Node 24 beside it, it`} runs relay, send and get`, async () => {
      await using people = new Place();
      const beside = join(elsewhere, "node_modules", nodePackage());
      if (name !== "Node 24") symlinkSync(join(ROOT, "node_modules", nodePackage()), beside);
      try {
        const launcher = join(elsewhere, "node_modules/.bin/asfaleia");
        const options = { launcher, node: path };
        const [alice, bob] = [people.key("alice"), people.key("bob", { type: "rsa", bits: 2048 })];
        const { address, running } = await people.relay([], options);
        people.env = { ASFALEIA_RELAY: address };
        const picture = drawPicture();
        people.write("cat.png", picture);
        const send = ["send", "--letter", "-i", alice, "bob.pub", "Hello Bob", "--file", "cat.png"];
        const sent = await people.run(send, options);
        assert.equal(sent.code, 0, sent.stderr);
        const got = await people.run(["letters", "get", "-i", bob, "--json"], options);
        assert.equal(got.code, 0, got.stderr);
        const [text, file] = jsonLines(got.stdout);
        assert.deepEqual([text?.origin, text?.text], ["proven", "Hello Bob"]);
        assert.ok(Buffer.from(String(file?.base64), "base64").equals(picture));
        assert.equal((await people.run(["letters", "get", "-i", bob], options)).code, 6);
        running.process.kill("SIGTERM");
        assert.equal((await running.ended).code, 0);
      } finally {
        if (name !== "Node 24") rmSync(beside);
      }
    });
  }

  for (const { name, path } of NODES.filter(({ name }) => name !== "Node 24")) {
    test(`started by ${name}, with no Node 24 beside it, it says what to do`, async () => {
      const launcher = join(elsewhere, "node_modules/.bin/asfaleia");
      for (const args of [["listen"], ["relay"], ["whoami"]]) {
        const { code, stdout, stderr } = await place.run(args, { launcher, node: path });
        assert.deepEqual([code, stdout], [2, ""]);
        assert.match(
          stderr,
          /^asfaleia: this is Node \d+\S*, and asfaleia needs Node 24 or newer\. .*npm install node-\S+@24\n$/,
        );
      }
    });
  }

  test("the version is the package's", async () => {
    const launcher = join(elsewhere, "node_modules/.bin/asfaleia");
    const { stdout } = await place.run(["--version"], { launcher });
    assert.equal(stdout, `asfaleia ${packageOf("app").version}\n`);
  });
});

function nodePackage(): string {
  return `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
}
