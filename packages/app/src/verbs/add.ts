/** `asfaleia add`: makes a contact. */

import { parseArguments } from "../arguments.ts";
import { addIntroduced, keyArt } from "../contacts/add.ts";
import { readIntroduction, takeCardArgument } from "../contacts/introduction.ts";
import { cleanLine } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { print } from "../io.ts";
import { contactJson } from "../lines.ts";

export const help = `Usage: asfaleia add CARD|KEY|FILE [--as NAME] [--json] [--home DIR] [--profile NAME]

Makes a contact of somebody's card (asfaleia card) or SSH keys. The keys are pinned: a later change is told, and never
taken silently. Compare the fingerprints, or the pictures, with those that they see (asfaleia whoami).

CARD or KEY is the text itself; FILE holds a card, a public key, or several keys of one person in authorized_keys
form, such as https://github.com/NAME.keys; - is standard input.

  --as NAME        what you call them (default: the name on the card, the comment of the key, or its fingerprint)
  --json           one line of JSON: type "contact", contact, name, state, verified, identities, devices, unread
${FACE_HELP}

Examples:
  asfaleia add bob.card --as bob
  curl -fs https://github.com/alice.keys | asfaleia add - --as alice
`;

const OPTIONS = { as: { type: "string" }, json: { type: "boolean" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { card, rest } = takeCardArgument(args);
  const { values, positionals } = parseArguments({ args: rest, options: OPTIONS, allowPositionals: true });
  const words = card === undefined ? positionals : [card, ...positionals];
  const [word, more] = words;
  if (word === undefined) throw usage("whom? Name a card, a public key, or a file of either");
  if (more !== undefined) throw usage("one at a time: put a key in quotes");
  const introduction = await readIntroduction(word);
  return withFace(values, signal, async ({ face }) => {
    const contact = await addIntroduced(face, introduction, values.as);
    if (values.json) await print(contactJson(contact));
    else await print(`${cleanLine(contact.name)} is a contact\n${await keyArt(face, contact)}`);
    return EXIT.done;
  });
}
