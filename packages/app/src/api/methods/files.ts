/** Methods about files: handed over and fetched piece by piece. */
import * as v from "valibot";
import { FilesToSave } from "../../profile/filestosave.ts";
import { FILE_ID, MESSAGE_ID, SAID } from "../examples.ts";
import { method } from "../method.ts";
import { MAX_FILE_BYTES, MAX_PIECE_BYTES } from "../uploads.ts";
import { ContactId, Count, FileId, list, Message, MessageId } from "../views.ts";

const Nothing = v.strictObject({});
/** base64 of a piece. */
const Piece = v.pipe(v.string(), v.maxLength(Math.ceil(MAX_PIECE_BYTES / 3) * 4), v.base64());
const UploadId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const ofFile = { contact: ContactId, file: FileId };
const OF = { contact: 2, file: FILE_ID };

export const fileMethods = {
  "files.begin": method({
    summary: "Announces a file that is to be sent: what it is called, its media type, its bytes.",
    params: v.strictObject({
      contact: ContactId,
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(1024)),
      type: v.pipe(v.string(), v.maxLength(256)),
      size: v.pipe(Count, v.maxValue(MAX_FILE_BYTES)),
    }),
    result: v.strictObject({ upload: UploadId }),
    example: {
      params: { contact: 2, name: "cat.png", type: "image/png", size: 70_000 },
      result: { upload: 1 },
    },
    run: ({ uploads }, of, { face }) => ({ upload: uploads.begin(face, of) }),
  }),

  "files.put": method({
    summary: `Hands over the next piece of it, up to ${MAX_PIECE_BYTES} bytes in base64.`,
    params: v.strictObject({ upload: UploadId, bytes: Piece }),
    result: Nothing,
    example: { params: { upload: 1, bytes: "iVBORw0KGgo=" }, result: {} },
    run: ({ uploads }, { upload, bytes }, { face }) => {
      uploads.put(face, upload, Buffer.from(bytes, "base64"));
      return {};
    },
  }),

  "files.send": method({
    summary: "Sends the file, once all of it was handed over.",
    params: v.strictObject({ upload: UploadId }),
    result: Message,
    example: {
      params: { upload: 1 },
      result: {
        ...SAID,
        kind: "file",
        text: "",
        file: { id: FILE_ID, name: "cat.png", type: "image/png", size: 70_000, state: "offered", done: 0 },
      },
    },
    run: async (session, { upload }, { face }) => {
      const { contact, ...file } = session.uploads.take(face, upload);
      const view = await session.opened.messenger.sendFile(contact, file);
      return session.said(view);
    },
  }),

  "files.discard": method({
    summary: "Forgets a file that is being handed over: it is not to be sent after all.",
    params: v.strictObject({ upload: UploadId }),
    result: Nothing,
    example: { params: { upload: 1 }, result: {} },
    run: ({ uploads }, { upload }, { face }) => {
      uploads.discard(face, upload);
      return {};
    },
  }),

  "files.accept": method({
    summary: "Asks for the file of a message. With `save` it stays among those that `files.toSave` lists.",
    params: v.strictObject({ ...ofFile, save: v.exactOptional(v.boolean()) }),
    result: Nothing,
    example: { params: OF, result: {} },
    run: async ({ opened }, { contact, file, save }) => {
      const transfer = opened.profile.files.get(contact, Buffer.from(file, "hex"));
      if (save && transfer !== undefined)
        new FilesToSave(opened.profile).add(Buffer.from(transfer.message).toString("hex"));
      if (transfer?.state !== "accepted") await opened.messenger.acceptFile(contact, file);
      return {};
    },
  }),

  "files.cancel": method({
    summary: "Wants no more of a file, or sends no more of it.",
    params: v.strictObject(ofFile),
    result: Nothing,
    example: { params: OF, result: {} },
    run: async ({ opened }, { contact, file }) => {
      await opened.messenger.cancelFile(contact, file);
      return {};
    },
  }),

  "files.read": method({
    summary: `Up to ${MAX_PIECE_BYTES} bytes of a file that is whole, from an offset on; none behind its end.`,
    params: v.strictObject({ ...ofFile, at: Count }),
    result: v.strictObject({ bytes: Piece }),
    example: { params: { ...OF, at: 0 }, result: { bytes: "iVBORw0KGgo=" } },
    run: ({ opened }, { contact, file, at }) => {
      const bytes = opened.messenger.fileChunk(contact, file, at, MAX_PIECE_BYTES);
      return { bytes: Buffer.from(bytes).toString("base64") };
    },
  }),

  "files.toSave": method({
    summary: "Messages whose files a face has taken up to save them, and nobody has saved so far.",
    params: Nothing,
    result: list(Message),
    example: { params: {}, result: [] },
    run: ({ opened }) => new FilesToSave(opened.profile).messages(opened.messenger),
  }),

  "files.saved": method({
    summary: "The file of a message is where the user wants it, or is not wanted any more.",
    params: v.strictObject({ id: MessageId }),
    result: Nothing,
    example: { params: { id: MESSAGE_ID }, result: {} },
    run: ({ opened }, { id }) => {
      new FilesToSave(opened.profile).remove(id);
      return {};
    },
  }),
};
