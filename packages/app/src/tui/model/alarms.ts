/** What is not to be passed over about somebody, in a few words for the line above the conversation. */
import { cleanName } from "../../display.ts";
import { cut } from "../layout/cells.ts";
import { lookalikes } from "./lookalikes.ts";
import type { Contact, State } from "./state.ts";
import { waitingOf } from "./waiting.ts";

/** Cells of the other name, of which there may be 64 letters. */
const MOST_NAME = 20;

export function alarmsOf(state: State, contact: Contact): readonly string[] {
  const waiting = waitingOf(contact).length;
  const [other] = contact.state === "me" ? [] : lookalikes(state, contact);
  return [
    ...(waiting > 0 ? [waiting === 1 ? "new device: /devices" : `${waiting} new devices: /devices`] : []),
    ...(other === undefined ? [] : [`looks like "${cut(cleanName(other.name), MOST_NAME)}"`]),
  ];
}
