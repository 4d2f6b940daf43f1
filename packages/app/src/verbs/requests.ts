/** `asfaleia requests`: first messages of people who are not known. */

import { parseArguments } from "../arguments.ts";
import { keyArt } from "../contacts/add.ts";
import { needRequest } from "../contacts/find.ts";
import { warnOfLookalikes } from "../contacts/lookalikes.ts";
import { fitted, messageText } from "../conversation.ts";
import { cleanLine, cleanName } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import type { Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";
import { contactJson, messageJson } from "../lines.ts";

export const help = `Usage: asfaleia requests [--json] [--home DIR] [--profile NAME]
       asfaleia requests accept|block ID [--as NAME]

Lists what people who are no contacts have written, makes a contact of one of them, or blocks them. They learn nothing
before they are accepted.

ID is the number of a request, its fingerprint, or the beginning of the id of one of its messages.

  --as NAME        what you call them
  --json           one line of JSON a message: type "request", the other names as asfaleia listen --help tells
${FACE_HELP}

Examples:
  asfaleia requests
  asfaleia requests accept 3 --as carol
`;

const OPTIONS = { as: { type: "string" }, json: { type: "boolean" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [what, word, more] = positionals;
  if (what !== undefined && what !== "accept" && what !== "block")
    throw usage("requests takes accept or block");
  if (more !== undefined) throw usage("one at a time");
  if (values.as !== undefined && what !== "accept") throw usage("--as goes with requests accept");
  const json = values.json === true;
  return withFace(values, signal, async ({ face }) => {
    if (what === undefined) return list(face, json);
    const request = await needRequest(face, word);
    if (what === "block") {
      await face.call("contacts.block", { contact: request.id });
      return EXIT.done;
    }
    const as = values.as === undefined ? {} : { as: values.as };
    const contact = await face.call("contacts.accept", { contact: request.id, ...as });
    await print(
      json
        ? contactJson(contact)
        : `${fitted(`${cleanName(contact.name)} is a contact\n`)}${await keyArt(face, contact)}`,
    );
    await warnOfLookalikes(face, contact.id);
    return EXIT.done;
  });
}

async function list(face: Face, json: boolean): Promise<number> {
  const requests = (await face.call("contacts.list", {})).filter(({ state }) => state === "request");
  for (const { id, identities } of requests) {
    if (!json) await print(`request ${id} from ${identities.map(cleanLine).join(" ")}\n`);
    for (const view of await face.call("messages.history", { contact: id })) {
      if (view.kind !== "notice") await print(json ? messageJson("request", view) : messageText(view));
    }
  }
  if (requests.length > 0) return EXIT.done;
  if (!json) note("Nobody unknown has written.");
  return EXIT.nothing;
}
