/** `asfaleia invite`: a link, or a spoken code, by which somebody becomes a contact. */
import { parseArguments, wholeNumber } from "../arguments.ts";
import { keyArt } from "../contacts/add.ts";
import { warnOfLookalikes } from "../contacts/lookalikes.ts";
import { columns } from "../conversation.ts";
import { cleanName, jsonLine, wantsColor } from "../display.ts";
import { durationMs } from "../duration.ts";
import { EXIT, usage } from "../exit.ts";
import type { Face, Result } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";
import { contactJson, isoTime } from "../lines.ts";

export const help = `Usage: asfaleia invite [--uses N] [--expires TIME] [--as NAME] [--json] [--home DIR] [--profile NAME]
       asfaleia invite --code [--as NAME] [--json]
       asfaleia invite list [--json]
       asfaleia invite revoke ID

Prints a link, at a terminal as a QR code too: whoever is first to give it to asfaleia add becomes a contact of yours,
and you of theirs. The relay learns neither name nor SSH key of anybody in this. Send the link on a way that is
trusted: whoever reads it can use it.

--code prints a spoken code of a number and two words, to be told to one person who is there, on the telephone for
instance; they say asfaleia add -, with --relay and your relay's address where theirs is another. It is good for ten
minutes and for one guess: both of you see it when the words were wrong. The command waits until it is used; Ctrl-C
ends the code.

list shows your links, those that are used up or have ended for a week longer; revoke ends one, whose number is ID.

  --uses N         how many people can use the link, up to 100 (default: 1)
  --expires TIME   how long it can be used, such as 1h or 30d (default: 7d)
  --as NAME        what you call whoever uses it (default: what their card says)
  --code           a spoken code instead of a link
  --json           one line of JSON each: type "invite", id, link, uses, used, expiresAt, as, state (open, spent,
                   expired), published; with --code: type "code", code, endsAt, then type "contact" of who has used it
${FACE_HELP}

Examples:
  asfaleia invite
  asfaleia invite --uses 10 --expires 1d
  asfaleia invite --code --as bob
`;

const MAX_USES = 100;
const USUAL_ROWS = 24;
/** Below a code stands the prompt, which must not push its first row out of sight. */
const ROWS_BELOW = 1;

const OPTIONS = {
  uses: { type: "string" },
  expires: { type: "string" },
  as: { type: "string" },
  code: { type: "boolean" },
  json: { type: "boolean" },
  ...FACE_OPTIONS,
} as const;

interface Wish {
  readonly uses?: number;
  readonly expiresMs?: number;
  readonly as?: string;
}

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [what, word, more] = positionals;
  if (what !== undefined && what !== "list" && what !== "revoke") throw usage("invite takes list or revoke");
  if (more !== undefined || (what === "list" && word !== undefined)) throw usage("one at a time");
  if (what !== undefined && (values.uses ?? values.expires ?? values.as ?? values.code) !== undefined)
    throw usage(`invite ${what} takes no such option`);
  if (values.code && (values.uses ?? values.expires) !== undefined)
    throw usage("a code is for one person and ten minutes: --uses and --expires go with a link");
  const wish = wishOf(values);
  const json = values.json === true;
  return withFace(values, signal, async ({ face }) => {
    if (what === "list") return list(face, json);
    if (what === "revoke") {
      await face.call("invites.revoke", { id: idOf(word) });
      return EXIT.done;
    }
    return values.code ? offerCode(face, wish, json) : makeLink(face, wish, json);
  });
}

function wishOf({ uses, expires, as }: { uses?: string; expires?: string; as?: string }): Wish {
  return {
    ...(uses === undefined ? {} : { uses: wholeNumber("uses", uses, 1, MAX_USES) }),
    ...(expires === undefined ? {} : { expiresMs: durationMs("expires", expires) }),
    ...(as === undefined ? {} : { as }),
  };
}

function idOf(word: string | undefined): number {
  if (word === undefined || !/^\d{1,9}$/.test(word))
    throw usage("which invite? Say its number (asfaleia invite list shows them)");
  return Number(word);
}

async function makeLink(face: Face, wish: Wish, json: boolean): Promise<number> {
  const invite = await face.call("invites.make", wish);
  if (json) {
    await print(inviteJson(invite));
    return EXIT.done;
  }
  await print(`${invite.link}\n`);
  const people = invite.uses === 1 ? "one person" : `${invite.uses} people`;
  note(`Good for ${people} until ${isoTime(invite.expiresAt)}. They say: asfaleia add -`);
  if (!invite.isPublished)
    note("The relay cannot be reached now: the link works as soon as it could be, while the agent runs.");
  const width = columns();
  if (width !== undefined) await printQr(invite.link, width);
  return EXIT.done;
}

async function printQr(link: string, width: number): Promise<void> {
  const { qrCode, qrLines } = await import("../qr.ts");
  const rows = (process.stdout.rows || USUAL_ROWS) - ROWS_BELOW;
  const code = qrCode(link, { columns: width, rows });
  if (code.fits) await print(`${qrLines(code, wantsColor(process.stdout)).join("\n")}\n`);
  else
    note(
      `A window of ${code.side} columns and ${code.rows + ROWS_BELOW} rows would show it as a QR code too (asfaleia invite list has the link).`,
    );
}

async function offerCode(face: Face, { as }: Wish, json: boolean): Promise<number> {
  const { id, code, endsAt } = await face.call("codes.make", as === undefined ? {} : { as });
  await print(json ? jsonLine({ type: "code", code, endsAt: isoTime(endsAt) }) : `${code}\n`);
  if (!json)
    note(
      "Say it to one person. They say: asfaleia add -, and type it. It ends in ten minutes, or with Ctrl-C.",
    );
  const contact = await face.call("codes.wait", { id });
  await print(
    json ? contactJson(contact) : `${cleanName(contact.name)} is a contact\n${await keyArt(face, contact)}`,
  );
  await warnOfLookalikes(face, contact.id);
  return EXIT.done;
}

async function list(face: Face, json: boolean): Promise<number> {
  const invites = await face.call("invites.list", {});
  for (const invite of invites) await print(json ? inviteJson(invite) : inviteText(invite));
  if (invites.length === 0) note("There are no invites; asfaleia invite makes one.");
  return invites.length > 0 ? EXIT.done : EXIT.nothing;
}

type Invite = Result<"invites.list">[number];

function inviteJson({ id, link, uses, used, expiresAt, as, state, isPublished }: Invite): string {
  const published = isPublished;
  return jsonLine({
    type: "invite",
    id,
    link,
    uses,
    used,
    expiresAt: isoTime(expiresAt),
    as,
    state,
    published,
  });
}

function inviteText({ id, link, uses, used, expiresAt, as, state }: Invite): string {
  const name = as === undefined ? "" : `  for ${cleanName(as)}`;
  return `${id}  ${state}, used ${used} of ${uses}, until ${isoTime(expiresAt)}${name}\n   ${link}\n`;
}
