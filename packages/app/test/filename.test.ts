import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { nameFor, safeName } from "../src/letters/filename.ts";
import { Folder } from "../src/letters/folder.ts";
import { typeOf } from "../src/letters/mediatype.ts";

const CASES: [name: string, safe: string][] = [
  ["cat.png", "cat.png"],
  ["../../etc/passwd", "passwd"],
  ["..\\..\\autoexec.bat", "autoexec.bat"],
  ["..", "otherwise"],
  ["/", "otherwise"],
  [".bashrc", "bashrc"],
  ["-rf", "rf"],
  ["a\nb", "a_b"],
  ["a\x1b[2Jb", "a__2Jb"],
  ["gnp.\u202eexe", "gnp._exe"],
  ["CON", "_CON"],
  ["nul.txt", "_nul.txt"],
  ["COM1.tar.gz", "_COM1.tar.gz"],
  ["trailing. . ", "trailing"],
  ["what?*<>|.txt", "what_____.txt"],
  ["Grüße aus Zürich.txt", "Grüße aus Zürich.txt"],
  ["東京.jpg", "東京.jpg"],
  ["~", "otherwise"],
  ["", "otherwise"],
  [".", "otherwise"],
  ["......", "otherwise"],
  ["a/..", "otherwise"],
  ["C:\\Windows\\..\\x.dll", "x.dll"],
  ["\\\\server\\share\\x", "x"],
  ["file.txt:stream", "file.txt_stream"],
  ["a\0b.png", "a_b.png"],
  ["--help", "help"],
  ["- rf", "rf"],
  ["nul .txt", "_nul.txt"],
  ["COM¹.txt", "_COM¹.txt"],
  ["CONOUT$", "CONOUT_"],
  ["\u0338x.png", "x.png"],
  ["\u202d\u2066x\u200b.png", "x_.png"],
  ["\ud800.png", "png"],
  ["%2e%2e%2fx", "2e_2e_2fx"],
  ["x.desktop\n", "x.desktop_"],
];

for (const [name, safe] of CASES) {
  test(`${JSON.stringify(name)} is saved as ${safe}`, () => assert.equal(safeName(name, "otherwise"), safe));
}

test("whatever a stranger calls a file, the name is one part, visible, short and no option", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
      const safe = safeName(name, "otherwise");
      assert.match(safe, /^[\p{L}\p{N}_()][\p{L}\p{M}\p{N}._\-() ]*$/u);
      assert.doesNotMatch(safe, /\p{M}{5}/u);
      assert.ok(Buffer.byteLength(safe) <= 120 + 1 + 1 + 16 * 4);
      assert.doesNotMatch(safe, /[. ]$/);
    }),
  );
});

test("a letter without a name gets one by its id and type", () => {
  assert.equal(nameFor("00ff", "text/plain; charset=utf-8"), "letter-00ff.txt");
  assert.equal(nameFor("00ff", "image/png"), "letter-00ff.png");
  assert.equal(nameFor("00ff", "application/x-odd"), "letter-00ff.bin");
});

test("a type is guessed by the end of the name, and a text type where it is UTF-8 only", () => {
  assert.equal(typeOf("Cat.PNG", false), "image/png");
  assert.equal(typeOf("notes.txt", true), "text/plain; charset=utf-8");
  assert.equal(typeOf("notes.txt", false), "application/octet-stream");
  assert.equal(typeOf("constructor", true), "application/octet-stream");
  assert.equal(typeOf("x.__proto__", true), "application/octet-stream");
});

test("nothing is overwritten or written through a link, and files are the owner's alone", async () => {
  const root = mkdtempSync(join(tmpdir(), "asfaleia-folder-"));
  try {
    const folder = await Folder.open(join(root, "letters"));
    assert.equal(statSync(folder.path).mode & 0o777, 0o700);
    const first = await folder.keep("cat.png", Uint8Array.of(1));
    const second = await folder.keep("cat.png", Uint8Array.of(2));
    assert.deepEqual([first, second], [join(folder.path, "cat.png"), join(folder.path, "cat-2.png")]);
    assert.deepEqual([...readFileSync(first), ...readFileSync(second)], [1, 2]);
    assert.equal(statSync(first).mode & 0o777, 0o600);

    const target = join(root, "target");
    symlinkSync(target, join(folder.path, "link"));
    assert.equal(await folder.keep("link", Uint8Array.of(3)), join(folder.path, "link-2"));
    assert.equal(existsSync(target), false);
    assert.deepEqual(readdirSync(folder.path).sort(), ["cat-2.png", "cat.png", "link", "link-2"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a folder may be a link of the user's own; what is written stays in it", async () => {
  const root = mkdtempSync(join(tmpdir(), "asfaleia-folder-"));
  try {
    await Folder.open(join(root, "real"));
    symlinkSync(join(root, "real"), join(root, "linked"));
    const folder = await Folder.open(join(root, "linked"));
    for (const name of ["../out", "a/../../out", "/etc/out", "..\\out"]) {
      await folder.keep(safeName(name, "otherwise"), Uint8Array.of(1));
    }
    assert.deepEqual(readdirSync(join(root, "real")).sort(), ["out", "out-2", "out-3", "out-4"]);
    assert.deepEqual(readdirSync(root).sort(), ["linked", "real"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("the longest name, and all that have the same, can be written", async () => {
  const root = mkdtempSync(join(tmpdir(), "asfaleia-folder-"));
  try {
    const folder = await Folder.open(root);
    const name = safeName(`${"𝔘".repeat(300)}.${"𝔘".repeat(16)}`, "otherwise");
    const paths = [];
    for (let number = 0; number < 12; number++) paths.push(await folder.keep(name, Uint8Array.of(number)));
    assert.equal(new Set(paths).size, 12);
    paths.forEach((path, number) => {
      assert.deepEqual([...readFileSync(path)], [number]);
    });
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a file where the folder should be is refused", async () => {
  const root = mkdtempSync(join(tmpdir(), "asfaleia-folder-"));
  try {
    writeFileSync(join(root, "file"), "");
    await assert.rejects(Folder.open(join(root, "file")), /no folder/);
    await assert.rejects(Folder.open(join(root, "a", "b")), { code: "ENOENT" });
  } finally {
    rmSync(root, { recursive: true });
  }
});
