/** Methods that hand out all of a profile: page by page, since it may be large. */
import { publicKeyFromText } from "@asfaleia/identity";
import * as v from "valibot";
import { usage } from "../../exit.ts";
import { loadMessenger } from "../../profile/open.ts";
import { method } from "../method.ts";
import { list } from "../views.ts";

const Nothing = v.strictObject({});
/** Characters of a page, and at least one line. */
const PAGE_CHARACTERS = 262_144;

/** What each face is at. A face that is gone takes it with it. */
const pages = new WeakMap<object, Iterator<string>>();

export const exportMethods = {
  "export.begin": method({
    summary: 'Begins to hand out contacts and history in the clear (docs/profile.md, "Export and backup").',
    params: Nothing,
    result: Nothing,
    example: { params: {}, result: {} },
    run: async ({ opened }, _, { face }) => {
      const { exportLines } = await loadMessenger();
      pages.set(face, exportLines(opened.profile)[Symbol.iterator]());
      return {};
    },
  }),

  "export.next": method({
    summary: "The next lines of JSON; none when all were handed out.",
    params: Nothing,
    result: v.strictObject({ lines: list(v.string()) }),
    example: { params: {}, result: { lines: ['{"type":"asfaleia","version":1,"what":"export"}'] } },
    run: (_session, _params, { face }) => {
      const iterator = pages.get(face);
      if (iterator === undefined) throw usage("export.begin comes first");
      const lines: string[] = [];
      for (let characters = 0; characters < PAGE_CHARACTERS; ) {
        const { done, value } = iterator.next();
        if (done) break;
        lines.push(value);
        characters += value.length;
      }
      return { lines };
    },
  }),

  "backup.make": method({
    summary:
      "Contacts, history and settings as an age file in base64, sealed by a passphrase or to an SSH key.",
    params: v.strictObject({
      passphrase: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(1024))),
      key: v.exactOptional(v.pipe(v.string(), v.maxLength(16_384))),
    }),
    result: v.strictObject({ size: v.number() }),
    example: { params: { key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…" }, result: { size: 12_345 } },
    run: async ({ opened }, { passphrase, key }, { face }) => {
      if ((passphrase === undefined) === (key === undefined)) throw usage("say passphrase or key");
      const { writeBackup } = await loadMessenger();
      const bytes = await writeBackup(
        opened.profile,
        passphrase === undefined
          ? { kind: "ssh", publicKey: publicKeyFromText(key ?? "").key }
          : { kind: "passphrase", passphrase },
      );
      backups.set(face, bytes);
      return { size: bytes.length };
    },
  }),

  "backup.read": method({
    summary: "Bytes of the backup that this face has had made, from an offset on; none behind its end.",
    params: v.strictObject({ at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
    result: v.strictObject({ bytes: v.string() }),
    example: { params: { at: 0 }, result: { bytes: "YWdlLWVuY3J5cHRpb24ub3JnL3YxCg==" } },
    run: (_session, { at }, { face }) => {
      const bytes = backups.get(face);
      if (bytes === undefined) throw usage("backup.make comes first");
      if (at >= bytes.length) backups.delete(face);
      return { bytes: Buffer.from(bytes.subarray(at, at + BACKUP_PIECE_BYTES)).toString("base64") };
    },
  }),
};

const BACKUP_PIECE_BYTES = 192 * 1024;
const backups = new WeakMap<object, Uint8Array>();
