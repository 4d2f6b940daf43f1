import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Candidate } from "../../src/tui/commands/command.ts";
import { COMMANDS } from "../../src/tui/commands/table.ts";
import { cells } from "../../src/tui/layout/cells.ts";
import { candidateRows, completionWindow } from "../../src/tui/layout/completions.ts";
import { type Row, rowText } from "../../src/tui/layout/row.ts";
import { KEY, withTui } from "./kit.ts";

const texts = (rows: readonly Row[]) => rows.map((row) => rowText(row).trimEnd());
const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");

describe("completions", () => {
  it("show the whole of every command at 80×24", () =>
    withTui(
      () => {},
      async ({ shows, press, screen, until }) => {
        await shows("Write, /");
        press("/");
        for (const { name, args, help } of COMMANDS) {
          const said = words(`/${name} ${args} ${help}`).join(" ");
          await until(said, () =>
            words(
              screen()
                .map((row) => row.slice(19))
                .join(" "),
            )
              .join(" ")
              .includes(said),
          );
          press(KEY.down);
        }
      },
    ));

  it("go on in the next row where one is too narrow", () => {
    const items: Candidate[] = [{ text: "/add ", args: "[LINK|CODE|github:NAME]", detail: "make a contact" }];
    assert.deepEqual(texts(candidateRows(items, 61)[0] ?? []), [
      "  /add          [LINK|CODE|github:NAME]  make a contact",
    ]);
    assert.deepEqual(texts(candidateRows(items, 45)[0] ?? []), [
      "  /add          [LINK|CODE|github:NAME]",
      "                make a contact",
    ]);
    assert.deepEqual(texts(candidateRows(items, 30)[0] ?? []), [
      "  /add",
      "    [LINK|CODE|github:NAME]",
      "    make a contact",
    ]);
  });

  it("lose nothing, and fit, whatever they are and however narrow it is", () => {
    const word = fc.stringMatching(/^[a-z漢é|:/]{1,30}$/);
    const candidate = fc.record({
      text: word,
      args: word,
      detail: fc.array(word).map((all) => all.join(" ")),
    });
    fc.assert(
      fc.property(candidate, fc.integer({ min: 20, max: 120 }), (one, width) => {
        const rows = candidateRows([one], width)[0] ?? [];
        for (const row of rows) assert.equal(cells(rowText(row)), width);
        const shown = rows.map(rowText).join("").replace(/\s/g, "");
        assert.equal(shown, `${one.text}${one.args}${one.detail}`.replace(/\s/g, ""));
      }),
    );
  });

  it("show the chosen one whole, begin with a whole one, and leave no room empty", () => {
    const rows = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rows, fc.nat(), fc.integer({ min: 3, max: 8 }), (sizes, at, most) => {
        const all = sizes.map((size, nth) =>
          Array.from({ length: size }, (_, row): Row => [{ text: `${nth}.${row}` }]),
        );
        const flat = all.flat();
        const height = Math.min(most, flat.length);
        const index = at % sizes.length;
        const shown = completionWindow(all, index, height);
        assert.equal(shown.length, height);
        const seen = texts(shown).filter((text) => text !== "");
        assert.match(seen[0] ?? "", /\.0$/);
        const chosen = shown.filter((row) => row[0]?.isChosen).map(rowText);
        assert.deepEqual(chosen, texts(all[index] ?? []));
        const start = texts(flat).indexOf(seen[0] ?? "");
        assert.deepEqual(seen, texts(flat).slice(start, start + height));
        // One more above would not have fitted.
        if (seen.length < height) {
          const above = all[Number.parseInt(seen[0] ?? "", 10) - 1]?.length ?? 0;
          assert.ok(above === 0 || seen.length + above > height);
        }
      }),
    );
  });
});
