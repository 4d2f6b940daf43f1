/** Says it where the name of somebody could be taken for that of somebody else. */
import { lookalikesOf, lookalikeText } from "../../contacts/alike.ts";
import { EMPTY_ROW, type Row } from "../layout/row.ts";
import { paragraph, textOverlay } from "./infos.ts";
import type { Contact, State } from "./state.ts";

type Somebody = Pick<Contact, "id" | "name">;

export function lookalikes({ contacts = [] }: State, one: Somebody): readonly Contact[] {
  return lookalikesOf(one, contacts);
}

/** A warning for each, as it stands in something to read. */
export function lookalikeRows(state: State, one: Somebody, width: number): Row[] {
  return lookalikes(state, one).flatMap((other) => [
    ...paragraph(lookalikeText(one.name, other), width, "warning"),
    EMPTY_ROW,
  ]);
}

/** The state with the warning over everything, where there is one. */
export function careful(state: State, one: Somebody): State {
  if (lookalikes(state, one).length === 0) return state;
  const rows = (width: number): Row[] => [
    ...lookalikeRows(state, one, width),
    ...paragraph("Compare the keys (/info, /verify). /rename calls one of them something else.", width),
  ];
  return { ...state, overlay: textOverlay("Careful", rows) };
}
