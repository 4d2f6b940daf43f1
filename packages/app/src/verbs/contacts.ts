/** `asfaleia contacts`: who is known here. */

import { parseArguments } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { warnOfLookalikes } from "../contacts/lookalikes.ts";
import { refreshKeys } from "../contacts/refresh.ts";
import { fitted } from "../conversation.ts";
import { beside, cleanName } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import type { ContactView, Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, type FaceValues, withFace } from "../face/open.ts";
import { print } from "../io.ts";
import { contactJson } from "../lines.ts";
import { agrees } from "../person.ts";

export const help = `Usage: asfaleia contacts [--json] [--home DIR] [--profile NAME]
       asfaleia contacts rename NAME NEW
       asfaleia contacts remove NAME [--yes]
       asfaleia contacts --refresh [NAME]

Lists your contacts, renames one, or removes one with all that was said. --refresh looks the keys of those that came
from a source (asfaleia add github:NAME) up again, and tells what has changed; nothing is taken. It ends with 5 where
keys have changed, else with 3 where some could not be looked up.

  --json           one line of JSON each: type "contact", contact, name, state (contact, blocked, me), verified,
                   identities (fingerprints), devices (id, identity, state, own), unread, and where an invite of theirs
                   was used that they have not answered: invite (waiting, used, ended)
  --refresh        look keys up again: of all contacts, or of one. With --json: type "keys", with, contact, source, kind
                   (same, changed, replaced, empty) with same, added, gone (fingerprints), or failed
  --yes            remove without asking
${FACE_HELP}

Examples:
  asfaleia contacts
  asfaleia contacts rename bob robert
`;

const OPTIONS = {
  json: { type: "boolean" },
  yes: { type: "boolean" },
  refresh: { type: "boolean" },
  ...FACE_OPTIONS,
} as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  if (values.refresh) return refresh(values, positionals, signal);
  const [what, name, fresh, more] = positionals;
  if (what !== undefined && what !== "rename" && what !== "remove")
    throw usage("contacts takes rename or remove");
  if (what === "rename" && (fresh === undefined || more !== undefined))
    throw usage("say: asfaleia contacts rename NAME NEW");
  if (what === "remove" && (name === undefined || fresh !== undefined))
    throw usage("say: asfaleia contacts remove NAME");
  return withFace(values, signal, async ({ face }) => {
    if (what === undefined) await list(face, values.json === true);
    else {
      const contact = await needContact(face, name);
      if (what === "rename") {
        await face.call("contacts.rename", { contact: contact.id, name: fresh ?? "" });
        await warnOfLookalikes(face, contact.id);
      } else await remove(face, signal, contact, values.yes === true);
    }
    return EXIT.done;
  });
}

function refresh(
  values: FaceValues & { readonly json?: boolean },
  [name, more]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  if (more !== undefined)
    throw usage("say: asfaleia contacts --refresh, or asfaleia contacts --refresh NAME");
  return withFace(values, signal, async ({ face }) => {
    const contacts =
      name === undefined ? await face.call("contacts.list", {}) : [await needContact(face, name)];
    return refreshKeys(face, contacts, values.json === true);
  });
}

async function list(face: Face, json: boolean): Promise<void> {
  const shown = (await face.call("contacts.list", {})).filter(({ state }) => state !== "request");
  for (const contact of shown) await print(json ? contactJson(contact) : fitted(contactText(contact)));
}

async function remove(face: Face, signal: AbortSignal, contact: ContactView, yes: boolean): Promise<void> {
  const question = `Remove ${cleanName(contact.name)} and all that was said (yes/no)? `;
  if (!yes && !(await agrees(question, signal))) throw usage("nothing was removed: say yes, or --yes");
  await face.call("contacts.remove", { contact: contact.id });
}

const INVITES = {
  waiting: "has not answered yet",
  used: "the invite was used by others",
  ended: "the invite has ended",
} as const;

function contactText(contact: ContactView): string {
  const { name, state, verified, identities, devices, unread, invite } = contact;
  const marks = [
    state === "contact" ? "" : state,
    verified && state !== "me" ? "verified" : "",
    state !== "me" && devices.length === 0 ? "no card so far" : "",
    invite === undefined ? "" : INVITES[invite],
    unread > 0 ? `${unread} unread` : "",
  ];
  return `${beside(cleanName(name), ...identities, ...marks.filter(Boolean))}\n`;
}
