/** What others send, in a real terminal: tmux says where its cursor is, and what its screen, title and clipboard are. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { NASTIES } from "../../../test/kit/nasties.ts";
import { missing } from "../../identity/test/oracle.ts";
import { cleanLine, cleanName, quoted } from "../src/display.ts";
import { linkTo, opening } from "../src/links.ts";
import { drawPixels } from "../src/picture/draw.ts";
import { printed } from "../src/picture/place.ts";
import { qrCode, qrLines } from "../src/qr.ts";
import { gradient } from "./picture/kit.ts";

const withTmux = { skip: missing("tmux") };
const folder = mkdtempSync(join(tmpdir(), "asfaleia-tmux-"));
const socket = join(folder, "socket");
after(() => {
  spawnSync("tmux", ["-S", socket, "kill-server"]);
  rmSync(folder, { recursive: true, force: true });
});

function tmux(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], {
    encoding: "utf8",
    env: { ...process.env, TMUX: "", LANG: "C.UTF-8", LC_ALL: "C.UTF-8" },
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

interface Seen {
  readonly lines: readonly string[];
  readonly column: number;
  readonly row: number;
  readonly title: string;
  readonly clipboard: string;
}

let windows = 0;
/** What a terminal of 80 × 24 shows once the bytes have been written to it. */
function shownBy(bytes: string): Seen {
  const name = `w${windows++}`;
  writeFileSync(join(folder, name), bytes);
  // The terminal waits for the signal, which comes behind all that was written.
  const script = `stty raw -echo; cat '${join(folder, name)}'; tmux -S '${socket}' wait-for -S ${name}; exec cat >/dev/null`;
  const start =
    windows === 1
      ? ["new-session", "-d", "-x", "80", "-y", "24", "-s", "s"]
      : ["new-window", "-d", "-t", "s"];
  tmux(...start, "-n", name, "-e", "LC_ALL=C.UTF-8", `sh -c "${script}"`);
  tmux("wait-for", name);
  const format = "#{cursor_x} #{cursor_y} #{pane_title}";
  const [column, row, ...title] = tmux("display-message", "-p", "-t", `s:${name}`, format)
    .trimEnd()
    .split(" ");
  const lines = tmux("capture-pane", "-p", "-t", `s:${name}`).split("\n");
  const clipboard = tmux("list-buffers");
  tmux(...(windows === 1 ? ["set-option", "-g", "set-clipboard", "on"] : ["kill-window", "-t", `s:${name}`]));
  return { lines, column: Number(column), row: Number(row), title: title.join(" "), clipboard };
}

test("of what is sent nothing gets beyond its line", withTmux, () => {
  const { title } = shownBy("x");
  for (const [what, text] of Object.entries(NASTIES)) {
    for (const clean of [cleanLine, cleanName]) {
      const line = clean(text.slice(0, 12));
      const seen = shownBy(`first\r\n${line}\r\nlast`);
      assert.equal(seen.lines[0], "first", what);
      assert.equal(seen.lines[2], "last", what);
      assert.deepEqual([seen.column, seen.row], [4, 2], what);
      assert.deepEqual([seen.title, seen.clipboard], [title, ""], what);
    }
    const body = quoted(text, 80).replaceAll("\n", "\r\n");
    const seen = shownBy(`first\r\n${body}last`);
    assert.equal(seen.lines[0], "first", what);
    assert.equal(seen.lines[seen.row], "last", what);
    for (const line of seen.lines.slice(1, seen.row)) assert.match(line, /^( {2}|$)/, what);
  }
});

test("a picture takes the lines and columns that it promised, however it is drawn", withTmux, () => {
  for (const way of ["blocks", "kitty", "iterm2"] as const) {
    for (const placeholders of way === "kitty" ? [false, true] : [false]) {
      const drawn = drawPixels(gradient(100, 100), {
        way,
        room: { columns: 40, rows: 6 },
        depth: "full",
        id: 3,
        placeholders,
      });
      const seen = shownBy(`first\r\n${printed(drawn, "  ").replaceAll("\n", "\r\n")}last`);
      assert.equal(seen.lines[0], "first", way);
      assert.deepEqual([seen.column, seen.row], [4, 1 + drawn.rows], way);
      assert.equal(seen.lines[1 + drawn.rows], "last", way);
      if (way !== "blocks") continue;
      for (const line of seen.lines.slice(1, 1 + drawn.rows))
        assert.equal([...line].length, 2 + drawn.columns);
    }
  }
});

test("a picture on the last lines of the screen does not scroll it further", withTmux, () => {
  const drawn = drawPixels(gradient(100, 100), {
    way: "iterm2",
    room: { columns: 40, rows: 6 },
    depth: "full",
  });
  const lines = Array.from({ length: 23 }, (_, at) => `line ${at}`).join("\r\n");
  const seen = shownBy(`${lines}\r\n${printed(drawn).replaceAll("\n", "\r\n")}last`);
  assert.equal(seen.lines[23], "last");
  assert.equal(seen.lines[0], `line ${drawn.rows}`);
});

test("a QR code and a link take their own cells", withTmux, () => {
  const code = qrCode("asfaleia:test", { columns: 80, rows: 24 });
  const seen = shownBy(`${qrLines(code, true).join("\r\n")}\r\nlast`);
  assert.deepEqual([seen.column, seen.row], [4, code.rows]);
  assert.deepEqual(
    seen.lines.slice(0, code.rows).map((line) => line.padEnd(code.side)),
    qrLines(code, true).map((line) => line.replace(/\x1b\[[\d;]*m/g, "")),
  );
  const { target } = linkTo("https://bücher.example/") ?? assert.fail();
  const link = shownBy(`${opening(target, target)}.`);
  assert.equal(link.lines[0], "https://xn--bcher-kva.example/.");
});
