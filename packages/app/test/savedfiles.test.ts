import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Face, MessageView } from "../src/face/face.ts";
import { Folder } from "../src/letters/folder.ts";
import { SavedFiles } from "../src/talk/savedfiles.ts";

const root = mkdtempSync(join(tmpdir(), "asfaleia-saved-"));
after(() => rmSync(root, { recursive: true }));

const CONTENT = Buffer.from("what is in it");
const ID = "f".repeat(32);

/** A profile that holds one message with a file, as every face of it sees it. */
class OneFile {
  state = "offered";
  readonly wanted = new Set<string>();

  get view(): MessageView {
    const file = {
      id: ID,
      name: "log.txt",
      type: "text/plain",
      size: CONTENT.length,
      state: this.state,
      done: 0,
    };
    return { id: ID, contact: 2, with: "bob", isOwn: false, kind: "file", file } as unknown as MessageView;
  }

  /** A face of its own. */
  readonly face = (): Face => ({ call: this.#call }) as unknown as Face;

  readonly #call = async (method: string, params: { id?: string; at?: number }): Promise<unknown> => {
    switch (method) {
      case "files.accept":
        this.wanted.add(ID);
        this.state = "accepted";
        return {};
      case "files.toSave":
        return this.wanted.has(ID) ? [this.view] : [];
      case "files.read":
        return { bytes: CONTENT.subarray(params.at).toString("base64") };
      case "files.saved":
        this.wanted.delete(params.id ?? "");
        return {};
      default:
        throw new Error(method);
    }
  };
}

async function into(name: string, face: Face): Promise<SavedFiles> {
  return new SavedFiles(face, await Folder.open(join(root, name)));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("a file that becomes whole is saved by the face that asked for it, and by no other", async () => {
  const profile = new OneFile();
  const asking = await into("asking", profile.face());
  const other = await into("other", profile.face());
  assert.equal(await asking.take(profile.view), undefined);
  profile.state = "complete";
  // Whoever hears of it first.
  assert.deepEqual(await all(other.completed(ID)), []);
  const [saved] = await all(asking.completed(ID));
  assert.equal(saved?.path, join(root, "asking", "log.txt"));
  assert.deepEqual(readFileSync(saved.path), CONTENT);
  assert.deepEqual(readdirSync(join(root, "other")), []);
});

test("a face that goes on with what was asked for before saves it when it is whole, and once", async () => {
  const profile = new OneFile();
  await (await into("before", profile.face())).take(profile.view);
  const later = await into("later", profile.face());
  assert.deepEqual(await all(later.resume()), []);
  profile.state = "complete";
  assert.equal((await all(later.completed(ID))).length, 1);
  assert.deepEqual(await all(later.completed(ID)), []);
  assert.deepEqual(readdirSync(join(root, "later")), ["log.txt"]);
});
