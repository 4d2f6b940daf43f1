/** Every help text is of the form that man pages and completions are made of, and tells of options that are there. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { run } from "../../../identity/test/oracle.ts";
import { EXIT, EXIT_HELP, Failure } from "../../src/exit.ts";
import { parseExitCodes } from "../../src/manual/exitcodes.ts";
import { HelpTextError, parseHelp } from "../../src/manual/helptext.ts";
import { parseUsage } from "../../src/manual/usage.ts";
import { VERBS } from "../../src/verbtable.ts";

const GOOD = `Usage: asfaleia try NAME|KEY [--flag FILE]… [--on at|off]
                    [-v | --verbose]
       asfaleia try again|stop [ID] …

Does something,
on two lines.
  term, term       what it is

Another paragraph.

  --flag FILE      a file; it goes
                   on here
  --on at|off      a value that fills its column
  --home DIR, -i KEY, --bare   as elsewhere
  -v, --verbose    says more

Examples:
  asfaleia try bob
  cat x | asfaleia try -
`;

test("a help text is read whole", () => {
  assert.deepEqual(parseHelp(GOOD), {
    usage: [
      "asfaleia try NAME|KEY [--flag FILE]… [--on at|off] [-v | --verbose]",
      "asfaleia try again|stop [ID] …",
    ],
    blocks: [
      { kind: "paragraph", text: "Does something, on two lines." },
      { kind: "rows", rows: [{ term: "term, term", text: "what it is", options: [] }] },
      { kind: "paragraph", text: "Another paragraph." },
      {
        kind: "rows",
        rows: [
          {
            term: "--flag FILE",
            text: "a file; it goes on here",
            options: [{ flags: ["--flag"], value: "FILE", text: "a file; it goes on here" }],
          },
          {
            term: "--on at|off",
            text: "a value that fills its column",
            options: [{ flags: ["--on"], value: "at|off", text: "a value that fills its column" }],
          },
          {
            term: "--home DIR, -i KEY, --bare",
            text: "as elsewhere",
            options: [
              { flags: ["--home"], value: "DIR", text: "as elsewhere" },
              { flags: ["-i"], value: "KEY", text: "as elsewhere" },
              { flags: ["--bare"], text: "as elsewhere" },
            ],
          },
          {
            term: "-v, --verbose",
            text: "says more",
            options: [{ flags: ["-v", "--verbose"], text: "says more" }],
          },
        ],
      },
    ],
    options: [
      { flags: ["--flag"], value: "FILE", text: "a file; it goes on here" },
      { flags: ["--on"], value: "at|off", text: "a value that fills its column" },
      { flags: ["--home"], value: "DIR", text: "as elsewhere" },
      { flags: ["-i"], value: "KEY", text: "as elsewhere" },
      { flags: ["--bare"], text: "as elsewhere" },
      { flags: ["-v", "--verbose"], text: "says more" },
    ],
    examples: ["asfaleia try bob", "cat x | asfaleia try -"],
  });
});

const BAD: [what: string, from: string | RegExp, to: string][] = [
  ["no usage", "Usage:", "usage:"],
  ["a usage of another program", "Usage: asfaleia", "Usage: asfalei"],
  ["a usage that goes on at the left", "                    [-v", "       [-v"],
  ["no empty line behind the usage", "…\n\nDoes", "…\nDoes"],
  ["nothing said first", "Does something,\non two lines.\n", ""],
  ["two empty lines", "\n\nAnother", "\n\n\nAnother"],
  ["a tab", "  --flag FILE ", "\t--flag FILE "],
  ["space at the end", "paragraph.\n", "paragraph. \n"],
  ["a line too long", "paragraph.", `paragraph${".".repeat(120)}`],
  ["a row with one space", "term, term       what", "term, term what"],
  ["a bare flag with one space", "--verbose    says", "--verbose says"],
  ["a row without a text", "--verbose    says more", "--verbose"],
  ["a row of another margin", "  -v, --verbose", " -v, --verbose"],
  ["an indented line behind a paragraph's end", "paragraph.\n\n  --flag FILE      a", "paragraph.\n\n     a"],
  ["a flag in capitals", "--verbose    ", "--Verbose    "],
  ["no examples", "Examples:\n", "Example\n"],
  ["no empty line before the examples", "\n\nExamples:", "\nExamples:"],
  ["no example", /Examples:\n[\s\S]*/, "Examples:\n"],
  ["an example at the left", "\n  asfaleia try bob", "\nasfaleia try bob"],
  ["a line behind the examples", /$/, "\nmore\n"],
  ["no line feed at the end", /\n$/, ""],
];

for (const [what, from, to] of BAD) {
  test(`a help text is refused for ${what}`, () => {
    const bad = GOOD.replace(from, to);
    assert.notEqual(bad, GOOD);
    assert.throws(() => parseHelp(bad), HelpTextError);
  });
}

test("any text is read or refused, and what is read holds every word of it", () => {
  const line = fc.constantFrom(...GOOD.split("\n"), "  ", "\t", "  - x", "   more", "…", "[", "word");
  fc.assert(
    fc.property(fc.array(line, { maxLength: 24 }), (lines) => {
      const text = `Usage: asfaleia try\n\nDoes it.\n${lines.map((each) => `${each}\n`).join("")}\nExamples:\n  x\n`;
      try {
        const { blocks } = parseHelp(text);
        const read = blocks.flatMap((block) =>
          block.kind === "paragraph" ? [block.text] : block.rows.map((row) => `${row.term} ${row.text}`),
        );
        const body = text.slice(text.indexOf("Does"), text.indexOf("\nExamples:"));
        assert.deepEqual(read.join(" ").split(/\s+/), body.trim().split(/\s+/));
      } catch (error) {
        if (!(error instanceof HelpTextError)) throw error;
      }
    }),
  );
});

test("a usage line tells words and options apart", () => {
  const [first = "", second = ""] = parseHelp(GOOD).usage;
  const takesValue = (flag: string) => (flag === "--verbose" ? false : undefined);
  assert.deepEqual(parseUsage(first, "try", takesValue), {
    operands: [{ alternatives: ["NAME", "KEY"], repeats: false }],
    options: [
      { flag: "--flag", value: "FILE", repeats: true },
      { flag: "--on", value: "at|off", repeats: false },
      { flag: "-v", repeats: false },
      { flag: "--verbose", repeats: false },
    ],
  });
  assert.deepEqual(parseUsage(second, "try", takesValue).operands, [
    { alternatives: ["again", "stop"], repeats: false },
    { alternatives: ["ID"], repeats: false },
  ]);
  assert.deepEqual(parseUsage("asfaleia try a:NAME | https://…keys | FILE…", "try", takesValue).operands, [
    { alternatives: ["a:NAME", "https://…keys", "FILE"], repeats: true },
  ]);
  assert.deepEqual(parseUsage("asfaleia try --verbose NAME", "try", takesValue).operands, [
    { alternatives: ["NAME"], repeats: false },
  ]);
  for (const bad of ["asfaleia tries", "asfaleia try [", "asfaleia try ]", "asfaleia"]) {
    assert.throws(() => parseUsage(bad, "try", takesValue), HelpTextError, bad);
  }
});

test("the exit codes of the help are those of the code", () => {
  const codes = parseExitCodes(EXIT_HELP);
  assert.deepEqual(
    codes.map(({ code }) => code),
    Object.values(EXIT),
  );
  assert.deepEqual(codes[1], { code: 1, text: "failed here (disk full, output closed)" });
  for (const bad of [
    "",
    "Exit codes: 0 done",
    "Exit codes: done.",
    "Exit codes: 1 a, 1 b.",
    "Exit codes: 2 a, 1 b.",
  ]) {
    assert.throws(() => parseExitCodes(bad), HelpTextError, bad);
  }
});

const UNKNOWN = "--no-verb-has-this";
/** A value for every option; what takes a key file looks whether others may read it. */
const folder = mkdtempSync(join(tmpdir(), "asfaleia-help-"));
const file = join(folder, "file");
writeFileSync(file, "", { mode: 0o600 });
after(() => rmSync(folder, { recursive: true }));
const LAUNCHER = fileURLToPath(new URL("../../bin/asfaleia.js", import.meta.url));

for (const [name, { load }] of Object.entries(VERBS)) {
  describe(`the help of ${name}`, () => {
    test("is of the form, in every usage line", async () => {
      const help = parseHelp((await load()).help);
      for (const line of help.usage) parseUsage(line, name, () => undefined);
    });

    test("tells of options that its parser takes, with values where it takes one", async () => {
      const verb = await load();
      const { options, usage } = parseHelp(verb.help);
      const told = new Map(
        options.flatMap(({ flags, value }) => flags.map((flag) => [flag, value !== undefined])),
      );
      for (const line of usage) {
        for (const { flag, value } of parseUsage(line, name, (each) => told.get(each)).options) {
          if (!told.has(flag)) told.set(flag, value !== undefined);
        }
      }
      // The parser reads from the left and stops at what it does not know: that must be the last word. One by one, because
      // there are options that choose another parser; a relay has one, and starts slowly.
      const args = [...told].map(([flag, takes]) =>
        takes ? `${flag}${flag.startsWith("--") ? "=" : ""}${file}` : flag,
      );
      for (const some of name === "relay" ? [args] : args.map((arg) => [arg])) {
        const said = await complaint(name, [...some, UNKNOWN]);
        assert.match(said, new RegExp(`unknown option '${UNKNOWN}'`), some.join(" "));
      }
    });
  });
}

async function complaint(name: string, args: string[]): Promise<string> {
  try {
    // A relay runs only where the launcher has taken its rights from it, which a file must be there for.
    if (name === "relay")
      return run("sh", ["-c", '"$@" 2>&1; true', "sh", process.execPath, LAUNCHER, name, ...args]);
    await (await VERBS[name]?.load())?.run(args, AbortSignal.abort());
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
  return "no complaint";
}
