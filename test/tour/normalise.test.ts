import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { normalised, RULES } from "./normalise.ts";
import { difference } from "./snapshots.ts";
import { noon } from "./stage.ts";

const FINGERPRINT = `SHA256:${"aB3+/".repeat(8)}xyz`;

describe("what differs from walk to walk", () => {
  const samples: readonly (readonly [what: string, before: string, after: string])[] = [
    ["the time of day", " 14:02  me", " hh:mm  me"],
    ["a date", "2026-11-28", "yyyy-mm-dd"],
    [
      "the name of a day, in the line above it",
      "── Today, Wednesday 2 September 2026 ───",
      "── Today, day dd month yyyy ────────────",
    ],
    ["a fingerprint", FINGERPRINT, `SHA256:fingerprint${"_".repeat(32)}`],
    ["the port of the relay", "asfaleia://127.0.0.1:45301#", "asfaleia://127.0.0.1:_port#"],
    ["digits of a safety number", "  01234  56789  01234", "  digit  digit  digit"],
    ["a device", "52855127-c1f6-8462-b487-3687608bc231", `device${"_".repeat(30)}`],
    ["a picture of a key", "|     o+OO.B*o+oo |", "|    randomart    |"],
    ["the QR code of a safety number", `      ${"█▀ ▄".repeat(6)}█`, `      QR${"▒".repeat(23)}`],
  ];

  for (const [what, before, after] of samples) {
    it(`${what}: a name of the same width`, () => {
      assert.equal(normalised([before]), after);
      assert.equal([...after].length, [...before].length);
    });
  }

  it("a spoken code: words have no one width, and end their row", () => {
    assert.equal(normalised(["› /join 95788-crossover-rebirth"]), "› /join nnnnn-first-second");
    const inside = "95788-crossover-rebirth is not the end";
    assert.equal(normalised([inside]), inside);
  });

  it("every rule has a sample", () => {
    const known = new Set([...samples.map(([what]) => what), "a spoken code"]);
    assert.deepEqual(
      RULES.map(({ what }) => what).filter((what) => !known.has(what)),
      [],
    );
  });

  it("a fingerprint that is wrapped stays wrapped where it was", () => {
    const rows = [`  ${FINGERPRINT.slice(0, 20)}`, `    ${FINGERPRINT.slice(20)}`];
    const [first = "", second = ""] = normalised(rows).split("\n");
    assert.equal(first, "  SHA256:fingerprint__");
    assert.equal(second, `    ${"_".repeat(30)}`);
  });

  it("nothing else: other texts stay as they are", () => {
    for (const text of ["29 B", "1.2 MB", "51 %", "gone in 7 days", "127.0.0.1", "12:345", "a|b|c", "▀▀▀▀▀▀"])
      assert.equal(normalised([text]), text);
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z ,.!?]{0,80}$/), { maxLength: 24 }), (rows) => {
        assert.equal(normalised(rows), rows.join("\n"));
      }),
    );
  });

  it("normalising twice changes nothing more", () => {
    const all = normalised(samples.map(([, before]) => before));
    assert.equal(normalised(all.split("\n")), all);
  });
});

describe("the walk's surroundings", () => {
  it("tells rows that differ, those that are missing too", () => {
    assert.equal(difference("a\nb", "a\nb"), "");
    assert.equal(difference("a\nb", "a\nc\nd"), "row 2\n- b\n+ c\nrow 3\n- (none)\n+ d");
  });

  it("it is about noon whenever it is walked", () => {
    for (let hour = 0; hour < 24; hour++) {
      const now = new Date(Date.UTC(2026, 10, 28, hour, 59));
      const local = new Intl.DateTimeFormat("en-GB", {
        timeZone: noon(now),
        hour: "2-digit",
        hourCycle: "h23",
      });
      assert.equal(local.format(now), "12");
    }
  });
});
