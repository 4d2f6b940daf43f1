/** The conversation with somebody who has just become a contact. */
import { cleanName } from "../../display.ts";
import { careful } from "./lookalikes.ts";
import { openContact } from "./people.ts";
import type { Contact, State } from "./state.ts";
import { remark, type Step, step } from "./step.ts";

export function met(contact: Pick<Contact, "id" | "name">): (state: State) => Step {
  return (state) => {
    const isKnown = state.contacts?.some(({ id }) => id === contact.id) === true;
    const contacts = isKnown ? state.contacts : [...(state.contacts ?? []), contact as Contact];
    const opened = openContact({ ...state, contacts }, contact.id);
    const said = `${cleanName(contact.name)} is a contact; /verify compares the safety number`;
    return step(careful(remark(opened.state, said), contact), ...opened.effects);
  };
}
