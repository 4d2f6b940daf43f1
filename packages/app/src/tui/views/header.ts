/** The line above the conversation: with whom, and what holds for it. */
import { cleanName } from "../../display.ts";
import { durationText } from "../../duration.ts";
import { cut } from "../layout/cells.ts";
import { fitRow, type Row, rowCells, span, spread } from "../layout/row.ts";
import { screenOf } from "../layout/screen.ts";
import { alarmsOf } from "../model/alarms.ts";
import { people, requestsOf } from "../model/people.ts";
import { type Contact, contactOf, type State } from "../model/state.ts";

const LEAST_NAME = 12;

export function headerRow(state: State): Row {
  const { mainWidth: width } = screenOf(state);
  const contact = contactOf(state, state.open);
  const isAlone = screenOf(state).listWidth === 0;
  if (contact === undefined) return fitRow([span(isAlone ? " asfaleia" : "", "title")], width);
  const warnings = alarms(state, contact);
  // A long name, which others may have chosen, leaves room for what is to be seen about it.
  const room = Math.max(LEAST_NAME, width - rowCells(warnings) - 2);
  const name = span(` ${cut(cleanName(contact.name), room)} `, "title");
  return spread([name, ...warnings, ...factsOf(contact)], isAlone ? elsewhere(state, contact.id) : [], width);
}

function alarms(state: State, contact: Contact): Row {
  return alarmsOf(state, contact).flatMap((text) => [span("  "), span(text, "error")]);
}

function factsOf({ state, verified, hasCard, timerMs }: Contact): Row {
  if (state === "me") return [span(" notes to yourself", "quiet")];
  const facts: Row[] = [verified ? [span("verified", "accent")] : [span("not verified", "warning")]];
  if (state === "blocked") facts.push([span("blocked", "error")]);
  if (!hasCard) facts.push([span("not reachable so far", "warning")]);
  if (timerMs > 0) facts.push([span(`messages disappear after ${durationText(timerMs)}`, "quiet")]);
  return facts.flatMap((fact) => [span("  "), ...fact]);
}

/** Where there is no list: how much is new in other conversations. */
function elsewhere(state: State, open: number): Row {
  const unread = people(state).reduce((sum, { id, unread: count }) => sum + (id === open ? 0 : count), 0);
  const requests = requestsOf(state).length;
  const words = [unread > 0 ? `${unread} elsewhere` : "", requests > 0 ? `${requests} requests` : ""];
  const text = words.filter((word) => word !== "").join(", ");
  return text === "" ? [] : [span(`${text} `, "unread")];
}
