/** The keys of an account: looked up, looked at, and pinned with where they come from. */
import { cleanLine } from "../../display.ts";
import type { Face, Result } from "../../face/face.ts";
import { EMPTY_ROW, type Row, span } from "../layout/row.ts";
import { paragraph, textOverlay } from "./infos.ts";
import { met } from "./met.ts";
import type { TextOverlay } from "./overlay.ts";
import { changeRows, takeText } from "./refreshing.ts";
import type { State } from "./state.ts";
import { calls, remark, type Step, step } from "./step.ts";

/** What the user calls whoever is added. */
export type Named = { readonly as?: string };

type Found = Result<"keys.fetch">;

/**
 * Looks them up, and shows them. Those of a source that a contact has already are compared with what was pinned: where they
 * have changed, they are taken under the contact's name only.
 */
export async function lookAtKeys(face: Face, source: string, named: Named): Promise<(state: State) => Step> {
  const found = await face.call("keys.fetch", { source });
  const [{ keyList, pinnedBefore }, { changeLines, keyLine }, { sideBySide }, { randomart }] =
    await Promise.all([
      import("../../contacts/fromsource.ts"),
      import("../../keysources/show.ts"),
      import("../../contacts/art.ts"),
      import("@asfaleia/identity"),
    ]);
  const list = keyList(found);
  const before = await pinnedBefore(face, found);
  const isSame = before?.change.kind === "same";
  if (before !== undefined && isSame && named.as === undefined) return met(before.contact);
  const name = before?.contact.name ?? "";
  const change = before === undefined || isSame ? [] : changeLines(name, found.source, before.change, list);
  const arts = list.usable.map(({ key }, at) => ({ heading: String(at + 1), art: randomart(key) }));
  const mayPin = found.usable.length > 0 && (change.length === 0 || named.as !== undefined);
  const rows = (width: number): Row[] => [
    ...changeRows(change, width),
    ...(change.length > 0 ? [EMPTY_ROW] : []),
    ...(change.length > 0 && !mayPin && found.usable.length > 0
      ? [...paragraph(takeText(name, found.source), width), EMPTY_ROW]
      : []),
    ...keyRows(found, list.usable.map(keyLine), width),
    ...sideBySide(arts, width).map((line): Row => [span(line)]),
  ];
  return (state) =>
    step({ ...state, remark: undefined, overlay: keysOverlay(found, rows, mayPin ? named : undefined) });
}

function keyRows({ unusable }: Found, keys: readonly string[], width: number): Row[] {
  return [
    ...paragraph(
      "These keys are pinned with where they come from, and a change is told. Compare the fingerprints, or the pictures, with what their holder sees.",
      width,
      "quiet",
    ),
    EMPTY_ROW,
    ...keys.map((text, at): Row => [span(`${at + 1}  `, "quiet"), span(text, "title")]),
    ...(keys.length === 0 ? [[span("There is no key that can be used.", "error")]] : []),
    ...unusable.flatMap(({ type, line, why }) =>
      paragraph(`Not usable: ${cleanLine(type ?? `line ${line}`)}: ${cleanLine(why)}`, width, "warning"),
    ),
    EMPTY_ROW,
  ];
}

/** @param named undefined where they cannot be pinned */
function keysOverlay(found: Found, rows: TextOverlay["rows"], named: Named | undefined): TextOverlay {
  const title = `Keys of ${cleanLine(found.source)}`;
  if (named === undefined) return textOverlay(title, rows);
  return textOverlay(title, rows, {
    keys: { y: (state) => pinned(state, found, named) },
    hint: "y pins them · Esc leaves them",
  });
}

function pinned(state: State, { source, account, fingerprints, usable }: Found, named: Named): Step {
  return step(
    { ...state, overlay: undefined },
    calls("contacts.add", async (face) => {
      const as = named.as ?? account;
      const isTaken =
        named.as === undefined &&
        as !== undefined &&
        (await face.call("contacts.get", { name: as })) !== null;
      if (isTaken) {
        return (now) => step(remark(now, "a contact is called as the account is: say /add … as NAME", true));
      }
      const contact = await face.call("contacts.add", {
        keys: [...usable],
        source: { source, fingerprints: [...fingerprints] },
        ...(as === undefined ? {} : { as }),
      });
      return met(contact);
    }),
  );
}
