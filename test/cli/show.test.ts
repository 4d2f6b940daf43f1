/** `asfaleia show`: somebody else's picture, from their machine to the bytes that a terminal is given. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { crc32 } from "node:zlib";
import { encodePng, gradient } from "../../packages/app/test/picture/kit.ts";
import { missing } from "../../packages/identity/test/oracle.ts";
import { assertHarmless, CRLF, PICTURES } from "../kit/harmless.ts";
import { People, type Person } from "./addingkit.ts";
import { Place } from "./kit.ts";

const options = { skip: missing("script") };
let house: Place;
let people: People;
let alice: Person;
let bob: Person;

before(async () => {
  house = new Place();
  const { address } = await house.relay();
  people = new People(() => address);
  [alice, bob] = (await people.named("Alice", "Bob")) as [Person, Person];
  await alice.ok(["add", "-", "--as", "bob"], { input: await bob.card() });
  await bob.ok(["add", "-", "--as", "alice"], { input: await alice.card() });
});
after(async () => {
  await people?.[Symbol.asyncDispose]();
  await house?.[Symbol.asyncDispose]();
});

/** Bob sends a file. @returns the id of the message, once Alice has heard of it */
async function sent(name: string, bytes: Uint8Array): Promise<string> {
  bob.write("sent", bytes);
  await bob.ok(["send", "alice", "--file", "sent", "--name", name, "--wait", "at-relay"]);
  const { id } = await alice.hears();
  return String(id);
}

/** At a pseudo-terminal; fails where anything but text, styles and pictures of ours reaches it. */
async function shown(
  person: Person,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; raw: string; text: string }> {
  const { code, stdout } = await person.atTerminal(["show", ...args], { env }).ended;
  return { code, raw: stdout, text: assertHarmless(stdout, CRLF, ...PICTURES) };
}

test(
  "a picture is drawn as the terminal can, and nothing of its file or its name gets through",
  options,
  async () => {
    const png = Buffer.from(encodePng(gradient(64, 48)));
    // A chunk of text (PNG, section 11.3.3.2) before the end of the file.
    const chunk = Buffer.from("tEXtComment\0\x1b]0;title\x07\x1b[2J", "latin1");
    const evil = Buffer.concat([png.subarray(0, 33), pngChunk(chunk), png.subarray(33)]);
    const id = await sent("\x1b[2Jcat\u202egnp.png", evil);
    const drawings: Record<string, RegExp> = {
      kitty: /\x1b_Ga=T,q=2,i=\d+,f=32,o=z,/,
      iterm2: /\x1b\]1337;File=inline=1;size=\d+;/,
      sixel: /\x1bP0;1;0q"1;1;\d+;\d+#/,
      blocks: /\x1b\[[\d;]+m[▀▄█ ]/,
    };
    for (const [way, drawing] of Object.entries(drawings)) {
      const { code, raw, text } = await shown(alice, [id.slice(0, 8)], {
        ASFALEIA_PICTURES: way,
        COLORTERM: "truecolor",
      });
      assert.equal(code, 0, text);
      assert.match(raw, drawing);
      assert.doesNotMatch(raw, /title|Comment/);
      assert.match(text, /^bob {2}[0-9a-f]{8} /);
      for (const other of Object.keys(drawings).filter((each) => each !== way && each !== "blocks"))
        assert.doesNotMatch(raw, drawings[other]!);
    }
    // One's own is here already.
    const [own] = (await bob.json(["history", "alice"])).filter(({ kind }) => kind === "file");
    assert.equal((await shown(bob, [String(own?.id)])).code, 0);
  },
);

test(
  "why there is no picture: no terminal, turned off, no file, no picture, a damaged one, too large",
  options,
  async () => {
    const id = await sent("notes.png", Buffer.from("\x1b[31mno picture at all"));
    await alice.fails(2, /a picture is shown at a terminal; asfaleia save MSGID writes the file/, [
      "show",
      id,
    ]);
    const off = await shown(alice, [id], { ASFALEIA_PICTURES: "off" });
    assert.deepEqual([off.code, /pictures are turned off here/.test(off.text)], [2, true]);
    const odd = await shown(alice, [id], { ASFALEIA_PICTURES: "paper" });
    assert.match(odd.text, /ASFALEIA_PICTURES is one of kitty, iterm2, sixel, blocks, off/);
    const none = await shown(alice, [id]);
    assert.deepEqual([none.code, /this kind of picture is not shown here/.test(none.text)], [1, true]);
    const cut = await sent("cut.png", encodePng(gradient(64, 48)).subarray(0, 200));
    const damaged = await shown(alice, [cut]);
    assert.deepEqual([damaged.code, /the picture is damaged/.test(damaged.text)], [1, true]);
    await bob.says("alice", "only text");
    const text = await shown(alice, [String((await alice.hears()).id)]);
    assert.deepEqual([text.code, /this message brings no picture/.test(text.text)], [2, true]);

    // It is not asked for, nor is one waited for longer than was said.
    const large = await sent("large.png", new Uint8Array(16 * 1024 * 1024 + 1));
    const refused = await shown(alice, [large]);
    assert.deepEqual([refused.code, /too large to be shown here/.test(refused.text)], [1, true]);
    const late = await sent("late.png", encodePng(gradient(64, 48)));
    await bob.ok(["agent", "stop"]);
    const waited = await shown(alice, [late, "--timeout", "1"]);
    assert.deepEqual([waited.code, /asfaleia show goes on where it is now/.test(waited.text)], [14, true]);
    await bob.ok(["status"]);
    assert.equal((await shown(alice, [late])).code, 0);
  },
);

/** @param typeAndData what stands between length and checksum */
function pngChunk(typeAndData: Buffer): Buffer {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(typeAndData.length - 4);
  sum.writeUInt32BE(crc32(typeAndData));
  return Buffer.concat([length, typeAndData, sum]);
}
