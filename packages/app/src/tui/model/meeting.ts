/** Meeting people: the own card, and what strangers wrote. */
import { cleanLine, cleanName, cleanText } from "../../display.ts";
import { EMPTY_COMPOSER } from "../composer/composer.ts";
import { wrapText } from "../layout/cells.ts";
import { EMPTY_ROW, type Row, span } from "../layout/row.ts";
import { paragraph, textOverlay } from "./infos.ts";
import { careful, lookalikeRows } from "./lookalikes.ts";
import type { Item } from "./overlay.ts";
import { openContact, requestsOf } from "./people.ts";
import type { Contact, State } from "./state.ts";
import { call, type Effect, remark, type Step, step } from "./step.ts";

/** The own card as text, to be given to others. */
export function showCard(state: State): Step {
  return step(
    state,
    call("card.get", {}, (now, { card }) =>
      step({
        ...now,
        overlay: textOverlay("Your card", (width) => [
          ...paragraph("Whoever has this card can write to you. It holds no secret.", width),
          EMPTY_ROW,
          ...card
            .trim()
            .split("\n")
            .map((line): Row => [span(cleanLine(line))]),
        ]),
      }),
    ),
  );
}

/** What strangers wrote, in a place of its own: nothing of it reaches the conversations. */
export function showRequests(state: State): Step {
  const requests = requestsOf(state);
  return step({
    ...state,
    overlay: {
      kind: "list",
      title: "Requests of strangers",
      query: EMPTY_COMPOSER,
      items: requests.map(requestItem),
      index: 0,
      empty: "nobody unknown has written",
      hint: "Enter reads it · Esc closes",
    },
  });
}

function requestItem(contact: Contact): Item {
  return {
    label: cleanName(contact.name),
    detail: contact.identities[0] ?? "",
    take: (state) => step(state, readRequest(contact)),
  };
}

/** Messages of a request that are shown. */
const MAX_REQUEST_MESSAGES = 20;

function readRequest({ id, name, identities }: Contact): Effect {
  return call("messages.history", { contact: id, limit: MAX_REQUEST_MESSAGES }, (state, messages) => {
    const rows = (width: number): Row[] => [
      ...paragraph(
        "Whoever holds this SSH key has written. Do you know them? Nothing that they say of themselves is proof.",
        width,
        "quiet",
      ),
      EMPTY_ROW,
      ...lookalikeRows(state, { id, name }, width),
      ...identities.map((identity): Row => [span(cleanLine(identity), "title")]),
      EMPTY_ROW,
      ...messages.flatMap(({ text, file }) =>
        wrapText(cleanText(file === undefined ? text : `file: ${cleanName(file.name)}`), width - 2).map(
          (line): Row => [span("  "), span(line)],
        ),
      ),
    ];
    return step({
      ...state,
      overlay: textOverlay(`Request of ${cleanName(name)}`, rows, {
        keys: { a: (now) => accept(now, id), b: (now) => block(now, id), x: (now) => discard(now, id) },
        hint: "a accept · b block · x remove · Esc later",
      }),
    });
  });
}

function accept(state: State, contact: number): Step {
  return step(
    { ...state, overlay: undefined },
    call("contacts.accept", { contact }, (now, accepted) => {
      const contacts = [...(now.contacts ?? []).filter(({ id }) => id !== accepted.id), accepted];
      const opened = openContact({ ...now, contacts }, accepted.id);
      const said = `${cleanName(accepted.name)} is a contact now; /rename calls them something else`;
      return step(careful(remark(opened.state, said), accepted), ...opened.effects);
    }),
  );
}

function block(state: State, contact: number): Step {
  return step(remark({ ...state, overlay: undefined }, "blocked"), call("contacts.block", { contact }));
}

function discard(state: State, contact: number): Step {
  return step(remark({ ...state, overlay: undefined }, "removed"), call("contacts.remove", { contact }));
}
