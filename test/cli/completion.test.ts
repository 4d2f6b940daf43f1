/** The completions, in the shells themselves: keys go in at a pseudo-terminal, and what counts are the arguments that arrive. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { missing, run } from "../../packages/identity/test/oracle.ts";
import { Place, type Running } from "./kit.ts";

/** Stands for asfaleia: names contacts, and otherwise shows the arguments it got. */
const STAND_IN = `#!/bin/sh
if [ "$1 $2" = "completion names" ]; then cat "$NAMES"; exit; fi
printf 'GOT'
for each; do printf ' '; printf %s "$each" | od -An -v -tx1 | tr -d ' \\n'; done
echo ' END'
`;

/** What a shell is started with, and told before the first line. */
const SHELLS: Record<string, { command: string; setup: (script: string, folder: string) => string }> = {
  bash: { command: "bash --norc --noprofile -i", setup: (script) => `source ${script}` },
  zsh: {
    command: "zsh -f -i",
    // As people have it: a file of fpath.
    setup: (_script, folder) =>
      `fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -d ${folder}/dump`,
  },
  fish: { command: "fish --no-config -i", setup: (script) => `source ${script}` },
};

const NAMES = ["Ann Bell", "Ann Cole", "Zoë", "robert"];

/** What is typed, and what asfaleia gets. */
const LINES: [keys: string, args: string[]][] = [
  ["sen\t", ["send"]],
  ["--vers\t", ["--version"]],
  ["lett\tge\t", ["letters", "get"]],
  ["help lett\top\t", ["help", "letters", "open"]],
  ["completion fi\t", ["completion", "fish"]],
  ["send --wait del\t", ["send", "--wait", "delivered"]],
  ["send --wait=del\t", ["send", "--wait=delivered"]],
  ["send rob\t--wait del\t", ["send", "robert", "--wait", "delivered"]],
  ["init --publish of\t", ["init", "--publish", "off"]],
  ["send --anon\t", ["send", "--anonymous"]],
  ["send -- --anon\t", ["send", "--", "--anon"]],
  ["send --file pic\t", ["send", "--file", "picture one.png"]],
  ["backup --to pic\t", ["backup", "--to", "picture one.png"]],
  ["backup pic\t", ["backup", "picture one.png"]],
  ["letters open pic\tlet\t", ["letters", "open", "picture one.png", "letter.age"]],
  ["save 3f2a9c1e down\t", ["save", "3f2a9c1e", "downloads"]],
  ["letters get --save down\t", ["letters", "get", "--save", "downloads"]],
  ["history rob\t", ["history", "robert"]],
  ["history --json rob\t", ["history", "--json", "robert"]],
  ["history --limit 3 rob\t", ["history", "--limit", "3", "robert"]],
  ["history robert rob\t", ["history", "robert", "rob"]],
  ["send rob\t", ["send", "robert"]],
  ["send pic\t", ["send", "picture one.png"]],
  ["contacts ren\trob\t", ["contacts", "rename", "robert"]],
  ["contacts --json rem\trob\t", ["contacts", "--json", "remove", "robert"]],
  ["device accept rob\t", ["device", "accept", "robert"]],
  ["device refuse rob\t", ["device", "refuse", "robert"]],
  ["device confirm rob\t", ["device", "confirm", "rob"]],
  ["config rec\t", ["config", "receipts"]],
  ["config --with rob\tret\t", ["config", "--with", "robert", "retention"]],
  ["block Ann\tB\t", ["block", "Ann Bell"]],
  ["block Ann\\ C\t", ["block", "Ann Cole"]],
  ["block 'Ann C\t", ["block", "Ann Cole"]],
  ['block "Ann C\t', ["block", "Ann Cole"]],
  ["block Zo\t", ["block", "Zoë"]],
  ["nonsense rob\t", ["nonsense", "rob"]],
];

/** Far more than a shell takes for a line. */
const PATIENCE_MS = 10_000;

const CANARY = "canary";
const HOSTILE = [
  `$(touch ${CANARY})`,
  `x $(touch ${CANARY}) y`,
  `\`touch ${CANARY}\``,
  `"; touch ${CANARY}; "`,
  `'; touch ${CANARY}; '`,
  `\\"; touch ${CANARY}; "`,
  `a; touch ${CANARY}`,
  `a\\; touch ${CANARY}`,
  `a && touch ${CANARY} & touch ${CANARY} | sh`,
  `a > ${CANARY} < /dev/null`,
  `<(touch ${CANARY})`,
  `$HOME $PATH \${HOME} $'x' $"y"`,
  "* ? [a-z] {a,b} {1..9}",
  "~",
  "~root",
  "=ls",
  "#hash",
  "%1",
  "^a^b",
  "!!",
  "bang!bang !$ 'x' \"y\"",
  'it\'s "quoted" \\ back\\\\slash',
  "a:b=c@d:e",
  "a:b c=d e",
  "{",
  "}",
  "(",
  ")",
  "(x)",
  "[",
  "]",
  "@",
  "@files",
  "@contacts",
  "Zoë 👍 Ünï",
  "two  spaces   three",
  "a\\",
  "ends with \\ ",
  "a\\nb",
  "\\x41\\u0042",
  "%s%n%d",
];

for (const [shell, { command, setup }] of Object.entries(SHELLS)) {
  describe(`in ${shell}`, { skip: missing(shell, "script") }, () => {
    let place: Place;
    let running: Running;
    let script: string;

    before(async () => {
      place = new Place();
      const { code, stdout, stderr } = await place.run(["completion", shell]);
      assert.deepEqual([code, stderr], [0, ""]);
      script = place.write("functions/_asfaleia", stdout);
      chmodSync(place.write("bin/asfaleia", STAND_IN), 0o755);
      name(...NAMES);
      for (const file of ["picture one.png", "letter.age"]) place.write(`work/${file}`, "");
      mkdirSync(place.path("work", "downloads"));
      running = place.shellAtTerminal(command, {
        env: {
          PATH: `${place.path("bin")}:${process.env.PATH}`,
          NAMES: place.path("names"),
          LANG: "C.UTF-8",
        },
      });
      // What the terminal echoes is not what these print.
      running.process.stdin?.write(
        `${setup(script, place.path("functions"))}\rcd ${place.path("work")}\rasfaleia set up\r`,
      );
      await running.says(`GOT ${hex("set")} ${hex("up")} END`);
    });
    after(() => place[Symbol.asyncDispose]());

    function name(...names: string[]): void {
      writeFileSync(place.path("names"), names.map((each) => `${each}\n`).join(""));
    }

    /** Types behind `asfaleia ` and presses enter. @returns the arguments */
    async function typed(keys: string): Promise<string[]> {
      running.stdout = "";
      running.process.stdin?.write(`asfaleia ${keys}\r`);
      await Promise.race([
        running.says(/GOT[ 0-9a-f]* END/),
        once(AbortSignal.timeout(PATIENCE_MS), "abort").then(() => {
          throw new Error(`no arguments came: ${JSON.stringify(running.stdout)}`);
        }),
      ]);
      const [, words = ""] = /GOT([ 0-9a-f]*) END/.exec(running.stdout) ?? [];
      return words
        .split(" ")
        .slice(1)
        .map((word) => Buffer.from(word, "hex").toString());
    }

    test("the script is one that the shell can read", () => {
      run(shell, ["-n", script]);
    });

    for (const [keys, args] of LINES) {
      test(`asfaleia ${JSON.stringify(keys)}`, async () => {
        name(...NAMES);
        // zsh takes the slash behind a folder away again.
        assert.deepEqual(
          (await typed(keys)).map((each) => each.replace(/\/$/, "")),
          args,
        );
      });
    }

    for (const contact of HOSTILE) {
      test(`a contact called ${contact}`, async () => {
        name(contact);
        for (const quote of ["", "'", '"']) {
          const offered = isOffered(shell, contact, quote);
          if (!offered && quote !== "") continue;
          assert.deepEqual(await typed(`block ${quote}\t`), offered ? ["block", contact] : ["block"], quote);
        }
        assert.ok(!existsSync(place.path("work", CANARY)) && !existsSync(place.path(CANARY)));
      });
    }
  });
}

/** What a script leaves out, and quotes that a shell leaves open. */
function isOffered(shell: string, contact: string, quote: string): boolean {
  // bash reads ! within double quotes.
  if (shell === "bash") return quote !== '"' || !contact.includes("!");
  // fish inserts a tilde bare, and goes on behind what looks like a part of a path.
  if (shell === "fish") return !contact.startsWith("~") && (quote === "" || !/[-/=@:.,_]$/.test(contact));
  return true;
}

test("completion names prints no error, whatever there is no agent of", async () => {
  await using place = new Place();
  // Nothing that it looks at may lead to a question or a complaint.
  place.write("asfaleia/default/profile.db", "damaged");
  const { code, stdout, stderr } = await place.run(["completion", "names"]);
  assert.deepEqual([code, stdout, stderr], [0, "", ""]);
});

test("completion without a shell that it knows says which there are", async () => {
  await using place = new Place();
  for (const args of [[], ["tcsh"], ["constructor"]]) {
    const { code, stdout, stderr } = await place.run(["completion", ...args]);
    assert.deepEqual([code, stdout, stderr], [2, "", "asfaleia: for which shell? Say bash, zsh, fish\n"]);
  }
  const { code, stderr } = await place.run(["completion", "bash", "zsh"]);
  assert.deepEqual([code, stderr], [2, 'asfaleia: "zsh" is one word too many\n']);
});

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}
