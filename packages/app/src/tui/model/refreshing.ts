/** Looking the keys of contacts up again where they came from. What has changed is told loudly, and nothing is taken. */
import type { Looked } from "../../contacts/refresh.ts";
import { cleanLine, cleanName } from "../../display.ts";
import type { ChangeLine } from "../../keysources/show.ts";
import { EMPTY_ROW, type Role, type Row } from "../layout/row.ts";
import { paragraph, textOverlay } from "./infos.ts";
import type { Contact, State } from "./state.ts";
import { calls, remark, type Step, step } from "./step.ts";

const TITLE = "Keys, looked up again";
const NONE = "None of these contacts has keys from a source (/add github:NAME).";

/** @param contact undefined: all of them */
export function refresh(state: State, contact?: Contact): Step {
  const contacts = contact === undefined ? (state.contacts ?? []) : [contact];
  const looking = textOverlay(TITLE, (width) => paragraph("Looking …", width), { hint: "Esc hides it" });
  return step(
    { ...state, overlay: looking },
    calls("contacts.refresh", async (face, signal) => {
      const [{ failedText, lookAgain }, { changeLines }] = await Promise.all([
        import("../../contacts/refresh.ts"),
        import("../../keysources/show.ts"),
      ]);
      const all: Found[] = [];
      for await (const looked of lookAgain(face, contacts, signal)) {
        const { contact: whose, source, change, list } = looked;
        const lines: readonly ChangeLine[] =
          change === undefined
            ? [{ what: "gone", text: failedText(looked) }]
            : changeLines(whose.name, source, change, list);
        all.push({ ...looked, lines });
      }
      return (now) => shown(now, all);
    }),
  );
}

interface Found extends Looked {
  readonly lines: readonly ChangeLine[];
}

const isChanged = ({ change }: Looked): boolean => change !== undefined && change.kind !== "same";

function shown(state: State, all: readonly Found[]): Step {
  const { overlay } = state;
  const isFree = overlay === undefined || (overlay.kind === "text" && overlay.title === TITLE);
  const hasChanges = all.some(isChanged);
  // Whoever is being asked something answers first; nothing else keeps a change from being seen.
  const isAsked = overlay?.kind === "ask" || overlay?.kind === "confirm" || overlayWaits(state);
  if (!isFree && (isAsked || !hasChanges))
    return step(hasChanges ? remark(state, "keys have changed: /refresh shows which", true) : state);
  const rank = (one: Found): number => (isChanged(one) ? 0 : one.change === undefined ? 1 : 2);
  const sorted = all.toSorted((a, b) => rank(a) - rank(b));
  const rows = (width: number): Row[] =>
    all.length === 0 ? paragraph(NONE, width) : sorted.flatMap((one) => foundRows(one, width));
  return step({ ...state, overlay: textOverlay(TITLE, rows) });
}

function overlayWaits({ overlay }: State): boolean {
  return overlay?.kind === "list" && overlay.leave !== undefined;
}

function foundRows(one: Found, width: number): Row[] {
  const { contact, source, change } = one;
  const takes = isChanged(one) && change?.kind !== "empty" ? takeText(contact.name, source) : undefined;
  return [
    ...changeRows(one.lines, width),
    ...(takes === undefined ? [] : paragraph(takes, width)),
    EMPTY_ROW,
  ];
}

/** How changed keys are taken after all. */
export function takeText(name: string, source: string): string {
  return `Once they have told you why: /add ${cleanLine(source)} as ${cleanName(name)}`;
}

const ROLES: Readonly<Record<ChangeLine["what"], Role | undefined>> = {
  alarm: "error",
  new: "warning",
  gone: "warning",
  same: "quiet",
  words: undefined,
};

export function changeRows(lines: readonly ChangeLine[], width: number): Row[] {
  return lines.flatMap(({ what, text }) => paragraph(text, width, ROLES[what]));
}
