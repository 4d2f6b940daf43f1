/** scripts/check-layers.ts finds what is against the arrows, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLayers, importsOf, type Manifest } from "../../scripts/check-layers.ts";

const manifest = (folder: string, ...dependencies: string[]): Manifest => ({
  name: folder === "app" ? "asfaleia" : `@asfaleia/${folder}`,
  dependencies: Object.fromEntries(dependencies.map((name) => [name, "1.0.0"])),
  exports: { ".": {}, "./letter": {} },
});

const MANIFESTS = {
  protocol: manifest("protocol"),
  identity: manifest("identity"),
  relay: manifest("relay"),
  client: manifest("client"),
  app: manifest("app"),
};

/** What is said of one file, when its package depends on these. */
function said(path: string, text: string, ...dependencies: string[]): string[] {
  const folder = path.split("/")[1] as keyof typeof MANIFESTS;
  const manifests = path.startsWith("packages/")
    ? { ...MANIFESTS, [folder]: manifest(folder, ...dependencies) }
    : MANIFESTS;
  return checkLayers([{ path, text }], manifests);
}

const BAD: readonly [what: string, path: string, text: string, complaint: RegExp][] = [
  [
    "relay imports client",
    "packages/relay/src/a.ts",
    'import { x } from "@asfaleia/client";',
    /relay may import/,
  ],
  [
    "client imports relay",
    "packages/client/src/a.ts",
    'import { x } from "@asfaleia/relay";',
    /client may import/,
  ],
  [
    "identity imports relay",
    "packages/identity/src/a.ts",
    'import "@asfaleia/relay";',
    /identity may import protocol/,
  ],
  ["protocol imports identity", "packages/protocol/src/a.ts", 'import "@asfaleia/identity";', /no other/],
  ["a type counts", "packages/relay/src/a.ts", 'import type { X } from "@asfaleia/client";', /relay may/],
  ["export from counts", "packages/relay/src/a.ts", 'export * from "@asfaleia/client";', /relay may/],
  ["import() counts", "packages/relay/src/a.ts", 'await import("@asfaleia/client");', /relay may/],
  [
    "import over lines counts",
    "packages/relay/src/a.ts",
    'import {\n  x,\n} from "@asfaleia/client";',
    /relay may/,
  ],
  ["tests keep the arrows", "packages/relay/test/a.test.ts", 'import "@asfaleia/client";', /relay may/],
  [
    "protocol imports node",
    "packages/protocol/src/a.ts",
    'import { x } from "node:fs";',
    /knows no platform/,
  ],
  [
    "protocol imports npm",
    "packages/protocol/src/a.ts",
    'import { x } from "jose";',
    /protocol imports nothing/,
  ],
  ["protocol names Buffer", "packages/protocol/src/a.ts", "const x = Buffer.from([1]);", /uses Buffer/],
  ["protocol names process", "packages/protocol/src/a.ts", "if (process.env.X) f();", /uses process/],
  ["another by path", "packages/relay/src/a.ts", 'import { x } from "../../protocol/src/a.ts";', /by name/],
  ["another's inside", "packages/relay/src/a.ts", 'import "@asfaleia/protocol/src/line.ts";', /not among/],
  ["src imports test", "packages/relay/src/a.ts", 'import { x } from "../test/kit.ts";', /only tests/],
  [
    "src imports another's test",
    "packages/relay/src/a.ts",
    'import "../../protocol/test/kinds.ts";',
    /only tests/,
  ],
  [
    "src imports the system's tests",
    "packages/relay/src/a.ts",
    'import "../../../test/kit/a.ts";',
    /only tests/,
  ],
  [
    "src imports a script",
    "packages/relay/src/a.ts",
    'import "../../../scripts/a.ts";',
    /outside its package/,
  ],
  ["itself by name", "packages/relay/src/a.ts", 'import { x } from "@asfaleia/relay";', /its own package/],
  ["not declared", "packages/relay/src/a.ts", 'import { x } from "jose";', /not a dependency/],
  [
    "ours, not declared",
    "packages/relay/src/a.ts",
    'import { x } from "@asfaleia/protocol";',
    /not a dependency/,
  ],
  ["a script by path", "scripts/a.ts", 'import { x } from "../packages/relay/src/a.ts";', /by name/],
  ["absolute", "packages/relay/src/a.ts", 'import { x } from "/etc/a.ts";', /absolute/],
  ["out of the repository", "scripts/a.ts", 'import { x } from "../../a.ts";', /outside the repository/],
];

for (const [what, path, text, complaint] of BAD) {
  test(`refused: ${what}`, () => {
    const problems = said(path, text);
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] as string, complaint);
    assert.ok(problems[0]?.startsWith(`${path}: `));
  });
}

test("refused: a dependency that no source imports, even where a test does", () => {
  const problems = said("packages/relay/test/a.test.ts", 'import { x } from "jose";', "jose");
  assert.deepEqual(problems, ["packages/relay/package.json: depends on jose, which no source imports"]);
});

const GOOD: readonly [what: string, path: string, text: string, ...dependencies: string[]][] = [
  ["with the arrows", "packages/relay/src/a.ts", 'import "@asfaleia/protocol";', "@asfaleia/protocol"],
  ["app imports all", "packages/app/src/a.ts", 'import "@asfaleia/relay";', "@asfaleia/relay"],
  ["an exported part", "packages/app/src/a.ts", 'import "@asfaleia/identity/letter";', "@asfaleia/identity"],
  ["a part of an npm package", "packages/relay/src/a.ts", 'import "@noble/curves/x.js";', "@noble/curves"],
  ["node, but in protocol", "packages/relay/src/a.ts", 'import { x } from "node:fs";'],
  ["its own files", "packages/protocol/src/packet/a.ts", 'import { x } from "../line.ts";'],
  ["its program", "packages/app/bin/asfaleia.js", 'import { x } from "../src/index.ts";'],
  [
    "tests by name and npm",
    "packages/protocol/test/a.ts",
    'import "@asfaleia/protocol";\nimport fc from "fast-check";',
  ],
  ["tests import another's tests", "packages/relay/test/a.ts", 'import "../../protocol/test/kinds.ts";'],
  ["tests import the kit", "packages/client/test/a.ts", 'import "../../../test/kit/a.ts";'],
  ["scripts import all", "scripts/a.ts", 'import "@asfaleia/relay";\nimport "asfaleia";'],
  [
    "comments and strings are no code",
    "packages/protocol/src/a.ts",
    '/** Not a Buffer. */\nf("process"); // URL',
  ],
  ["a property is no global", "packages/protocol/src/a.ts", "x.process({ URL: 1 });"],
  ["an import in a comment", "packages/protocol/src/a.ts", '/**\n * import { x } from "jose";\n */'],
];

for (const [what, path, text, ...dependencies] of GOOD) {
  test(`taken: ${what}`, () => assert.deepEqual(said(path, text, ...dependencies), []));
}

test("imports are found in the order of their forms", () => {
  const text = 'import a from "a";\nexport { b } from "b";\nimport "c";\nconst d = await import("d");';
  assert.deepEqual(importsOf(text), ["a", "b", "c", "d"]);
});
