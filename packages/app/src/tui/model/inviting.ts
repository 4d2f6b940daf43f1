/** Inviting people: a link that can be sent, and a code that can be told. */
import { cleanLine } from "../../display.ts";
import { clock, moment } from "../format.ts";
import { wrapText } from "../layout/cells.ts";
import { EMPTY_ROW, type Row, span } from "../layout/row.ts";
import { paragraph, qrRows, textOverlay } from "./infos.ts";
import { met } from "./met.ts";
import type { TextOverlay } from "./overlay.ts";
import type { State } from "./state.ts";
import { call, calls, type Effect, type Step, step } from "./step.ts";

const nameOf = (name: string): { readonly as?: string } => (name === "" ? {} : { as: name });

/** @param name what whoever uses it is called here */
export function makeInvite(state: State, name: string): Step {
  return step(
    state,
    calls("invites.make", async (face) => {
      const invite = await face.call("invites.make", nameOf(name));
      const { qrCode, qrLines } = await import("../../qr.ts");
      return (now) => {
        const code = qrCode(invite.link, { columns: now.columns - 4, rows: now.rows - 4 });
        const drawn = qrRows(qrLines(code, now.hasColors), code);
        return step({ ...now, overlay: inviteOverlay(invite, code.fits ? drawn : []) });
      };
    }),
  );
}

function inviteOverlay(
  {
    link,
    expiresAt,
    isPublished,
  }: { readonly link: string; readonly expiresAt: number; readonly isPublished: boolean },
  code: readonly Row[],
): TextOverlay {
  const rows = (width: number): Row[] => [
    ...paragraph(
      `Send this link to one person, on a way that you trust: whoever uses it first becomes a contact of yours, and you of theirs. It is good until ${moment(expiresAt)}.`,
      width,
    ),
    ...(isPublished
      ? []
      : paragraph(
          "The relay cannot be reached now; the link works as soon as it could be.",
          width,
          "warning",
        )),
    EMPTY_ROW,
    ...wrapText(cleanLine(link), width).map((line): Row => [span(line, "title")]),
    EMPTY_ROW,
    ...code,
  ];
  return textOverlay("Invite", rows, { hint: "Esc closes: the link stays good" });
}

/** @param name what whoever uses it is called here */
export function makeCode(state: State, name: string): Step {
  return step(
    state,
    call("codes.make", nameOf(name), (now, { id, code, endsAt }) =>
      step({ ...now, overlay: codeOverlay(id, code, endsAt) }, waiting(id)),
    ),
  );
}

const CODE_TITLE = "Code";

function codeOverlay(id: number, code: string, endsAt: number): TextOverlay {
  const rows = (width: number): Row[] => [
    ...paragraph("Tell this code to one person who is there, on the telephone for instance:", width),
    EMPTY_ROW,
    [span("    "), span(cleanLine(code), "title")],
    EMPTY_ROW,
    ...paragraph(
      `They say /join, and type it. It is good for one guess, until ${clock(endsAt)}. Here you see when it was used.`,
      width,
    ),
  ];
  const end = (state: State): Step => step({ ...state, overlay: undefined }, call("codes.end", { id }));
  return textOverlay(CODE_TITLE, rows, {
    keys: { x: end },
    hint: "waiting · x ends the code · Esc hides it",
  });
}

/** Shows whoever has used the code, and how else it ended. */
function waiting(id: number): Effect {
  return calls("codes.wait", async (face, signal) => {
    const contact = await face.call("codes.wait", { id }, { signal });
    return (state) => {
      const isShown = state.overlay?.kind === "text" && state.overlay.title === CODE_TITLE;
      return met(contact)(isShown ? { ...state, overlay: undefined } : state);
    };
  });
}
