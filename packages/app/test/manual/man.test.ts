/** The man pages, by the judgement of the two programs that set them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { missing, run } from "../../../identity/test/oracle.ts";
import { EXIT } from "../../src/exit.ts";
import { manPages, pageName } from "../../src/manual/man.ts";
import { roffLines, roffVerbatim } from "../../src/manual/roff.ts";
import { loadManual, type VerbManual } from "../../src/manual/source.ts";
import { ENVIRONMENT } from "../../src/verbtable.ts";

const EDITION = { version: "1.2.3", date: "2026-01-31" };
/** Wide enough that nothing we look for is broken. */
const SET = ["-Tutf8", "-man", "-ww", "-rLL=500n", "-rHY=0"];

describe("the man pages", () => {
  let manual: VerbManual[];
  let pages: Map<string, string>;
  let folder: string;

  before(async () => {
    manual = await loadManual();
    pages = manPages(manual, EDITION);
    folder = mkdtempSync(join(tmpdir(), "asfaleia-man-"));
    for (const [name, text] of pages) writeFileSync(join(folder, name), text);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** As it is read: without the backspaces and escapes of a terminal, and with one space between words. */
  function read(name: string): string {
    const { stdout, stderr } = spawnSync("groff", [...SET, join(folder, name)], { encoding: "utf8" });
    assert.equal(stderr, "", name);
    return plain(stdout);
  }

  test("one of asfaleia and one a verb, each listed in package.json", () => {
    assert.deepEqual(
      [...pages.keys()].sort(),
      ["asfaleia.1", ...manual.map(({ name }) => `${pageName(name)}.1`)].sort(),
    );
    const manifest = fileURLToPath(new URL("../../package.json", import.meta.url));
    const { man } = JSON.parse(readFileSync(manifest, "utf8")) as { man: string[] };
    assert.deepEqual(
      man,
      [...pages.keys()].sort().map((name) => `man/${name}`),
      "npm run build:man -- --list",
    );
  });

  test("mandoc finds nothing to say about them", { skip: missing("mandoc") }, () => {
    const files = [...pages.keys()].map((name) => join(folder, name));
    assert.equal(run("mandoc", ["-T", "lint", "-W", "all", ...files]), "");
  });

  test("groff says everything that --help says", { skip: missing("groff") }, () => {
    for (const { name, summary, help } of manual) {
      const page = read(`${pageName(name)}.1`);
      const texts = help.blocks.flatMap((block) =>
        block.kind === "paragraph" ? [block.text] : block.rows.flatMap(({ term, text }) => [term, text]),
      );
      for (const text of [`${pageName(name)} - ${summary}`, ...help.usage, ...texts, ...help.examples]) {
        assert.ok(page.includes(text.replaceAll("…", "...")), `${name}: ${text}\n${page}`);
      }
      for (const code of Object.values(EXIT)) assert.match(page, new RegExp(` ${code} [a-z]`));
      assert.ok(page.includes("asfaleia 1.2.3 2026-01-31"));
    }
  });

  test("asfaleia(1) leads to every verb, and names every setting and exit code", {
    skip: missing("groff"),
  }, () => {
    const page = read("asfaleia.1");
    for (const { name, summary } of manual)
      assert.ok(page.includes(`${name} ${summary}; see ${pageName(name)}(1)`), name);
    for (const { name, text } of ENVIRONMENT)
      assert.ok(page.includes(`${name} ${text.replaceAll("…", "...")}`), name);
    for (const code of Object.values(EXIT)) assert.match(page, new RegExp(` ${code} [a-z]`));
  });

  test("man finds and shows them", { skip: missing("man", "groff") }, () => {
    const shown = run("man", ["--warnings=w", "-l", join(folder, "asfaleia-letters-get.1")], {
      env: { LANG: "C.UTF-8", MANWIDTH: "200", MANPAGER: "cat" },
    });
    assert.match(shown, /asfaleia letters get/);
  });

  test("a date that is none is refused", () => {
    assert.throws(() => manPages(manual, { ...EDITION, date: "today" }), RangeError);
  });
});

test("whatever a text holds, groff shows it and obeys nothing in it", { skip: missing("groff") }, () => {
  const word = fc
    .string({ unit: fc.constantFrom(...".'\\\"-`^~%#$&|{}[]()*!?:;,aZ09é👍…"), minLength: 1, maxLength: 12 })
    .filter((text) => !/[.!?]\)?$/.test(text));
  const text = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(" "));
  fc.assert(
    fc.property(text, (some) => {
      const input = `.TH X 1 2026-01-31 x x\n.SH S\n${roffLines(some)}.PP\n.nf\n${roffVerbatim(some)}.fi\n.SH T\nend\n`;
      const { stdout, stderr } = spawnSync("groff", [...SET.slice(0, 3), "-rLL=900n", "-rHY=0"], {
        input,
        encoding: "utf8",
      });
      assert.equal(stderr, "");
      const expected = some.replaceAll("…", "...");
      assert.ok(plain(stdout).includes(`S ${expected} ${expected} T end`), stdout);
    }),
    { numRuns: 100 },
  );
});

test("input lines are short, and a sentence starts one", () => {
  const lines = roffLines(`${"word ".repeat(40)}end. Then more. (So.) Last`).split("\n");
  assert.ok(lines.every((line) => line.length <= 80));
  assert.deepEqual(lines.slice(-5), [lines.at(-5), "Then more.", "(So.)", "Last", ""]);
  assert.throws(() => roffLines("a\u0007b"), RangeError);
});

function plain(set: string): string {
  return set
    .replace(/\u001b\[[0-9;]*m/g, "")
    .replace(/.\u0008/gu, "")
    .replaceAll("\u2010", "-")
    .replace(/\s+/g, " ");
}
