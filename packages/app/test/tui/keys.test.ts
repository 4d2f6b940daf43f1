import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { KeyDecoder } from "../../src/tui/keys/decoder.ts";
import { chordOf, type Input } from "../../src/tui/keys/input.ts";
import { MAX_PASTE_BYTES } from "../../src/tui/keys/paste.ts";
import { isKnown } from "../../src/tui/model/input.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function decode(text: string | Uint8Array): Input[] {
  const decoder = new KeyDecoder();
  return [...decoder.feed(typeof text === "string" ? bytes(text) : text), ...decoder.flush()];
}

function chords(text: string): string[] {
  return named(decode(text));
}

function named(inputs: readonly Input[]): string[] {
  return inputs.map((input) =>
    input.type === "key" ? chordOf(input) : input.type === "text" ? `"${input.text}"` : input.type,
  );
}

/** What the chat takes bytes for that come in several reads; `null` is a time in which nothing comes. */
function inReads(...reads: readonly (string | null)[]): string[] {
  const decoder = new KeyDecoder(isKnown);
  const inputs = reads.flatMap((read) => (read === null ? decoder.flush() : decoder.feed(bytes(read))));
  // Whatever is still waited for has come by then.
  return named(joined([...inputs, ...decoder.flush(), ...decoder.flush()]));
}

/** Texts that came in several pieces, as one. */
function joined(inputs: readonly Input[]): Input[] {
  const out: Input[] = [];
  for (const input of inputs) {
    const last = out.at(-1);
    if (input.type === "text" && last?.type === "text") {
      out[out.length - 1] = { type: "text", text: last.text + input.text };
    } else out.push(input);
  }
  return out;
}

describe("keys", () => {
  const KNOWN: readonly (readonly [string, string])[] = [
    ["\r", "enter"],
    ["\n", "ctrl+j"],
    ["\t", "tab"],
    ["\x1b[Z", "shift+tab"],
    ["\x7f", "backspace"],
    ["\x03", "ctrl+c"],
    ["\x1f", "ctrl+_"],
    ["\0", "ctrl+space"],
    ["\x1b", "escape"],
    ["\x1b\r", "alt+enter"],
    ["\x1b1", "alt+1"],
    ["\x1bb", "alt+b"],
    ["\x1b_", "alt+_"],
    ["\x1bé", "alt+é"],
    ["\x1b\x7f", "alt+backspace"],
    ["\x1b[A", "up"],
    ["\x1bOA", "up"],
    ["\x1b\x1b[A", "alt+up"],
    ["\x1b[1;3A", "alt+up"],
    ["\x1b[1;5B", "ctrl+down"],
    ["\x1b[H", "home"],
    ["\x1b[4~", "end"],
    ["\x1b[5~", "pageup"],
    ["\x1b[6;5~", "ctrl+pagedown"],
    ["\x1b[3~", "delete"],
    ["\x1bOP", "f1"],
    ["\x1b[11~", "f1"],
    ["\x1b[[A", "f1"],
    ["\x1b[13;2u", "shift+enter"],
    ["\x1b[27;2;13~", "shift+enter"],
    ["\x1b[107;5u", "ctrl+k"],
    ["\x1b[75;6u", "ctrl+shift+k"],
    ["\x1b[27u", "escape"],
    ["\x1b[98;3u", "alt+b"],
    ["\x1b[97;2u", '"A"'],
    ["\x1b[97;1:3u", ""],
    ["\x1b[57441;2u", ""],
    ["\x1b[I", "focus"],
    ["\x1b[", "alt+["],
    ["\x1bO", "alt+O"],
  ];
  for (const [sent, chord] of KNOWN) {
    it(`takes ${JSON.stringify(sent)} for ${chord === "" ? "nothing" : chord}`, () => {
      assert.deepEqual(chords(sent), chord === "" ? [] : [chord]);
    });
  }

  describe("with an Esc before them", () => {
    it("are keys of their own where they come in another read", () => {
      assert.deepEqual(inReads("\x1b", "/"), ["escape", '"/"']);
      assert.deepEqual(inReads("\x1b", "b"), ["escape", '"b"']);
      assert.deepEqual(inReads("\x1b", "\r"), ["escape", "enter"]);
      assert.deepEqual(inReads("\x1b", "é"), ["escape", '"é"']);
      assert.deepEqual(inReads("\x1b", "\x1b"), ["escape", "escape"]);
      assert.deepEqual(inReads("\x1b", "\x1bb"), ["escape", "alt+b"]);
      assert.deepEqual(inReads("\x1b", "\x1b[A"), ["escape", "up"]);
      assert.deepEqual(inReads("\x1b", "Oh"), ["escape", '"Oh"']);
      assert.deepEqual(inReads("\x1b", "[", null, "x"), ["escape", '"[x"']);
      assert.deepEqual(inReads("\x1b", "[x", "y"), ["escape", '"[xy"']);
    });

    it("are Alt with them in one read where that means something, and else two keys", () => {
      assert.deepEqual(inReads("\x1bb"), ["alt+b"]);
      assert.deepEqual(inReads("\x1b3\x1ba\x1b\r\x1b_\x1b_"), [
        "alt+3",
        "alt+a",
        "alt+enter",
        "alt+_",
        "alt+_",
      ]);
      assert.deepEqual(inReads("\x1b\x1b[A"), ["alt+up"]);
      assert.deepEqual(inReads("\x1b/"), ["escape", '"/"']);
      assert.deepEqual(inReads("\x1b/open bob\r"), ["escape", '"/open bob"', "enter"]);
      assert.deepEqual(inReads("\x1bé\x1b\t\x1b\x1b"), [
        "escape",
        '"é"',
        "escape",
        "tab",
        "escape",
        "escape",
      ]);
      assert.deepEqual(inReads("\x1bO", "h"), ["escape", '"Oh"']);
      assert.deepEqual(inReads("\x1b["), ["escape", '"["']);
      // kitty's protocol leaves no doubt.
      assert.deepEqual(inReads("\x1b[47;3u"), ["alt+/"]);
    });

    it("are waited for as long as anything may follow, and no longer", () => {
      const decoder = new KeyDecoder();
      const patienceOf = (read: string) => {
        decoder.feed(bytes(read));
        return decoder.patienceMs;
      };
      assert.ok((patienceOf("\x1b") ?? 0) <= 50);
      assert.ok((patienceOf("[") ?? 0) <= 50);
      assert.equal(patienceOf("1"), undefined);
      assert.equal(patienceOf("A"), undefined);
      assert.ok((patienceOf("\x1b[") ?? 0) > 500);
      assert.ok((patienceOf("A\x1b_") ?? 0) <= 50);
    });
  });

  describe("over a slow link", () => {
    for (const [sent, chord] of [
      ["\x1b[A", "up"],
      ["\x1b[1;5B", "ctrl+down"],
      ["\x1b[13;2u", "shift+enter"],
      ["\x1b[<64;10;5M", "mouse"],
      ["\x1bOP", "f1"],
    ] as const) {
      it(`are ${chord} however ${JSON.stringify(sent)} is cut in two, and leave no tail`, () => {
        for (let at = 1; at < sent.length; at++) {
          const [head, tail] = [sent.slice(0, at), sent.slice(at)];
          assert.deepEqual(inReads(head, tail, "x"), [chord, '"x"']);
          // The rest comes when Esc alone has been given up waiting for.
          const late = at === 1 ? ["escape", chord, '"x"'] : [chord, '"x"'];
          if (at !== 2) assert.deepEqual(inReads(head, null, tail, "x"), late);
        }
      });
    }

    it("are text behind an Esc where it is text that comes late", () => {
      assert.deepEqual(inReads("\x1b", null, "[ok] OA"), ["escape", '"[ok] OA"']);
      assert.deepEqual(inReads("\x1b", null, "Oh"), ["escape", '"Oh"']);
      assert.deepEqual(inReads("\x1b", null, "OH no [A"), ["escape", '"OH no [A"']);
      assert.deepEqual(inReads("\x1b", null, "[A] is it"), ["escape", '"[A] is it"']);
      assert.deepEqual(inReads("\x1b", null, "[A\x1b[A"), ["escape", "up", "up"]);
      assert.deepEqual(inReads("\x1b", null, null, "[A"), ["escape", '"[A"']);
    });
  });

  it("reads the wheel and clicks, and nothing that is off every screen", () => {
    assert.deepEqual(decode("\x1b[<64;10;5M"), [{ type: "mouse", what: "wheel-up", column: 9, row: 4 }]);
    assert.deepEqual(decode("\x1b[<0;1;1m"), [{ type: "mouse", what: "release", column: 0, row: 0 }]);
    assert.deepEqual(decode("\x1b[<0;0;1M\x1b[<0;99999;1M\x1b[<0;1M"), []);
  });

  it("swallows unknown sequences whole", () => {
    assert.deepEqual(chords("a\x1b[?1;2;3;4h\x1b]0;title\x07\x1bPq#0\x1b\\\x1b_Gi=1\x1b\\\x1b[12;40Rb"), [
      '"ab"',
    ]);
    assert.deepEqual(chords(`\x1b[${"1".repeat(100_000)}A!`), ['"!"']);
  });

  it("hands on what terminals answer", () => {
    assert.deepEqual(decode("\x1b[?62;4c\x1b[6;16;8t"), [
      { type: "report", text: "?62;4c" },
      { type: "report", text: "6;16;8t" },
    ]);
  });

  it("takes a paste as one, without what could act", () => {
    assert.deepEqual(decode("\x1b[200~one\rtwo\r\n\tthree\x1b]0;x\x07\x1b[201~!"), [
      { type: "paste", text: "one\ntwo\n\tthree]0;x", isCut: false },
      { type: "text", text: "!" },
    ]);
  });

  it("takes an end of a paste that something in it has written for a part of it", () => {
    const evil = "one\x1b[201~/block bob\rtwo\x1b[200~three\x1b[201~\r";
    assert.deepEqual(decode(`\x1b[200~${evil}\x1b[201~`), [
      { type: "paste", text: "one/block bob\ntwothree\n", isCut: false },
    ]);
    // However it is cut, as long as nothing waits between.
    const decoder = new KeyDecoder();
    const inputs = [...bytes(`\x1b[200~${evil}\x1b[201~`)].flatMap((byte) =>
      decoder.feed(Uint8Array.of(byte)),
    );
    assert.deepEqual(inputs, []);
    assert.ok((decoder.patienceMs ?? 0) <= 50);
    assert.deepEqual(decoder.flush(), [{ type: "paste", text: "one/block bob\ntwothree\n", isCut: false }]);
    assert.equal(decoder.patienceMs, undefined);
  });

  it("bounds a paste, and ends one that does not end", () => {
    const decoder = new KeyDecoder();
    const inputs = decoder.feed(bytes(`\x1b[200~${"x".repeat(MAX_PASTE_BYTES + 5)}`));
    assert.deepEqual(inputs, []);
    assert.ok((decoder.patienceMs ?? 0) > 1000);
    const [paste] = decoder.flush();
    assert.ok(paste?.type === "paste" && paste.isCut && paste.text.length === MAX_PASTE_BYTES);
    assert.deepEqual(decoder.feed(bytes("y")), [{ type: "text", text: "y" }]);
  });

  it("reads the same however the bytes are cut", () => {
    const pieces = fc.constantFrom(
      // An ESC that is cut from its key is Esc.
      ...KNOWN.map(([sent]) => sent).filter((sent) => !/^\x1b(?:.|\x1b.*)?$/su.test(sent)),
      "ä",
      "日本",
      "👍",
      "x",
      "\x1b[200~a\x1b[20\n\x1b[201~",
      "\x1b[<65;3;4M",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.array(fc.nat(40)), (sent, cuts) => {
        const whole = bytes(sent.join(""));
        const decoder = new KeyDecoder();
        const inputs: Input[] = [];
        let at = 0;
        for (const cut of cuts) {
          inputs.push(...decoder.feed(whole.subarray(at, at + cut)));
          at += cut;
        }
        inputs.push(...decoder.feed(whole.subarray(at)), ...decoder.flush());
        assert.deepEqual(joined(inputs), joined(decode(whole)));
      }),
    );
  });

  it("holds against any bytes: no error, no control character, and the next key is read", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const decoder = new KeyDecoder();
        const inputs = [...decoder.feed(noise), ...decoder.flush()];
        for (const input of inputs) {
          if (input.type === "text" || input.type === "paste") {
            assert.doesNotMatch(input.text, /(?![\t\n])\p{Cc}/u);
          }
        }
        assert.deepEqual(
          decoder.feed(bytes("\x1b[A")).map((input) => input.type === "key" && input.name),
          ["up"],
        );
      }),
    );
  });
});
