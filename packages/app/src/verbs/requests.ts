/** `asfaleia requests`: first messages of people who are not known. */
import { parseArguments } from "../arguments.ts";
import { keyArt } from "../contacts/add.ts";
import { needRequest } from "../contacts/find.ts";
import { messageText } from "../conversation.ts";
import { cleanLine } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import { print } from "../io.ts";
import { contactJson, messageJson } from "../lines.ts";
import { type Opened, withMessenger } from "../profile/open.ts";
import { PROFILE_HELP, PROFILE_OPTIONS } from "../profile/where.ts";

export const help = `Usage: asfaleia requests [--json] [--home DIR] [--profile NAME]
       asfaleia requests accept|block ID [--as NAME]

Lists what people who are no contacts have written, makes a contact of one of them, or blocks them. They learn nothing
before they are accepted.

ID is the number of a request, its fingerprint, or the beginning of the id of one of its messages.

  --as NAME        what you call them
  --json           one line of JSON a message: type "request", the other names as asfaleia listen --help tells
${PROFILE_HELP}

Examples:
  asfaleia requests
  asfaleia requests accept 3 --as carol
`;

const OPTIONS = { as: { type: "string" }, json: { type: "boolean" }, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [what, word, more] = positionals;
  if (what !== undefined && what !== "accept" && what !== "block")
    throw usage("requests takes accept or block");
  if (more !== undefined) throw usage("one at a time");
  if (values.as !== undefined && what !== "accept") throw usage("--as goes with requests accept");
  const json = values.json === true;
  return withMessenger(values, signal, async (opened) => {
    if (what === undefined) return list(opened, json);
    const request = needRequest(opened, word);
    if (what === "block") {
      await opened.messenger.block(request.id);
      return EXIT.done;
    }
    const contact = await opened.messenger.accept(request.id, values.as);
    await print(
      json ? contactJson(contact) : `${cleanLine(contact.name)} is a contact\n${keyArt(opened, contact)}`,
    );
    return EXIT.done;
  });
}

async function list({ messenger }: Opened, json: boolean): Promise<number> {
  const requests = messenger.contacts().filter(({ state }) => state === "request");
  for (const { id, identities } of requests) {
    if (!json) await print(`request ${id} from ${identities.map(cleanLine).join(" ")}\n`);
    for (const view of messenger.history(id)) {
      if (view.kind !== "notice") await print(json ? messageJson("request", view) : messageText(view));
    }
  }
  return requests.length > 0 ? EXIT.done : EXIT.nothing;
}
