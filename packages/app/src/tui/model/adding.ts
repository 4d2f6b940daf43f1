/** Making a contact of whatever somebody was given for it. */
import { cleanLine, cleanName } from "../../display.ts";
import type { Face, Result } from "../../face/face.ts";
import { EMPTY_COMPOSER } from "../composer/composer.ts";
import { EMPTY_ROW, type Row, span } from "../layout/row.ts";
import { paragraph, textOverlay } from "./infos.ts";
import type { AskOverlay } from "./overlay.ts";
import { openContact } from "./people.ts";
import type { Contact, State } from "./state.ts";
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

type Named = { readonly as?: string };

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
    case "source": {
      const found = await face.call("keys.fetch", { source: meeting.source });
      const { sideBySide } = await import("../../contacts/art.ts");
      const { publicKeyFromText, randomart, fingerprint } = await import("@asfaleia/identity");
      const keys = found.usable.map((line) => publicKeyFromText(line).key);
      const arts = keys.map((key, at) => ({ heading: String(at + 1), art: randomart(key) }));
      const shown = keys.map((key) => `${key.type} ${fingerprint(key)}`);
      return (state) =>
        step({
          ...state,
          remark: undefined,
          overlay: sourceOverlay(found, shown, (width) => sideBySide(arts, width), named),
        });
    }
  }
}

/** What begins as paths do; everything else is read for what it says. */
function isPath(word: string): boolean {
  return /^(~|\.{0,2}\/)/.test(word) && !word.includes("\n");
}

/** The conversation with somebody who is a contact from now on. */
export function met(contact: Pick<Contact, "id" | "name">): (state: State) => Step {
  return (state) => {
    const isKnown = state.contacts?.some(({ id }) => id === contact.id) === true;
    const contacts = isKnown ? state.contacts : [...(state.contacts ?? []), contact as Contact];
    const opened = openContact({ ...state, contacts }, contact.id);
    const said = `${cleanName(contact.name)} is a contact; /verify compares the safety number`;
    return step(remark(opened.state, said), ...opened.effects);
  };
}

/** The keys of an account, to be looked at before they are pinned. */
function sourceOverlay(
  { source, account, fingerprints, usable, unusable }: Result<"keys.fetch">,
  keys: readonly string[],
  pictures: (width: number) => readonly string[],
  named: Named,
) {
  const rows = (width: number): Row[] => [
    ...paragraph(
      "These keys are pinned with where they come from, and a change is told. Compare the fingerprints, or the pictures, with what their holder sees.",
      width,
      "quiet",
    ),
    EMPTY_ROW,
    ...keys.map((text, at): Row => [span(`${at + 1}  `, "quiet"), span(cleanLine(text), "title")]),
    ...(keys.length === 0 ? [[span("There is no key that can be used.", "error")]] : []),
    ...unusable.flatMap(({ type, line, why }) =>
      paragraph(`Not usable: ${cleanLine(type ?? `line ${line}`)}: ${cleanLine(why)}`, width, "warning"),
    ),
    EMPTY_ROW,
    ...pictures(width).map((line): Row => [span(line)]),
  ];
  const title = `Keys of ${cleanLine(source)}`;
  if (usable.length === 0) return textOverlay(title, rows);
  const pin = (state: State): Step =>
    step(
      { ...state, overlay: undefined },
      calls("contacts.add", async (face) => {
        const as = named.as ?? account;
        const isTaken =
          named.as === undefined &&
          as !== undefined &&
          (await face.call("contacts.get", { name: as })) !== null;
        if (isTaken) {
          return (now) =>
            step(remark(now, "a contact is called as the account is: say /add … as NAME", true));
        }
        const contact = await face.call("contacts.add", {
          keys: [...usable],
          source: { source, fingerprints: [...fingerprints] },
          ...(as === undefined ? {} : { as }),
        });
        return met(contact);
      }),
    );
  return textOverlay(title, rows, { keys: { y: pin }, hint: "y pins them · Esc leaves them" });
}
