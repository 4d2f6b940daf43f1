/** `asfaleia listen`: shows messages as they come. */
import { noPositionals, parseArguments, wholeNumber } from "../arguments.ts";
import { addIntroduced } from "../contacts/add.ts";
import { readIntroduction } from "../contacts/introduction.ts";
import { jsonLine } from "../display.ts";
import { EXIT } from "../exit.ts";
import { withEither } from "../face/ephemeral.ts";
import type { Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, type Seen } from "../face/open.ts";
import { print } from "../io.ts";
import { Folder } from "../letters/folder.ts";
import { MAKE_HELP, MAKE_OPTIONS, noMakingOptions } from "../profile/makeoptions.ts";
import { Listener } from "../talk/listener.ts";
import { SavedFiles } from "../talk/savedfiles.ts";

export const help = `Usage: asfaleia listen [--json] [--count N] [--timeout S] [--save DIR] [--home DIR] [--profile NAME]
       asfaleia listen --ephemeral [-i KEY] [--relay ADDR] [--add CARD|KEY]… [--json] …

Shows the messages that nobody has seen yet, and each one as it comes, until Ctrl-C; meanwhile what waits is sent, and
files that others have accepted are passed on. A message counts as read when it has been shown.

  --json           one line of JSON an event
  --count N        end after N messages
  --timeout S      end after S seconds; with 6 where fewer than N messages came (without --count: none)
  --save DIR       accept files and save them in DIR under safe names, mode 0600, nothing overwritten
  --ephemeral      a profile in memory: prints its card first, and forgets everything at the end
  --add CARD|KEY   with --ephemeral: somebody to know from the start
${FACE_HELP}
With --ephemeral:
${MAKE_HELP}
                   (default: off)

With --json every event is one line, an object with a name "type":
  message, request   id, with (the contact's name), contact, from (fingerprint), own, kind, text, replyTo, file, at,
                     arrivedAt, until, edited, deleted, read, reactions, state; request: of somebody unknown
  changed            the same, of a message that was edited, deleted or reacted to
  state              id, with, state: how far an own message is
  file               with, contact, file (id, name, type, size, state, done), saved: the path, once it is written
  notice             with, contact, what, about, count: what happened to keys, or messages that never arrived
  connection         relay, up
  card               card: the own card as text, with --ephemeral

Examples:
  asfaleia listen
  asfaleia listen --json --count 1 --timeout 60
`;

const MAX_SECONDS = 1_000_000;

const OPTIONS = {
  json: { type: "boolean" },
  count: { type: "string" },
  timeout: { type: "string" },
  save: { type: "string" },
  ephemeral: { type: "boolean" },
  add: { type: "string", multiple: true },
  ...MAKE_OPTIONS,
  ...FACE_OPTIONS,
} as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  noMakingOptions(values);
  const most = values.count === undefined ? undefined : wholeNumber("count", values.count, 1, 1_000_000_000);
  const seconds =
    values.timeout === undefined ? undefined : wholeNumber("timeout", values.timeout, 1, MAX_SECONDS);
  const introductions = await Promise.all((values.add ?? []).map(readIntroduction));
  const folder = values.save === undefined ? undefined : await Folder.open(values.save);
  const show = async ({ face }: Seen): Promise<number> => {
    for (const introduction of introductions) await addIntroduced(face, introduction, undefined);
    const json = values.json === true;
    if (values.ephemeral) await showCard(face, json);
    const listener = new Listener(face, signal, json, folder && new SavedFiles(face, folder));
    const count = await listener.listen(most, seconds);
    return count >= (most ?? 1) ? EXIT.done : EXIT.nothing;
  };
  return withEither(values, signal, show, { staysPublished: true });
}

async function showCard(face: Face, json: boolean): Promise<void> {
  const { card } = await face.call("card.get", {});
  await print(json ? jsonLine({ type: "card", card }) : card);
}
