import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { MAX_COMPOSED } from "../../src/tui/composer/composer.ts";
import { AtTheScreen } from "../../src/tui/runtime/person.ts";
import { contact, ctrl, grayPicture, KEY, type MadeUpFace, message, withTui } from "./kit.ts";

const some = (count: number) => Array.from({ length: count }, (_, nth) => message(nth));

describe("the chat on a screen", () => {
  it("shows conversations, the newest messages and what is connected", () =>
    withTui(
      (face) => {
        face.messages = [
          message(0, { text: "hello" }),
          message(1, { isOwn: true, state: "read", text: "hi" }),
        ];
      },
      async ({ shows, screen, cursor }) => {
        await shows("hi");
        await shows("● relay.example.org");
        const rows = screen();
        assert.equal(rows.length, 24);
        assert.match(rows[0] ?? "", /^ asfaleia +│ bob {3}not verified$/);
        assert.match(rows[1] ?? "", /^ bob +│$/);
        assert.match(rows.at(-5) ?? "", /│ \d\d:\d\d bob {2}hello$/);
        assert.match(rows.at(-4) ?? "", /│ \d\d:\d\d {2}me {2}hi +✓✓◉$/);
        assert.match(rows.at(-2) ?? "", /│› Write, \/ for commands/);
        assert.deepEqual(cursor(), { x: 21, y: 22 });
      },
    ));

  it("writes the echo of a key in one piece, and not much of it", () =>
    withTui(
      (face) => {
        face.messages = some(200);
      },
      async ({ press, shows, terminal }) => {
        await shows("message 199");
        await shows("Write, /");
        const before = terminal.bytes.length;
        press("x");
        await shows("› x");
        const written = terminal.bytes.slice(before);
        assert.equal(written.length, 1);
        assert.ok((written[0]?.length ?? 0) < 500, `${written[0]?.length} characters`);
      },
      { columns: 200, rows: 50 },
    ));

  it("sends what is written, in several lines too, and shows it at once", () =>
    withTui(
      () => {},
      async ({ press, shows, face, until }) => {
        await shows("Write, /");
        press("one", KEY.altEnter, "two");
        await shows(/› one\n.*│ {2}two/);
        press(KEY.enter);
        await until("it is sent", () => face.last("messages.send") !== undefined);
        assert.deepEqual(face.last("messages.send"), { contact: 2, text: "one\ntwo" });
        await shows("⋯");
        face.emit({ type: "state", id: face.messages[0]?.id ?? "", contact: 2, state: "delivered" });
        await shows("✓✓");
      },
    ));

  it("shows addresses with where they lead, and lets the terminal open them", () => {
    const long = `https://evil.example/${"x".repeat(60)}/https://bank.example/login`;
    return withTui(
      (face) => {
        face.messages = [
          message(0, { text: "see https://аррӏе.example/ and http://plain.example" }),
          message(1, { text: `(${long}), https://me@c.example` }),
          message(2, { isOwn: true, state: "read", text: `again ${long}` }),
        ];
      },
      async ({ press, shows, screen, written }) => {
        await shows("again");
        assert.doesNotMatch(written(), /\x1b\]8/);
        press("/links", KEY.enter);
        await shows("xn--80ak6aa92e.example");
        const rows = screen();
        assert.match(rows[2] ?? "", /^ {2}evil\.example {2}\S+ \d\d:\d\d.* {2}me$/);
        assert.match(rows[4] ?? "", /^ {4}\S*https:\/\/bank/);
        assert.ok(!rows.join("\n").includes("plain.example") && !rows.join("\n").includes("c.example "));
        const opened = [...written().matchAll(/\x1b\]8;;([^\x1b]+)\x1b\\([^\x1b]+)\x1b\]8;;\x1b\\/g)];
        assert.equal(opened.length, 3);
        for (const [, target = "", part = ""] of opened) assert.ok(target.includes(part));
        assert.ok(opened.some(([, target]) => target === long));
        press(KEY.escape);
        await shows("Write, /");
      },
    );
  });

  it("shows with a question what was said before it, until it is answered", () =>
    withTui(
      () => {},
      async ({ press, shows, loop, screen }) => {
        await shows("Write, /");
        const person = new AtTheScreen();
        person.sitAt(loop);
        person.note("Its fingerprint is SHA256:x.");
        const answer = person.line("Trust it (yes/no)? ", new AbortController().signal);
        await shows(/Its fingerprint is SHA256:x\.[\s\S]*Trust it \(yes\/no\)\?/);
        press("ye");
        await shows("› ye");
        assert.ok(screen().join("\n").includes("SHA256:x"), "it is still there while somebody types");
        press("s", KEY.enter);
        assert.equal(await answer, "yes");
        await shows("Write, /");
        assert.ok(!screen().join("\n").includes("SHA256:x"));
      },
    ));

  it("says so when not all of what was pasted has room", () =>
    withTui(
      () => {},
      async ({ press, shows }) => {
        await shows("Write, /");
        press(`\x1b[200~${"line\n".repeat(MAX_COMPOSED / 5)}and more\x1b[201~`);
        await shows("what was pasted is too long: the rest is left out");
      },
    ));

  it("gives back what could not be kept, and says why", () =>
    withTui(
      () => {},
      async ({ press, shows }) => {
        await shows("Write, /");
        press("refuse me", KEY.enter);
        await shows("the text is too long");
        await shows("› refuse me");
      },
    ));

  it("answers, edits, deletes and reacts to the chosen message", () =>
    withTui(
      (face) => {
        face.messages = [
          message(0, { text: "first" }),
          message(1, { isOwn: true, state: "read", text: "mine" }),
        ];
      },
      async ({ press, shows, face, until }) => {
        await shows("mine");
        press(KEY.ctrlUp, KEY.up, "r");
        await shows("reply to bob: first");
        press("sure", KEY.enter);
        await until("replied", () => face.last("messages.reply") !== undefined);
        assert.equal(face.last("messages.reply")?.to, message(0).id);
        await shows("↳ bob: first");

        press(KEY.ctrlUp, KEY.up, "e");
        await shows(/edit \(Esc leaves it\)[\s\S]*› mine/);
        press("!", KEY.enter);
        await until("edited", () => face.last("messages.edit")?.text === "mine!");

        press("/react ");
        await shows("thumbs up");
        press(KEY.tab, KEY.enter);
        await until("reacted", () => face.last("messages.react")?.emoji === "👍");
        assert.equal(face.last("messages.react")?.id, message(0).id);

        press("/delete", KEY.enter);
        await shows("Delete this message here and for everybody");
        press("n");
        await shows("Write, /");
        assert.equal(face.last("messages.delete"), undefined);
        press("/delete", KEY.enter, "y");
        await until("deleted", () => face.last("messages.delete") !== undefined);
      },
    ));

  it("shows what others do: messages, edits, reactions, files, disappearances", () =>
    withTui(
      (face) => {
        face.messages = [message(0, { text: "first" })];
      },
      async ({ shows, face }) => {
        await shows("first");
        const said = face.says({ text: "from bob" });
        await shows("from bob");
        face.emit({ type: "changed", message: { ...said, text: "changed", edited: true } });
        await shows("changed (edited)");
        face.emit({ type: "changed", message: { ...said, reactions: [{ by: "x", emoji: "🎉" }] } });
        await shows("🎉");
        const file = {
          id: "f".repeat(32),
          name: "log.txt",
          type: "text/plain",
          size: 1000,
          state: "accepted",
          done: 250,
        } as const;
        face.emit({ type: "changed", message: { ...said, kind: "file", file } });
        await shows("25 %");
        face.emit({ type: "file", contact: 2, file: { ...file, done: 750 } });
        await shows("75 %");
        face.emit({ type: "changed", message: { ...said, deleted: true, text: "" } });
        await shows("deleted");
      },
    ));

  it("counts what is new elsewhere, rings, and marks it read when it is looked at", () =>
    withTui(
      () => {},
      async ({ shows, face, press, until, written }) => {
        await shows("Write, /");
        face.says({ contact: 3, with: "carol", text: "psst" });
        await shows(/carol +1/);
        await shows("1 new");
        assert.match(written(), /\x07/);
        press("\x1ba");
        await shows("psst");
        await shows("── new ──");
        await until("marked", () => face.last("messages.markRead")?.contact === 3);
        await until("not new", () => face.calls.length > 0);
        await shows(/carol +│/);
      },
    ));

  it("marks nothing read while nobody looks at the terminal", () =>
    withTui(
      () => {},
      async ({ shows, face, press, until }) => {
        await shows("Write, /");
        press("\x1b[O");
        face.says({ text: "are you there?" });
        await shows("are you there?");
        assert.equal(face.last("messages.markRead"), undefined);
        press("\x1b[I");
        await until("marked", () => face.last("messages.markRead")?.contact === 2);
      },
    ));

  it("scrolls through a long history page by page, and never asks for all of it", () =>
    withTui(
      (face) => {
        face.messages = some(100_000);
      },
      async ({ shows, press, face, screen }) => {
        await shows("message 99999");
        for (let page = 0; page < 20; page++) press(KEY.pageUp);
        await shows("more below");
        press("\x1b[<64;40;5M");
        await shows("more below");
        const asked = face.calls.filter(({ method }) => method === "messages.history");
        assert.ok(asked.length > 1 && asked.length < 12, `${asked.length} pages`);
        assert.ok(asked.every(({ params }) => Number(params.limit) <= 200));
        assert.ok(!screen().join("\n").includes("message 99999"));
        press(KEY.end);
        await shows("message 99999");
      },
    ));

  it("stays where somebody reads while new messages come", () =>
    withTui(
      (face) => {
        face.messages = some(300);
      },
      async ({ shows, press, face, screen }) => {
        await shows("message 299");
        press(KEY.pageUp, KEY.pageUp);
        await shows("more below");
        const before = screen().slice(1, 20);
        face.says({ text: "the newest" });
        await shows("1 new");
        assert.deepEqual(
          screen()
            .slice(1, 20)
            .map((row) => row.slice(19)),
          before.map((row) => row.slice(19)),
        );
      },
    ));

  it("goes to any conversation by a few letters", () =>
    withTui(
      (face) => {
        face.contacts.push(contact(4, "Robert Example"));
      },
      async ({ shows, press }) => {
        await shows("Write, /");
        press(ctrl("k"), "rex");
        await shows(/› rex\n\n {2}• Robert Example/);
        press(KEY.enter);
        await shows(/│ Robert Example {3}not verified/);
        press(KEY.tab);
        await shows(/│ me {2}notes to yourself/);
        press("\x1b1");
        await shows(/│ bob {3}not verified/);
      },
    ));

  it("searches, and goes to what it found", () =>
    withTui(
      (face) => {
        face.messages = some(5_000);
      },
      async ({ shows, press }) => {
        await shows("message 4999");
        press(ctrl("f"), "message 1234");
        await shows(/bob: message 1234/);
        press(KEY.enter);
        await shows(/▌\d\d:\d\d bob {2}message 1234/);
        press(KEY.end);
        await shows("message 4999");
      },
    ));

  it("goes on from what it found page by page to the end, and holds a bounded part of it", () =>
    withTui(
      (face) => {
        face.messages = some(100_000);
      },
      async ({ shows, press, face, screen, until, loop }) => {
        await shows("message 99999");
        press(ctrl("f"), "message 98500");
        await shows(/bob: message 98500/);
        press(KEY.enter);
        // In the middle, with what was said before and after.
        await shows(/message 98495\n[\s\S]*▌\d\d:\d\d bob {2}message 98500\n[\s\S]*message 98505/);
        press(KEY.escape);
        const numbers = () =>
          [
            ...screen()
              .join("\n")
              .matchAll(/message (\d+)/g),
          ].map(([, number]) => Number(number));
        let last = 0;
        while (last < 99_999) {
          const before = Math.max(...numbers());
          press(KEY.pageDown);
          await until(`behind ${before}`, () => numbers().some((number) => number > before));
          const shown = numbers();
          // Without a gap: the next page begins where the last one ended, or before.
          assert.ok((shown[0] ?? 0) <= before + 1, `${shown[0]} behind ${before}`);
          assert.deepEqual(
            shown,
            shown.map((_, nth) => (shown[0] ?? 0) + nth),
          );
          last = Math.max(...shown);
          assert.ok((loop.state.talks.get(2)?.messages.length ?? 0) <= 1_000);
        }
        press(KEY.pageDown);
        await until("the end", () => !screen().join("\n").includes("more below"));
        face.says({ text: "and on" });
        await shows("and on");
        const asked = face.calls.filter(({ method }) => method === "messages.history");
        assert.ok(asked.length < 40, `${asked.length} pages`);
        press(KEY.pageUp, KEY.pageUp);
        await shows("more below");
      },
    ));

  it("believes what it is told of a relay more than an answer that is older", () => {
    const ready = Promise.withResolvers<void>();
    return withTui(
      (face) => {
        const relay = "asfaleia://relay.example.org:3308#SHA256:x";
        const call = face.call.bind(face);
        face.call = async (method: string, params: object) => {
          if (method !== "status.get") return call(method, params);
          face.emit({ type: "connection", relay, isUp: true });
          await ready.promise;
          return { relays: [{ relay, isUp: false, hasCard: true }] } as never;
        };
      },
      async ({ shows, until, loop }) => {
        await shows("● relay.example.org");
        ready.resolve();
        await until("answered", () => loop.state.status !== undefined);
        await shows("● relay.example.org");
        assert.deepEqual([...loop.state.relays.values()], [true]);
      },
    );
  });

  it("misses nothing that comes while the last page is on its way", () =>
    withTui(
      (face) => {
        face.messages = some(1_500);
      },
      async ({ shows, press, face, until, loop }) => {
        await shows("message 1499");
        const unread = () => loop.state.contacts?.find(({ id }) => id === 2)?.unread;
        const call = face.call.bind(face);
        let [isLate, isTold] = [false, false];
        face.call = async (method: string, params: object) => {
          const answer: readonly unknown[] = await call(method, params);
          if (!isLate && method === "messages.history" && "after" in params && answer.length === 0) {
            isLate = true;
            face.says({ text: "meanwhile" });
            await until("told of it", () => unread() === 1);
            isTold = true;
          }
          return answer as never;
        };
        press(ctrl("f"), "message 1390");
        await shows(/bob: message 1390/);
        press(KEY.enter);
        await shows(/▌\d\d:\d\d bob {2}message 1390/);
        press(KEY.escape);
        const talk = () => loop.state.talks.get(2);
        for (let pages = 0; !isTold || talk()?.anchor !== undefined; pages++) {
          assert.ok(pages < 50, "no end");
          press(KEY.pageDown);
          await until("loaded", () => talk()?.isLoading === false);
          await new Promise(setImmediate);
        }
        await shows("meanwhile");
      },
    ));

  it("goes to the end at once from a place in the past, and stays there until it is told to", () =>
    withTui(
      (face) => {
        face.messages = some(100_000);
      },
      async ({ shows, press, face }) => {
        await shows("message 99999");
        press(ctrl("f"), "message 1234", KEY.enter);
        await shows(/bob: message 1234/);
        press(KEY.enter);
        await shows(/▌\d\d:\d\d bob {2}message 1234/);
        face.says({ text: "the newest" });
        await shows("1 new");
        assert.equal(face.last("messages.markRead"), undefined);
        press(KEY.end);
        await shows("the newest");
      },
    ));

  it("keeps requests apart until they are accepted", () =>
    withTui(
      (face) => {
        face.contacts.push(contact(9, "request 9", { state: "request", identities: ["SHA256:stranger"] }));
        face.messages = [message(0, { contact: 9, with: "request 9", text: "do you know me?" })];
      },
      async ({ shows, press, screen, face, until }) => {
        await shows("1 request");
        assert.ok(!screen().join("\n").includes("do you know me?"));
        press("\x1br");
        await shows("Requests of strangers");
        press(KEY.enter);
        await shows(/SHA256:stranger[\s\S]*do you know me\?/);
        press("b");
        await until("blocked", () => face.last("contacts.block")?.contact === 9);
      },
    ));

  it("shows the safety number and marks it compared", () =>
    withTui(
      () => {},
      async ({ shows, press, face, until }) => {
        await shows("Write, /");
        press("/verify", KEY.enter);
        await shows("01234  56789  01234  56789");
        press("y");
        await until("verified", () => face.last("contacts.setVerified")?.verified === true);
      },
    ));

  it("completes commands, and says which were meant", () =>
    withTui(
      () => {},
      async ({ shows, press }) => {
        await shows("Write, /");
        press("/ti");
        await shows(/\/timer +\[TIME\|off\]/);
        press(KEY.tab);
        await shows(/› \/timer/);
        press("9x", KEY.enter);
        await shows("takes a time such as 30s");
        press("/tmier", KEY.enter);
        await shows("did you mean /timer?");
      },
    ));

  it("helps, and closes again", () =>
    withTui(
      () => {},
      async ({ shows, press, screen }) => {
        await shows("Write, /");
        press("?");
        await shows("Alt+1 … Alt+9");
        press(KEY.end);
        await shows("when somebody is awake");
        press(KEY.escape);
        await shows("Write, /");
        press("a?");
        await shows("› a?");
        assert.ok(!screen().join("\n").includes("Alt+1"));
      },
    ));

  it("fits every size, from tiny to huge, and says when there is no room", () =>
    withTui(
      (face) => {
        face.messages = some(60);
      },
      async ({ shows, resize, screen, press, until }) => {
        await shows("message 59");
        for (const [columns, rows] of [
          [200, 50],
          [67, 24],
          [30, 10],
          [80, 24],
          [21, 6],
          [120, 30],
        ] as const) {
          resize(columns, rows);
          await until(
            `${columns}x${rows}`,
            () => screen().length === rows && screen().join("").includes("message 59".slice(0, 7)),
          );
          await shows("›");
          press("x");
          await shows("› x");
          press("\x7f");
          await until("erased", () => !screen().join("\n").includes("› x"));
        }
        resize(10, 3);
        await shows("too small");
        resize(80, 24);
        await shows("message 59");
      },
    ));

  it("ends on the second Ctrl+C, and keeps the text of the first", () =>
    withTui(
      () => {},
      async ({ shows, press, loop }) => {
        await shows("Write, /");
        press("draft", ctrl("c"));
        await shows("Ctrl+C once more ends");
        press(ctrl("_").length === 1 ? "\x1f" : "");
        await shows("› draft");
        assert.equal(loop.state.isLeaving, false);
      },
    ));

  it("says with NO_COLOR what it says with colours", () =>
    withTui(
      (face) => {
        face.messages = some(3);
      },
      async ({ shows, written, press }) => {
        await shows("message 2");
        press("/x", KEY.enter);
        await shows("there is no command /x");
        assert.doesNotMatch(written(), /\x1b\[[\d;]*\b(3[0-9]|4[0-9]|9[0-9]|10[0-9])m/);
      },
      { hasColors: false },
    ));

  it("lets nothing of others reach the terminal but text", () =>
    withTui(
      (face) => {
        const evil = "\x1b]0;title\x07\x1b[2J\x1b[H\x9b31m\u202e\u200bX";
        face.contacts[1] = contact(2, `b${evil}ob`);
        face.messages = [
          message(0, { with: `b${evil}ob`, text: evil }),
          message(1, {
            kind: "file",
            text: evil,
            file: { id: "a".repeat(32), name: `${evil}.png`, type: evil, size: 1, state: "offered", done: 0 },
          }),
          message(2, { reactions: [{ by: "x", emoji: evil }] }),
        ];
      },
      async ({ shows, written, press }) => {
        await shows("message 2");
        press("/info", KEY.enter);
        await shows("verified      no");
        press(KEY.escape, ctrl("k"));
        await shows("Go to");
        const text = written();
        assert.ok(!text.includes("]0;title\x07"));
        assert.doesNotMatch(text, /\u202e|\u200b|\x9b/);
        // One clearing of the screen at the start, none by others.
        assert.ok(text.split("\x1b[2J").length <= 2 + 1);
      },
    ));

  const PICTURE = "c".repeat(32);
  const showsPicture = (
    face: MadeUpFace,
    state: "offered" | "complete" = "complete",
    over: { readonly isOwn?: boolean; readonly size?: number } = {},
  ) => {
    const bytes = grayPicture(64);
    face.files.set(PICTURE, bytes);
    const file = {
      id: PICTURE,
      name: "rings.png",
      type: "image/png",
      size: over.size ?? bytes.length,
      state,
      done: 0,
    } as const;
    face.messages = [...some(40), message(50, { kind: "file", text: "", file, isOwn: over.isOwn === true })];
  };

  it("shows pictures in blocks within the text", () =>
    withTui(showsPicture, async ({ shows, screen, press }) => {
      await shows(/rings\.png[\s\S]*▀▀▀▀▀▀▀▀/);
      press(KEY.pageUp, KEY.pageUp);
      await shows("more below");
      assert.ok(!screen().join("\n").includes("▀▀▀"));
    }));

  it("shows what the user has sent from the profile, and asks nobody for it", () =>
    withTui(
      (face) => showsPicture(face, "offered", { isOwn: true }),
      async ({ shows, face }) => {
        await shows(/rings\.png[\s\S]*▀▀▀▀▀▀▀▀[\s\S]*offered/);
        assert.equal(face.last("files.accept"), undefined);
      },
    ));

  it("leaves a sent picture that is too large, and one that is not kept, as a file with a name", async () => {
    await withTui(
      (face) => showsPicture(face, "offered", { isOwn: true, size: 16 * 1024 * 1024 + 1 }),
      async ({ shows, face }) => {
        await shows("rings.png");
        await shows("● relay");
        assert.equal(face.last("files.read"), undefined);
      },
    );
    await withTui(
      (face) => {
        showsPicture(face, "offered", { isOwn: true });
        face.files.clear();
      },
      async ({ shows, face, until, screen }) => {
        await until("asked for", () => face.last("files.read") !== undefined);
        await shows("● relay");
        assert.match(screen().join("\n"), /rings\.png/);
        assert.doesNotMatch(screen().join("\n"), /▀/);
      },
    );
  });

  it("says where a file was saved, and no longer that it can be", async () => {
    const downloads = mkdtempSync(join(tmpdir(), "saved-"));
    try {
      await withTui(
        (face) => {
          const bytes = new TextEncoder().encode("to be kept");
          face.files.set(PICTURE, bytes);
          const file = { id: PICTURE, name: "plan.txt", type: "text/plain", size: bytes.length } as const;
          face.messages = [
            message(1, { kind: "file", text: "", file: { ...file, state: "complete", done: 10 } }),
          ];
        },
        async ({ shows, press, screen }) => {
          await shows("here: /save keeps it");
          press("/save", KEY.enter);
          await shows(/── saved: /);
          press("x");
          await shows(/› x/);
          // The place of a folder for tests may take several rows.
          const rows = screen().map((row) => row.slice(19).trim());
          assert.ok(rows.join("").includes(`saved: ${join(downloads, "plan.txt")}`), rows.join("\n"));
          assert.doesNotMatch(rows.join("\n"), /here: /);
        },
        { downloads },
      );
      assert.equal(readFileSync(join(downloads, "plan.txt"), "utf8"), "to be kept");
    } finally {
      rmSync(downloads, { recursive: true });
    }
  });

  it("draws pixels where they belong, and the whole screen anew when they move", () =>
    withTui(
      showsPicture,
      async ({ written, until, press, shows }) => {
        await until("drawn", () =>
          /\x1b\[\d+;\d+H\x1b7[^P]*\x1bP[\d;]*q[\s\S]*\x1b8\x1b\[23;22H/.test(written()),
        );
        const clearings = () => written().split("\x1b[2J").length;
        const before = clearings();
        press(KEY.pageUp);
        await shows("more below");
        await until("cleared", () => clearings() > before);
      },
      { env: { ASFALEIA_PICTURES: "sixel" } },
    ));

  it("fetches what a contact offers when somebody says so: looking alone tells them nothing", () =>
    withTui(
      (face) => showsPicture(face, "offered"),
      async ({ shows, press, until, face }) => {
        await shows("/show shows it");
        await shows("● relay");
        assert.equal(face.last("files.accept"), undefined);
        press("/show", KEY.enter);
        await until("asked for", () => face.last("files.accept")?.file === PICTURE);
      },
    ));

  it("fetches it when it is on the screen where that was set, and nothing where pictures are off", async () => {
    await withTui(
      (face) => showsPicture(face, "offered"),
      async ({ until, face }) => {
        await until("asked for", () => face.last("files.accept")?.file === PICTURE);
      },
      { fetchesPictures: true },
    );
    await withTui(
      (face) => showsPicture(face, "offered"),
      async ({ shows, face }) => {
        await shows("rings.png");
        await shows("● relay");
        assert.equal(face.last("files.accept"), undefined);
      },
      { env: { ASFALEIA_PICTURES: "off" }, fetchesPictures: true },
    );
  });
});
