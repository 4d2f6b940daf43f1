/** The messages of the open conversation, as far as the screen shows them. */
import { screenful } from "../layout/conversation.ts";
import { EMPTY_ROW, type Row, span } from "../layout/row.ts";
import { sceneOf, screenOf } from "../layout/screen.ts";
import { people } from "../model/people.ts";
import { openTalk, type State } from "../model/state.ts";

export function conversationRows(state: State): readonly Row[] {
  const screen = screenOf(state);
  const talk = openTalk(state);
  if (talk === undefined) return placed(welcome(state), screen.height);
  if (talk.messages.length === 0) {
    if (!talk.isLoading && people(state).length === 1) return placed(welcome(state), screen.height);
    const text = talk.isLoading ? "" : " Nothing has been said so far.";
    return placed([[span(text, "quiet")]], screen.height);
  }
  return screenful(sceneOf(state, talk, screen), talk.anchor).rows;
}

/** At the bottom, where messages will be. */
function placed(rows: readonly Row[], height: number): readonly Row[] {
  const shown = rows.slice(0, height);
  return [...Array.from({ length: height - shown.length }, () => EMPTY_ROW), ...shown];
}

function welcome({ contacts }: State): Row[] {
  if (contacts === undefined) return [];
  return [
    [span(" Nobody is here yet.", "title")],
    EMPTY_ROW,
    [span(" /code    a code to tell somebody who is there")],
    [span(" /invite  a link to send to one person")],
    [span(" /join    use a code or a link that you were given")],
    [span(" /help    everything else")],
  ];
}
