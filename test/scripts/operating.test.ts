/** The table of limits in docs/operating.md is the code's own. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { RELAY_FLAGS } from "@asfaleia/relay";

test("docs/operating.md lists every limit with its default", () => {
  const text = readFileSync(new URL("../../docs/operating.md", import.meta.url), "utf8");
  const table = text.slice(text.indexOf("<!-- limits -->"), text.indexOf("<!-- /limits -->"));
  const rows = table.split("\n").filter((row) => row.startsWith("| `--"));
  assert.deepEqual(
    rows,
    RELAY_FLAGS.map((flag) => `| \`--${flag.flag} ${flag.argument}\` | ${flag.default} | ${flag.help} |`),
  );
});
