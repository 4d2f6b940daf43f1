/** Making a contact of whatever somebody was given for it. */
import type { Face } from "../../face/face.ts";
import { EMPTY_COMPOSER } from "../composer/composer.ts";
import { met } from "./met.ts";
import type { AskOverlay } from "./overlay.ts";
import { lookAtKeys, type Named } from "./pinning.ts";
import type { State } from "./state.ts";
import { calls, remark, type Step, step } from "./step.ts";

/** Adds whoever the words introduce; without any, asks for them. */
export function askToAdd(state: State, words: string): Step {
  if (words !== "") return added(state, words);
  const overlay: AskOverlay = {
    kind: "ask",
    title: "Add somebody",
    text:
      "Paste what you were given: an invite link, a spoken code, their card, or a line of their SSH key. github:NAME and " +
      "gitlab:NAME look up the keys of an account; a path names a file. “as NAME” behind it says what you call them.",
    isSecret: false,
    answer: EMPTY_COMPOSER,
    take: (now, answer) => added({ ...now, overlay: undefined }, answer.trim()),
  };
  return step({ ...state, overlay });
}

function added(state: State, words: string): Step {
  const [, word = words, as] = /^([\s\S]*\S)\s+as\s+(\S[^\n]*)$/.exec(words) ?? [];
  const named = as === undefined ? {} : { as: as.trim() };
  return step(
    remark(state, "one moment"),
    calls("contacts.add", (face) => meet(face, word.trim(), named)),
  );
}

async function meet(face: Face, word: string, named: Named): Promise<(state: State) => Step> {
  const [{ readMeeting }, { publicKeyLine }] = await Promise.all([
    import("../../contacts/meeting.ts"),
    import("@asfaleia/identity"),
  ]);
  const { pathOf } = await import("../runtime/paths.ts");
  const meeting = await readMeeting(isPath(word) ? pathOf(word) : word, false);
  switch (meeting.kind) {
    case "link":
      return met(await face.call("invites.accept", { link: meeting.link, ...named }));
    case "code":
      return met(await face.call("codes.join", { code: meeting.code, ...named }));
    case "card":
      return met(await face.call("contacts.add", { card: meeting.card, ...named }));
    case "keys": {
      const keys = meeting.keys.map(({ key, comment }) => publicKeyLine(key, comment));
      return met(await face.call("contacts.add", { keys, ...named }));
    }
    case "source":
      return lookAtKeys(face, meeting.source, named);
  }
}

/** What begins as paths do; everything else is read for what it says. */
function isPath(word: string): boolean {
  return /^(~|\.{0,2}\/)/.test(word) && !word.includes("\n");
}
