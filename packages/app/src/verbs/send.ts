/** `asfaleia send`: a message in a session, or with --letter a letter. */
import { parseArguments } from "../arguments.ts";
import { usage } from "../exit.ts";
import { FACE_OPTIONS } from "../face/open.ts";
import { WAIT_HELP, WAIT_OPTIONS, waitingOf } from "../face/outcome.ts";
import { MAKE_OPTIONS } from "../profile/makeoptions.ts";
import { RELAY_HELP } from "../relayoptions.ts";

export const help = `Usage: asfaleia send NAME|KEY [TEXT] [--file PATH] [--wait at-relay|delivered] [--timeout S] [--json]
       asfaleia send --letter [-i KEY] [--anonymous] [--relay ADDR] KEY [TEXT] [--file PATH]
       asfaleia send --ephemeral [-i KEY] [--relay ADDR] CARD|KEY [TEXT] …

Sends a message to a contact, or to the holder of an SSH key, who becomes one. It goes to all their devices in
post-quantum sessions, and is kept here until they have it: where no card of a key can be found, it waits, and the
next send or listen tries again. TEXT is read from standard input where neither it nor --file is given; more than
64 KiB goes as a file.

KEY is a public key line, a .pub file, or base64 of a public key (SPKI or OpenSSH); CARD a file of asfaleia card.

  --file PATH      send a file, - for standard input; with a TEXT too it is a second message
${WAIT_HELP}
  --name NAME      what the receiver sees as the name of the file (without --file, with --ephemeral: of you)
  --home DIR, --profile NAME, -i KEY, --accept-new, --no-agent   as asfaleia listen --help tells
  --ephemeral      from a profile in memory that is gone afterwards (-i, --relay, --name, --link as asfaleia init)
  --json           one line of JSON for each state: type "state", id, with, state; of a letter: event "sent" or
                   "failed", to, message (its id), bytes, type, name, error

A letter is an age file sealed to an SSH key, which age -d -i KEY opens too: for somebody who has never been there. It
is signed with your key, and sent under another one that is drawn for the run, so that the relay does not learn who
wrote it. A letter has no forward secrecy, and a signed one can be shown to others. It needs no profile.

  --letter         send a letter; KEY may then be @FILE of several keys in authorized_keys form, who get one each
  -i KEY           the key to sign with: a private file, or a .pub whose private half is in the ssh-agent
                   (default: as ssh finds it: ssh-agent, then ~/.ssh/id_ed25519, id_ecdsa, id_rsa)
  --anonymous      neither name nor signature; the receiver cannot know who wrote it, nor answer
  --as-member      prove your own key to the relay, as one for members only demands; it then knows who sends
${RELAY_HELP}

Letters end with the worst that happened to any of them (the highest exit code).

Examples:
  asfaleia send bob "See you at eight"
  make 2>&1 | asfaleia send bob --wait delivered --timeout 300
  asfaleia send --letter bob.pub "Write to me: asfaleia add"
  asfaleia send --letter --anonymous @friends --file cat.png
`;

const OPTIONS = {
  letter: { type: "boolean" },
  anonymous: { type: "boolean" },
  "as-member": { type: "boolean" },
  file: { type: "string" },
  json: { type: "boolean" },
  ephemeral: { type: "boolean" },
  ...WAIT_OPTIONS,
  ...MAKE_OPTIONS,
  ...FACE_OPTIONS,
} as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [recipient, text, ...rest] = positionals;
  if (recipient === undefined)
    throw usage("to whom? Name a contact, a public key, a file of one, or with --letter @FILE");
  if (rest.length > 0) throw usage("the text is one word: put it in quotes");
  if (values.letter) {
    const { sendLetters } = await import("../letters/send.ts");
    return sendLetters({ ...values, relay: values.relay?.at(-1) }, recipient, text, signal);
  }
  for (const option of ["anonymous", "as-member"] as const) {
    if (values[option]) throw usage(`--${option} goes with --letter`);
  }
  const waiting = waitingOf(values);
  const { sendMessages } = await import("../talk/sending.ts");
  return sendMessages(
    values,
    { recipient, text, file: values.file, name: values.name, waiting, json: values.json === true },
    signal,
  );
}
