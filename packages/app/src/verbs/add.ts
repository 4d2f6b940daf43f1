/** `asfaleia add`: makes a contact of whatever somebody was given for it. */
import { parseArguments } from "../arguments.ts";
import { addIntroduced, keyArt } from "../contacts/add.ts";
import { addFromSource } from "../contacts/fromsource.ts";
import { takeCardArgument } from "../contacts/introduction.ts";
import { warnOfLookalikes } from "../contacts/lookalikes.ts";
import { type Meeting, readMeeting } from "../contacts/meeting.ts";
import { fitted } from "../conversation.ts";
import { cleanName } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import type { ContactView, Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";
import { contactJson } from "../lines.ts";

export const help = `Usage: asfaleia add LINK|CODE|CARD|KEY|SOURCE|FILE [--as NAME] [--relay ADDR] [--json] [--home DIR]
                    [--profile NAME]

Makes a contact of somebody. LINK is an invite (asfaleia invite there), CODE a spoken code (asfaleia invite --code
there): both make you contacts of each other. CARD (asfaleia card there) or KEY is the text itself; FILE holds a card,
a public key, or several keys of one person in authorized_keys form. With - it is read from standard input: that is
the way for links and codes, since arguments show in lists of processes.

SOURCE is github:NAME, gitlab:NAME, or https://… of a page of public keys. The keys are shown, and pinned with where
they come from: asfaleia contacts --refresh looks again. A changed key is told, and never taken silently. Compare the
fingerprints, or the pictures, with those that they see (asfaleia whoami), or asfaleia verify.

  --as NAME        what you call them (default: the name on the card, the comment of the key, or its fingerprint)
  --relay ADDR     the relay that a code was made at (default: your own)
  --github-url URL what github:NAME means instead of https://github.com (setting: github-url)
  --gitlab-url URL what gitlab:NAME means instead of https://gitlab.com (setting: gitlab-url)
  --json           one line of JSON: type "contact", contact, name, state, verified, identities, devices, unread, invite
${FACE_HELP}

Examples:
  asfaleia add -
  asfaleia add github:alice
  asfaleia add bob.card --as bob
`;

const OPTIONS = {
  as: { type: "string" },
  relay: { type: "string" },
  "github-url": { type: "string" },
  "gitlab-url": { type: "string" },
  json: { type: "boolean" },
  ...FACE_OPTIONS,
} as const;

interface AddValues {
  readonly as?: string;
  readonly relay?: string;
  readonly "github-url"?: string;
  readonly "gitlab-url"?: string;
}

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { card, rest } = takeCardArgument(args);
  const { values, positionals } = parseArguments({ args: rest, options: OPTIONS, allowPositionals: true });
  const words = card === undefined ? positionals : [card, ...positionals];
  const [word, more] = words;
  if (word === undefined) throw usage("whom? Name a link, a code, a card, a public key, a source, or a file");
  if (more !== undefined) throw usage("one at a time: put a key or a code in quotes");
  if (word === "-" && process.stdin.isTTY)
    note("Paste the link, the code, the card or the key; an empty line ends it.");
  const meeting = await readMeeting(word);
  if (values.relay !== undefined && meeting.kind !== "code") throw usage("--relay goes with a code");
  if ((values["github-url"] ?? values["gitlab-url"]) !== undefined && meeting.kind !== "source")
    throw usage("--github-url and --gitlab-url go with github:NAME and gitlab:NAME");
  return withFace(values, signal, async ({ face }) => {
    const contact = await meet(face, meeting, values);
    if (values.json) await print(contactJson(contact));
    else await print(`${fitted(`${cleanName(contact.name)} is a contact\n`)}${await keyArt(face, contact)}`);
    await warnOfLookalikes(face, contact.id);
    if (contact.invite === "waiting") note("You are a contact of theirs as soon as they are online.");
    return EXIT.done;
  });
}

function meet(face: Face, meeting: Meeting, values: AddValues): Promise<ContactView> {
  const { as, relay, "github-url": githubUrl, "gitlab-url": gitlabUrl } = values;
  const named = as === undefined ? {} : { as };
  switch (meeting.kind) {
    case "link":
      return face.call("invites.accept", { link: meeting.link, ...named });
    case "code":
      return face.call("codes.join", {
        code: meeting.code,
        ...named,
        ...(relay === undefined ? {} : { relay }),
      });
    case "source": {
      const bases = {
        ...(githubUrl === undefined ? {} : { githubUrl }),
        ...(gitlabUrl === undefined ? {} : { gitlabUrl }),
      };
      return addFromSource(face, meeting.source, bases, as);
    }
    default:
      return addIntroduced(face, meeting, as);
  }
}
