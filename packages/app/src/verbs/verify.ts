/** `asfaleia verify`: compares keys with somebody. */
import { parseArguments } from "../arguments.ts";
import { type KeyPicture, sideBySide } from "../contacts/art.ts";
import { needContact } from "../contacts/find.ts";
import { columns } from "../conversation.ts";
import { cleanName, wantsColor } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import type { Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";
import { agrees, canAsk } from "../person.ts";

export const help = `Usage: asfaleia verify NAME [--confirm] [--home DIR] [--profile NAME]

Shows the safety number, 60 digits that you and your contact see alike as long as nobody is between you: as digits, and
at a terminal also as a QR code, below the pictures of both sides' keys. Compare it in another way, such as a phone
call; at a terminal you are asked whether it is the same.

  --confirm        it has been compared, and is the same: the contact counts as verified
${FACE_HELP}

Examples:
  asfaleia verify bob
  asfaleia verify bob --confirm
`;

const OPTIONS = { confirm: { type: "boolean" }, ...FACE_OPTIONS } as const;
const USUAL_ROWS = 24;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length > 1) throw usage("one at a time");
  return withFace(values, signal, async ({ face }) => {
    const contact = await needContact(face, positionals[0]);
    const { number } = await face.call("contacts.safety", { contact: contact.id });
    const width = columns();
    // The number comes last, beside the question, and the QR code before it: what is scrolled away cannot be scanned.
    if (width !== undefined) await print(await pictures(face, contact.id, number, width));
    await print(numberText(number));
    const isSame =
      values.confirm || (canAsk() && (await agrees("Do both of you see this number (yes/no)? ", signal)));
    if (isSame) await face.call("contacts.setVerified", { contact: contact.id, verified: true, number });
    const isVerified = isSame || contact.verified;
    note(`${cleanName(contact.name)} is ${isVerified ? "verified" : "not verified"}.`);
    return EXIT.done;
  });
}

/** The number to be held before a camera, and the keys of both sides. */
async function pictures(face: Face, contact: number, number: string, width: number): Promise<string> {
  const { qrCode, qrLines } = await import("../qr.ts");
  const code = qrCode(number, { columns: width, rows: process.stdout.rows || USUAL_ROWS });
  const drawn = code.fits ? qrLines(code, wantsColor(process.stdout)) : [];
  const me = await face.call("contacts.get", { name: "me" });
  const own = me === null ? [] : await picturesOf(face, me.id, "you");
  const theirs = await picturesOf(face, contact, "they");
  return `${[...sideBySide([...own, ...theirs], width), ...drawn].join("\n")}\n`;
}

async function picturesOf(face: Face, contact: number, heading: string): Promise<KeyPicture[]> {
  const keys = await face.call("contacts.keys", { contact });
  return keys.map(({ randomart }) => ({ heading, art: randomart }));
}

const GROUP = 5;
const GROUPS_A_LINE = 4;

/** Groups of five digits, four a line. */
export function numberText(number: string): string {
  const groups = number.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < groups.length; at += GROUPS_A_LINE)
    lines.push(groups.slice(at, at + GROUPS_A_LINE).join(" "));
  return `${lines.join("\n")}\n`;
}
