/** Commands about messages. Where one is chosen they mean it, otherwise the last one that fits. */
import type { MessageView } from "@asfaleia/client/messenger";
import { durationMs, durationText } from "../../duration.ts";
import { aim, say } from "../model/composing.ts";
import { deliveryInfo } from "../model/infos.ts";
import { isPicture } from "../model/pictures.ts";
import { contactOf, openTalk, type State, type Talk } from "../model/state.ts";
import { call, remark, type Step, step } from "../model/step.ts";
import { chosenOrLast } from "../model/talks.ts";
import type { Candidate, Command } from "./command.ts";

const EMOJI: readonly (readonly [string, string])[] = [
  ["👍", "thumbs up, +1"],
  ["❤", "heart"],
  ["😂", "tears of joy"],
  ["🎉", "party"],
  ["😮", "surprised"],
  ["😢", "sad"],
  ["🙏", "thanks"],
  ["👀", "looking"],
  ["✅", "done"],
  ["👎", "thumbs down, -1"],
];

const DURATIONS: readonly Candidate[] = [
  { text: "off", detail: "" },
  { text: "5m", detail: "five minutes" },
  { text: "1h", detail: "an hour" },
  { text: "1d", detail: "a day" },
  { text: "1w", detail: "a week" },
  { text: "4w", detail: "four weeks" },
];

/** Runs with the open conversation, or says that there is none. */
export function inTalk(state: State, run: (talk: Talk) => Step): Step {
  const talk = openTalk(state);
  return talk === undefined ? step(remark(state, "no conversation is open", true)) : run(talk);
}

/** Runs with the message that is meant, or says that there is none. */
export function withMeant(
  state: State,
  isFit: (message: MessageView) => boolean,
  none: string,
  run: (message: MessageView, talk: Talk) => Step,
): Step {
  return inTalk(state, (talk) => {
    const message = chosenOrLast(talk, isFit);
    return message === undefined ? step(remark(state, none, true)) : run(message, talk);
  });
}

export const isSaid = ({ kind, deleted }: MessageView): boolean => kind !== "notice" && !deleted;
export const isTheirs = (message: MessageView): boolean => isSaid(message) && !message.isOwn;
export const isMine = (message: MessageView): boolean => isSaid(message) && message.isOwn;
const isEditable = (message: MessageView): boolean => isMine(message) && message.file === undefined;
const isShowable = (message: MessageView): boolean =>
  isTheirs(message) && isPicture(message) && message.file?.state === "offered";
const hasFile = (message: MessageView): boolean => isSaid(message) && message.file !== undefined;

export function reply(state: State, text: string): Step {
  const talk = openTalk(state);
  // The last one of theirs is meant, unless one is chosen, which may be an own one.
  const isFit = talk?.chosen === undefined ? isTheirs : isSaid;
  return withMeant(state, isFit, "there is no message to answer", (message, { contact }) => {
    const aimed = aim(state, { kind: "reply", message });
    const target = aimed.talks.get(contact);
    return text === "" || target === undefined ? step(aimed) : say(aimed, target, text);
  });
}

export function react(state: State, emoji: string): Step {
  const talk = openTalk(state);
  const isFit = talk?.chosen === undefined ? isTheirs : isSaid;
  const taken = emoji === "+1" ? "👍" : emoji === "-1" ? "👎" : emoji === "off" ? "" : emoji;
  return withMeant(state, isFit, "there is no message to react to", ({ id }, { contact }) =>
    step(state, call("messages.react", { contact, id, emoji: taken })),
  );
}

export function edit(state: State, text: string): Step {
  return withMeant(state, isEditable, "there is no message of yours to edit", (message, { contact }) =>
    text === ""
      ? step(aim(state, { kind: "edit", message }))
      : step(state, call("messages.edit", { contact, id: message.id, text })),
  );
}

export function remove(state: State): Step {
  return withMeant(state, isMine, "there is no message of yours to delete", ({ id }, { contact }) =>
    step({
      ...state,
      overlay: {
        kind: "confirm",
        title: "Delete",
        text: "Delete this message here and for everybody who has it?",
        yes: (now) => step(now, call("messages.delete", { contact, id })),
      },
    }),
  );
}

export function save(state: State, path: string): Step {
  return withMeant(state, hasFile, "there is no file here", ({ id, file }, { contact }) =>
    file === undefined
      ? step(state)
      : step(remark(state, "fetching it"), {
          do: "save-file",
          contact,
          message: id,
          file,
          path: path === "" ? undefined : path,
        }),
  );
}

/** Fetches a picture, to be looked at; it is drawn when it is here. */
export function show(state: State): Step {
  return withMeant(
    state,
    isShowable,
    "there is no picture here that is not shown",
    ({ file }, { contact }) =>
      file === undefined ? step(state) : step(state, call("files.accept", { contact, file: file.id })),
  );
}

export function sendFile(state: State, path: string): Step {
  return inTalk(state, ({ contact }) =>
    path === ""
      ? step(remark(state, "say which: /file PATH", true))
      : step(remark(state, "reading it"), { do: "send-file", contact, path }),
  );
}

function timer(state: State, text: string): Step {
  return inTalk(state, ({ contact }) => {
    if (text === "") {
      const ms = contactOf(state, contact)?.timerMs ?? 0;
      return step(remark(state, ms === 0 ? "messages stay" : `messages disappear after ${durationText(ms)}`));
    }
    return withDuration(state, "/timer", text, (ms) =>
      step(
        remark(state, ms === 0 ? "new messages stay" : `new messages disappear after ${text}, on both sides`),
        call("contacts.setTimer", { contact, ms }),
      ),
    );
  });
}

function keep(state: State, text: string): Step {
  return inTalk(state, ({ contact }) => {
    if (text === "" || text === "forever") {
      return step(
        remark(state, "messages are kept here for ever"),
        call("contacts.setRetention", { contact, ms: null }),
      );
    }
    return withDuration(state, "/keep", text, (ms) =>
      step(
        remark(state, ms === 0 ? "messages are not kept here" : `messages are kept here for ${text}`),
        call("contacts.setRetention", { contact, ms }),
      ),
    );
  });
}

function withDuration(state: State, what: string, text: string, run: (ms: number) => Step): Step {
  if (text === "off") return run(0);
  try {
    return run(durationMs(what, text));
  } catch (error) {
    return step(remark(state, error instanceof Error ? error.message : "", true));
  }
}

/** Shows how far the chosen message, or the last own one, is with each device. */
export function deliveries(state: State): Step {
  return withMeant(state, isMine, "there is no message of yours", (message) =>
    step(state, deliveryInfo(message)),
  );
}

export const TALK_COMMANDS: readonly Command[] = [
  { name: "reply", args: "[TEXT]", help: "answer the chosen message, or the last one", run: reply },
  {
    name: "react",
    args: "EMOJI|off",
    help: "react to it",
    complete: (_, rest) =>
      EMOJI.filter(
        ([emoji, words]) => rest === "" || emoji === rest || words.includes(rest.toLowerCase()),
      ).map(([text, detail]) => ({ text, detail })),
    run: (state, rest) =>
      rest === "" ? step(remark(state, "say with what: /react 👍", true)) : react(state, rest),
  },
  { name: "edit", args: "[TEXT]", help: "give your last message another text", run: edit },
  { name: "delete", args: "", help: "delete your last message everywhere", run: remove },
  { name: "file", args: "PATH", help: "send a file or a picture", complete: paths, run: sendFile },
  { name: "show", args: "", help: "fetch a picture, and show it", run: show },
  { name: "save", args: "[PATH]", help: "fetch and save a file", run: save },
  {
    name: "timer",
    args: "[TIME|off]",
    help: "new messages disappear, on both sides",
    complete: durations,
    run: timer,
  },
  {
    name: "keep",
    args: "[TIME|off|forever]",
    help: "how long messages are kept here",
    complete: (state, rest) => [
      ...durations(state, rest),
      ...("forever".startsWith(rest) ? [{ text: "forever", detail: "" }] : []),
    ],
    run: keep,
  },
];

function durations(_: State, rest: string): readonly Candidate[] {
  return DURATIONS.filter(({ text }) => text.startsWith(rest));
}

/** Names that were read for the path that is being written. */
function paths(state: State, rest: string): readonly Candidate[] {
  return state.paths.for === rest ? state.paths.found.map((text) => ({ text, detail: "" })) : [];
}
