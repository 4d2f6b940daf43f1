/** scripts/check-docs.ts finds what documents and code say differently. Each bad sample is the real tree with one change. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  checkCitations,
  checkErrors,
  checkForbidden,
  checkLimits,
  checkLinks,
  checkMessagePath,
  checkPackets,
  checkRpc,
  checkTour,
  checkVectors,
  readTree,
  type Tree,
} from "../../scripts/check-docs.ts";

const real = readTree(join(import.meta.dirname, "../.."));
const PROTOCOL = "docs/protocol.md";
const LIMITS = "packages/protocol/src/limits.ts";

/** A tree of these files alone. */
function treeOf(files: Readonly<Record<string, string>>): Tree {
  return { paths: Object.keys(files), read: (path) => files[path] ?? assert.fail(`${path} is missing`) };
}

/** The real tree with one text replaced in one file. */
function changed(path: string, from: string | RegExp, to: string): Tree {
  const before = real.read(path);
  const after = before.replace(from, to);
  assert.notEqual(after, before, `${path} has no ${from}`);
  return { paths: real.paths, read: (each) => (each === path ? after : real.read(each)) };
}

function finds(problems: readonly string[], complaint: RegExp): void {
  assert.ok(
    problems.some((problem) => complaint.test(problem)),
    `not found among: ${problems.join("\n")}`,
  );
}

test("the protocol's document agrees with the code", () => {
  for (const check of [checkLimits, checkErrors, checkPackets, checkVectors])
    assert.deepEqual(check(real), []);
});

test("the agent's document agrees with the code, and one that does not is found", () => {
  assert.deepEqual(checkRpc(real), []);
  finds(checkRpc(changed("docs/rpc.md", "### agent.stop", "### agent.end")), /npm run rpc-docs/);
});

test("the tour shows the screens of its snapshots, and one that does not is found", () => {
  assert.deepEqual(checkTour(real), []);
  finds(checkTour(changed("docs/tour.md", "Start one here", "Start one there")), /npm run tour/);
  finds(checkTour(changed("test/tour/screens/80x24/alice-relay.txt", "Start", "Begin")), /npm run tour/);
});

test("links: to files, folders and headings", () => {
  const good = {
    "README.md":
      "[a](docs/a.md) [b](docs) [c](docs/a.md#one-two) [d](#the-top) [e](https://x.example/y)\n# The top\n",
    "docs/a.md":
      "# One, two\n## One, two\n[up](../README.md#the-top) [again](#one-two-1)\n```\n[x](nowhere)\n```\n`[x](nowhere)`",
  };
  assert.deepEqual(checkLinks(treeOf(good)), []);
  const bad: Record<string, RegExp> = {
    "[a](nowhere.md)": /nowhere\.md leads nowhere/,
    "[a](docs/a.md#three)": /no heading #three/,
    "[a](#nothing)": /no heading #nothing/,
    "[a](/docs/a.md)": /leads nowhere/,
    "[a](../out.md)": /leads nowhere/,
    "[a]: gone.md": /gone\.md leads nowhere/,
    "![a](cat.png)": /cat\.png leads nowhere/,
  };
  for (const [link, complaint] of Object.entries(bad)) {
    const problems = checkLinks(
      treeOf({ ...good, "SECURITY.md": `text ${link.startsWith("[a]:") ? `\n${link}` : link}` }),
    );
    assert.equal(problems.length, 1, link);
    finds(problems, complaint);
  }
});

test("the message's path: it is there, and so is every file that it names", () => {
  const source = { "packages/relay/src/auth.ts": "", "docs/protocol.md": "" };
  const path = (text: string) => checkMessagePath(treeOf({ ...source, "docs/message-path.md": text }));
  assert.deepEqual(path("`packages/relay/src/auth.ts`, `auth.ts`, [p](protocol.md)"), []);
  finds(path("`packages/relay/src/gone.ts`"), /there is no packages\/relay\/src\/gone\.ts/);
  finds(path("`gone.ts` and `auth.ts`"), /there is no gone\.ts/);
  finds(path("no names"), /names no files/);
  finds(checkMessagePath(treeOf(source)), /is missing/);
});

test("citations: of every source, over lines too", () => {
  const cite = (text: string) =>
    checkCitations(treeOf({ "docs/protocol.md": "## Lines\n## Two words\n", "packages/a/src/a.ts": text }));
  assert.deepEqual(cite('/** (docs/protocol.md, "Lines", "Two words"). */'), []);
  finds(cite('/** (docs/protocol.md, "Lines", "Gone"). */'), /cites "Gone"/);
  finds(cite('/** (docs/protocol.md,\n * "Gone"). */'), /cites "Gone"/);
  finds(cite('/** (docs/gone.md, "Lines"). */'), /gone\.md, which is missing/);
});

test("limits: a clause that is none, none at all, another value, a row too many or too few", () => {
  finds(checkLimits(changed(LIMITS, '("Tokens")', '("Tickets")')), /cites "Tickets"/);
  finds(checkLimits(changed(LIMITS, ' ("Tokens")', "")), /MAX_TOKEN_CHARS cites no clause/);
  finds(
    checkLimits(changed(LIMITS, /\/\*\* Random bytes of a HELLO.*\*\/\n/, "")),
    /HELLO_BYTES has no docstring/,
  );
  finds(checkLimits(changed(PROTOCOL, "16384", "16385")), /does not say LINE_OVERHEAD_BYTES \| 16384/);
  finds(checkLimits(changed(PROTOCOL, "`MAX_SLOTS`", "`MOST_SLOTS`")), /does not say MAX_SLOTS/);
  finds(checkLimits(changed(PROTOCOL, "`MAX_SLOTS`", "`MOST_SLOTS`")), /has MOST_SLOTS/);
  finds(checkLimits(changed(PROTOCOL, "## Documents", "## Papers")), /cites "Documents"/);
});

test("errors, packets and vectors: one missing, one too many", () => {
  finds(checkErrors(changed(PROTOCOL, "| `not-found`", "| `nowhere`")), /differ in not-found/);
  finds(checkErrors(changed(PROTOCOL, "| `not-found`", "| `nowhere`")), /differ in nowhere/);
  finds(checkPackets(changed(PROTOCOL, "### 106 DOCUMENT", "### 107 DOCUMENT")), /sections.*106 DOCUMENT/);
  finds(
    checkPackets(changed(PROTOCOL, "[DOCUMENT](#106-document)", "[PAPER](#106-document)")),
    /table.*106 PAPER/,
  );
  finds(
    checkVectors(changed("docs/vectors/README.md", "`lines.json`", "`line.json`")),
    /not describe lines\.json/,
  );
  finds(checkVectors(changed("docs/vectors/lines.json", '"Lines"', '"Rows"')), /cites "Rows"/);
});

test("nothing is put off, and nobody's home is named", () => {
  const said = (path: string, text: string) => checkForbidden(treeOf({ [path]: text }));
  const later = ["TO", "DO"].join("");
  const home = ["", "home", "alice", "x"].join("/");
  finds(said("README.md", `one\n${later}: two`), /README\.md:2: something is put off/);
  finds(said("packages/a/src/a.ts", `// ${later}`), /put off/);
  finds(said("README.md", `see ${home}`), /home/);
  finds(said("README.md", ["see ", "root", "key"].join("/")), /home/);
  assert.deepEqual(
    said("README.md", "~/.ssh/id_ed25519, $HOME/x, mastodon, the todos, https://x.example/home/a"),
    [],
  );
});
