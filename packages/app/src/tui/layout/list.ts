/** The list of conversations: which of them are on the screen. */
import { looksLike } from "../../contacts/alike.ts";
import { cleanName } from "../../display.ts";
import { people, requestsOf } from "../model/people.ts";
import type { Contact, State } from "../model/state.ts";
import { cells, fit } from "./cells.ts";
import { chosen, type Row, span } from "./row.ts";

export type Entry =
  | { readonly kind: "contact"; readonly contact: Contact }
  | { readonly kind: "requests"; readonly count: number };

/** Header and status line. */
const FRAME_ROWS = 2;

/** The entries that are shown, from the top: those around the open one, and the requests below them. */
export function listWindow(state: State): readonly (Entry | undefined)[] {
  const height = Math.max(1, state.rows - FRAME_ROWS);
  const requests = requestsOf(state).length;
  const room = requests > 0 ? Math.max(1, height - 2) : height;
  const all = people(state);
  const at = all.findIndex(({ id }) => id === state.open);
  const start = Math.max(0, Math.min(all.length - room, at - Math.floor(room / 2)));
  const entries: (Entry | undefined)[] = all
    .slice(start, start + room)
    .map((contact): Entry => ({ kind: "contact", contact }));
  if (requests === 0) return entries;
  while (entries.length < height - 1) entries.push(undefined);
  return [...entries, { kind: "requests", count: requests }];
}

const REQUESTS = "Requests";

/** Nobody is taken for the place of requests. */
function nameOf({ name }: Contact): string {
  const shown = cleanName(name);
  return shown === REQUESTS || looksLike(shown, REQUESTS) ? `"${shown}"` : shown;
}

/** One entry in so many cells. */
export function entryRow(entry: Entry | undefined, isOpen: boolean, width: number): Row {
  if (entry === undefined) return [span(" ".repeat(width))];
  const isContact = entry.kind === "contact";
  const name = isContact ? nameOf(entry.contact) : REQUESTS;
  const count = isContact ? entry.contact.unread : entry.count;
  const number = count === 0 ? "" : ` ${count > 999 ? "999+" : count} `;
  // The last cell stays blank: there a name that runs from right to left ends.
  const label = `${fit(` ${name}`, width - cells(number) - 1)} `;
  const isNew = count > 0;
  const row: Row = [span(label, isNew ? "title" : undefined), span(number, "unread")];
  return isOpen ? chosen(row) : row;
}
