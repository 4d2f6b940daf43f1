/** What is completed where, before a shell sees it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanLine } from "../../src/display.ts";
import { completionModel, type Place } from "../../src/manual/completion/model.ts";
import { completableNames, NAMES_MAX } from "../../src/manual/completion/names.ts";
import { HelpTextError, parseHelp } from "../../src/manual/helptext.ts";
import { loadManual, type VerbManual } from "../../src/manual/source.ts";

function verb(name: string, usage: string, rows = "  --json           one line: of JSON"): VerbManual {
  const help = parseHelp(`Usage: ${usage}\n\nDoes it.\n\n${rows}\n\nExamples:\n  asfaleia ${name}\n`);
  return { name, summary: `does ${name}`, help };
}

const NOTHING = { words: [], contacts: false, files: false, folders: false };

test("a verb and its members stand at the same place", () => {
  const { first, verbs } = completionModel([
    verb("agent", "asfaleia agent"),
    verb("agent stop", "asfaleia agent stop"),
  ]);
  assert.deepEqual(
    first.map(({ word }) => word),
    ["agent", "help"],
  );
  const [agent] = verbs;
  assert.deepEqual(agent?.places, [
    { ...NOTHING, words: [{ word: "stop", text: "does agent stop" }], index: 0, repeats: false },
  ]);
});

test("members without a verb of their own get one", () => {
  const { first, verbs } = completionModel([
    verb("box get", "asfaleia box get"),
    verb("box put", "asfaleia box put FILE…"),
  ]);
  assert.deepEqual(first, [
    { word: "box", text: "get, put" },
    { word: "help", text: "tell all about a verb" },
  ]);
  const put = verbs.find(({ name }) => name === "box put");
  assert.deepEqual(put?.places, [{ ...NOTHING, files: true, index: 0, repeats: true }]);
  const words = (place: Place | undefined) => place?.words.map(({ word }) => word);
  assert.deepEqual(words(verbs.find(({ name }) => name === "box")?.places[0]), ["get", "put"]);
  const help = verbs.find(({ name }) => name === "help");
  assert.deepEqual(
    help?.places.map((place) => [place.index, place.after, words(place)]),
    [
      [1, "box", ["get", "put"]],
      [0, undefined, ["box"]],
    ],
  );
});

test("usage and rows together tell what an option takes", () => {
  const rows =
    "  --wait STATE     until then\n  --with NAME      whom\n  --as NAME        what\n  --to CONTACT, --bare   as there\n  --bare           nothing";
  const { verbs } = completionModel([verb("try", "asfaleia try [--wait a|b] [--in DIR]… [--bare]", rows)]);
  assert.deepEqual(
    verbs[0]?.options.map(({ flags, text, repeats, value }) => [flags[0], text, repeats, value]),
    [
      [
        "--wait",
        "until then",
        false,
        {
          ...NOTHING,
          words: [
            { word: "a", text: "" },
            { word: "b", text: "" },
          ],
          label: "STATE",
        },
      ],
      ["--with", "whom", false, { ...NOTHING, contacts: true, label: "NAME" }],
      ["--as", "what", false, { ...NOTHING, label: "NAME" }],
      ["--to", "as there", false, { ...NOTHING, contacts: true, label: "CONTACT" }],
      ["--bare", "nothing", false, undefined],
      ["--in", "", true, { ...NOTHING, folders: true, label: "DIR" }],
      ["-h", "tell all about it", false, undefined],
    ],
  );
});

test("a first word opens places of its own", () => {
  const { verbs } = completionModel([
    verb("try", "asfaleia try [NAME]\n       asfaleia try rename|move NAME FILE"),
  ]);
  assert.deepEqual(verbs[0]?.places, [
    { ...NOTHING, contacts: true, index: 1, after: "rename", repeats: false },
    { ...NOTHING, contacts: true, index: 1, after: "move", repeats: false },
    { ...NOTHING, files: true, index: 2, after: "rename", repeats: false },
    { ...NOTHING, files: true, index: 2, after: "move", repeats: false },
    {
      ...NOTHING,
      contacts: true,
      words: [
        { word: "rename", text: "" },
        { word: "move", text: "" },
      ],
      index: 0,
      repeats: false,
    },
  ]);
});

test("a verb that a shell would not take as it stands is refused", () => {
  for (const name of ["a b c", "a;b", "A", "$(a)"]) {
    assert.throws(() => completionModel([verb(name, `asfaleia ${name}`)]), HelpTextError, name);
  }
});

test("settings are completed where a key file would make no sense", async () => {
  const config = completionModel(await loadManual()).verbs.find(({ name }) => name === "config");
  const place = config?.places.find(({ index, after }) => index === 0 && after === undefined);
  assert.ok(place?.words.some(({ word }) => word === "receipts"));
  assert.equal(place?.files, false);
});

test("names that lines, terminals or verbs would read otherwise are left out", () => {
  const good = ["bob", "Ann Bell", "it's $(x)", "Zoë"];
  const bad = [
    "",
    "-rf",
    "--help",
    "a\nb",
    "a\tb",
    "\u001b]0;x\u0007",
    "a\u202eb",
    "a\u200bb",
    " a",
    "a ",
    "\u007f",
  ];
  assert.deepEqual(completableNames([...bad, ...good, ...bad]), good);
  assert.equal(
    completableNames(Array.from({ length: NAMES_MAX + 1 }, (_, at) => `n${at}`)).length,
    NAMES_MAX,
  );
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (names) => {
      for (const name of completableNames(names)) {
        assert.equal(cleanLine(name), name);
        assert.doesNotMatch(name, /^-|\p{Cc}|^\s|\s$|^$/u);
      }
    }),
  );
});
