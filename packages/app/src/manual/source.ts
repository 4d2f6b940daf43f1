/** The help texts of the verbs, read: what man pages and completions are made of. */
import { VERBS } from "../verbtable.ts";
import { type HelpText, parseHelp } from "./helptext.ts";

export interface VerbManual {
  /** One word or two, as it is typed. */
  readonly name: string;
  readonly summary: string;
  readonly help: HelpText;
}

/**
 * Loads every verb of the table and reads its help text.
 * @throws HelpTextError where one is not of the form
 */
export function loadManual(): Promise<VerbManual[]> {
  return Promise.all(
    Object.entries(VERBS).map(async ([name, { summary, load }]) => ({
      name,
      summary,
      help: parseHelp((await load()).help),
    })),
  );
}
