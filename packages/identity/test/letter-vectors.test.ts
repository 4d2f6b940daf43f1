/** docs/vectors/letter-*.json: what must open and how, and what must not. make-letter-vectors.ts made them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { toBase64 } from "../src/bytes.ts";
import { publicKeyLine } from "../src/keyline.ts";
import { LetterError, type OpenLetter, openLetter } from "../src/letter.ts";
import { formatLetterDate } from "../src/letter-fields.ts";
import { parsePrivateKey } from "../src/privatekey.ts";
import { fingerprint } from "../src/publickey.ts";

interface Vector {
  readonly about: string;
  /** Our private keys, as OpenSSH files. */
  readonly keys: string[];
  /** Base64 of the age file. */
  readonly envelope: string;
  /** What must come out; bytes as base64, the id as hex, `to` as a fingerprint, `from` as a .pub line. */
  readonly opens?: object;
  /** Or the LetterError's code. */
  readonly error?: string;
}

const FOLDER = new URL("../../../docs/vectors/", import.meta.url);
const names = readdirSync(FOLDER).filter((name) => /^letter-.*\.json$/.test(name));

/** What was opened, as vectors write it. */
function inWords(opened: OpenLetter): object {
  const common = { ...opened, to: fingerprint(opened.to), body: toBase64(opened.body) };
  if (opened.kind === "text") return common;
  const { id, date } = opened;
  const words = { ...common, id: Buffer.from(id).toString("hex"), date: formatLetterDate(date) };
  if (opened.origin === "anonymous") return words;
  const from = publicKeyLine(opened.from);
  if (opened.origin === "unproven" || opened.card === undefined) return { ...words, from };
  return { ...words, from, card: toBase64(opened.card) };
}

test("there are vectors", () => assert.ok(names.length >= 27));

for (const name of names) {
  const vector = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Vector;
  test(`${name}: ${vector.about}`, async () => {
    const keys = vector.keys.map((file) => parsePrivateKey(Buffer.from(file)));
    const outcome = await openLetter(Buffer.from(vector.envelope, "base64"), keys).then(
      (opened) => ({ opens: inWords(opened) }),
      (error) => {
        assert.ok(error instanceof LetterError);
        return { error: error.code };
      },
    );
    const { opens, error } = vector;
    assert.deepEqual(outcome, opens === undefined ? { error } : { opens });
  });
}
