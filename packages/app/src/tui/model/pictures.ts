/** Pictures of the messages on the screen: which are to be fetched, and which to be drawn. */
import type { MessageView } from "@asfaleia/client/messenger";
import { screenful } from "../layout/conversation.ts";
import type { Picture } from "../layout/message.ts";
import { marginCells } from "../layout/message.ts";
import { sceneOf, screenOf } from "../layout/screen.ts";
import { contactOf, openTalk, type State } from "./state.ts";
import { call, type Effect, type Step, step } from "./step.ts";

/** Bytes of a picture that a contact offers, which is fetched without being asked for where the user has set so. */
export const MAX_FETCHED_BYTES = 2 * 1024 * 1024;
/** Bytes of all pictures that are fetched like that, until the chat ends: a contact is not to fill the disk. */
export const MAX_UNASKED_BYTES = 64 * 1024 * 1024;
/** Bytes of one that is here, and is drawn. */
const MAX_DRAWN_BYTES = 16 * 1024 * 1024;
const LEAST_COUNTED_BYTES = 16 * 1024;
/** A preview, no poster. */
const MAX_COLUMNS = 60;
const MAX_ROWS = 14;
/** Pictures that are held; those of other conversations go first. */
const MAX_PICTURES = 60;

const NOTHING: Picture = { rows: [], columns: 0, over: "" };

/** Asks for what the screen shows and is not there yet. */
export function picturesOnScreen(state: State): Step {
  const talk = openTalk(state);
  if (!state.hasPictures || talk === undefined) return step(state);
  if (!talk.messages.some(({ file }) => file !== undefined)) return step(state);
  const screen = screenOf(state);
  const scene = sceneOf(state, talk, screen);
  const shown = new Set(screenful(scene, talk.anchor).owners);
  const wanted: MessageView[] = [];
  const fetched = new Map(state.fetched);
  let bytes = [...fetched.values()].reduce((sum, size) => sum + size, 0);
  for (const message of talk.messages) {
    const { file } = message;
    if (file === undefined || !shown.has(message.id) || !isWanted(state, message)) continue;
    if (isToFetch(message)) {
      if (fetched.has(file.id) || bytes + file.size > MAX_UNASKED_BYTES) continue;
      // What is small counts too: the list of them is bounded with the bytes.
      const counted = Math.max(file.size, LEAST_COUNTED_BYTES);
      fetched.set(file.id, counted);
      bytes += counted;
    }
    wanted.push(message);
  }
  if (wanted.length === 0) return step(state);
  const columns = Math.min(MAX_COLUMNS, screen.mainWidth - marginCells(scene) - 4);
  const rows = Math.min(MAX_ROWS, Math.max(1, Math.floor(screen.height / 2)));
  const effects = wanted.map((message): Effect => {
    const { contact, file } = message;
    if (file !== undefined && isToFetch(message)) return call("files.accept", { contact, file: file.id });
    return { do: "show-picture", contact, file: file as NonNullable<typeof file>, columns, rows };
  });
  // Those that are only fetched are asked for again when they are whole.
  const begun = wanted.flatMap((message) =>
    message.file === undefined || isToFetch(message) ? [] : [[message.file.id, NOTHING] as const],
  );
  return step(
    { ...state, fetched, pictures: new Map([...state.pictures, ...begun].slice(-MAX_PICTURES)) },
    ...effects,
  );
}

/** Whether the file of a message calls itself a picture of a kind that may be shown. */
export function isPicture({ file, deleted }: MessageView): boolean {
  return file !== undefined && !deleted && /^image\/(png|jpeg|gif|webp)\b/.test(file.type);
}

function isWanted(state: State, message: MessageView): boolean {
  const { contact, file, isOwn } = message;
  if (file === undefined || !isPicture(message)) return false;
  if (state.pictures.has(file.id)) return false;
  if (file.state === "complete" || isSent(message)) return file.size <= MAX_DRAWN_BYTES;
  const isContact = contactOf(state, contact)?.state === "contact";
  const isOffered = !isOwn && file.state === "offered" && isContact;
  return state.fetchesPictures && isOffered && file.size <= MAX_FETCHED_BYTES;
}

/** What the user has sent is in the profile, until it is taken back: nobody is asked for it. */
function isSent({ isOwn, file }: MessageView): boolean {
  return isOwn && (file?.state === "offered" || file?.state === "accepted");
}

function isToFetch({ isOwn, file }: MessageView): boolean {
  return !isOwn && file?.state === "offered";
}

export function withPicture(state: State, file: string, picture: Picture): State {
  return { ...state, pictures: new Map(state.pictures).set(file, picture) };
}
