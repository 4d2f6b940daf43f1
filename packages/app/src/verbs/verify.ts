/** `asfaleia verify`: compares keys with somebody. */

import { parseArguments } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { cleanLine } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";
import { agrees, canAsk } from "../person.ts";

export const help = `Usage: asfaleia verify NAME [--yes] [--home DIR] [--profile NAME]

Shows the safety number, 60 digits that you and your contact see alike as long as nobody is between you. Compare it on
another way, such as a phone call; at a terminal you are asked whether it is the same.

  --yes            it has been compared, and is the same
${FACE_HELP}

Examples:
  asfaleia verify bob
`;

const OPTIONS = { yes: { type: "boolean" }, ...FACE_OPTIONS } as const;
const GROUP = 5;
const GROUPS_A_LINE = 4;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw usage("one at a time");
  return withFace(values, signal, async ({ face }) => {
    const contact = await needContact(face, positionals[0]);
    const { number } = await face.call("contacts.safety", { contact: contact.id });
    await print(numberText(number));
    const isSame =
      values.yes || (canAsk() && (await agrees("Do both of you see this number (yes/no)? ", signal)));
    if (isSame) await face.call("contacts.setVerified", { contact: contact.id, verified: true });
    const isVerified = isSame || contact.verified;
    note(`${cleanLine(contact.name)} is ${isVerified ? "verified" : "not verified"}.`);
    return EXIT.done;
  });
}

/** Groups of five digits, four a line. */
function numberText(number: string): string {
  const groups = number.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < groups.length; at += GROUPS_A_LINE)
    lines.push(groups.slice(at, at + GROUPS_A_LINE).join(" "));
  return `${lines.join("\n")}\n`;
}
