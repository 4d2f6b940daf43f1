/** `asfaleia send --letter`: a letter of its own to each receiver, sealed before anything is sent. */
import type { AuthToken, Link } from "@asfaleia/client";
import { fingerprint, type NamedKey, publicKeyBase64, type Signer } from "@asfaleia/identity";
import { sealLetter } from "@asfaleia/identity/letter";
import { parseArguments } from "../arguments.ts";
import { cleanLine, jsonLine } from "../display.ts";
import { EXIT, Failure, failureOf, usage } from "../exit.ts";
import { complain, print } from "../io.ts";
import { findOwnKey, keyForThisRun } from "../keys.ts";
import { type Content, readContents } from "../letters/contents.ts";
import { recipientsOf } from "../recipients.ts";
import { RELAY_HELP, RELAY_OPTIONS, reachRelay, relayAddress } from "../relays.ts";

export const help = `Usage: asfaleia send --letter [-i KEY] [--anonymous] [--relay ADDR] RECIPIENT [TEXT] [--file PATH]

Sends a letter: an age file sealed to an SSH key, which age -d -i KEY opens too. It is signed with your key, and sent
under another one that is drawn for the run, so that the relay does not learn who wrote it. A letter has no forward
secrecy, and a signed one can be shown to others.

RECIPIENT is a public key line, a .pub file, base64 of a public key (SPKI or OpenSSH), or @FILE of several keys in
authorized_keys form, who get a letter each. TEXT is read from standard input where neither it nor --file is given.

  --letter         send a letter (required: the other way, sessions, is not built yet)
  -i KEY           the key to sign with: a private file, or a .pub whose private half is in the ssh-agent
                   (default: as ssh finds it: ssh-agent, then ~/.ssh/id_ed25519, id_ecdsa, id_rsa)
  --anonymous      neither name nor signature; the receiver cannot know who wrote it, nor answer
  --file PATH      send a file, - for standard input; with a TEXT too it is a second letter
  --as-member      prove your own key to the relay, as one for members only demands; it then knows who sends
  --json           one line of JSON a letter: event "sent" or "failed", to, message (its id), bytes, type, name, error
${RELAY_HELP}

Ends with the worst that happened to any of the letters (the highest exit code).

Examples:
  asfaleia send --letter bob.pub "See you at eight"
  make 2>&1 | asfaleia send --letter "$(curl -fs https://example.org/alice.pub)"
  asfaleia send --letter --anonymous @friends --file cat.png
`;

const OPTIONS = {
  letter: { type: "boolean" },
  identity: { type: "string", short: "i" },
  anonymous: { type: "boolean" },
  file: { type: "string" },
  "as-member": { type: "boolean" },
  json: { type: "boolean" },
  ...RELAY_OPTIONS,
} as const;

/** A letter on its way. */
interface Outgoing {
  readonly to: NamedKey;
  readonly content: Content;
  readonly envelope: Uint8Array;
}

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  if (!values.letter) throw usage("say --letter: letters are what can be sent so far, sessions come later");
  const [recipient, text, ...rest] = positionals;
  if (recipient === undefined) throw usage("to whom? Name a public key, a .pub file or @FILE");
  if (rest.length > 0) throw usage("the text is one word: put it in quotes");
  relayAddress(values.relay);

  const receivers = await recipientsOf(recipient);
  const needsOwnKey = !values.anonymous || values["as-member"];
  const own = needsOwnKey ? await (await findOwnKey(values.identity, signal)).signer() : undefined;
  const contents = await readContents(text, values.file);
  const report = new Report(values.json === true);
  const letters = await sealAll(receivers, contents, values.anonymous ? undefined : own, report);
  if (letters.length === 0) return report.worst;

  const link = await reachRelay(values, signal);
  try {
    const token = await logIn(link, values["as-member"] ? own : undefined);
    for (const letter of letters) {
      try {
        const id = await link.send(token, publicKeyBase64(letter.to.key), letter.envelope);
        await report.sent(letter, id);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "RefusedError") throw error;
        await report.failed(letter.to, letter.content, error);
      }
    }
  } finally {
    link.close();
  }
  return report.worst;
}

/** @param own proves this key instead of one for the run */
async function logIn(link: Link, own: Signer | undefined): Promise<AuthToken> {
  try {
    return await link.authenticate(own ?? keyForThisRun());
  } catch (error) {
    const refused = error instanceof Error && error.name === "RefusedError" && "code" in error;
    if (own !== undefined || !refused || error.code !== "not-allowed") throw error;
    throw new Failure(
      EXIT.refused,
      "the relay is for members only: --as-member shows it your key (not-allowed)",
    );
  }
}

async function sealAll(
  receivers: readonly NamedKey[],
  contents: readonly Content[],
  from: Signer | undefined,
  report: Report,
): Promise<Outgoing[]> {
  const letters: Outgoing[] = [];
  for (const to of receivers) {
    for (const content of contents) {
      try {
        const envelope = await sealLetter({ to: to.key, from, ...content, now: new Date() });
        letters.push({ to, content, envelope });
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "LetterError") throw error;
        await report.failed(to, content, error);
      }
    }
  }
  return letters;
}

/** Tells what became of each letter, and remembers the worst. */
class Report {
  readonly #json: boolean;
  worst: number = EXIT.done;

  constructor(json: boolean) {
    this.#json = json;
  }

  async sent({ to, content, envelope }: Outgoing, id: Uint8Array): Promise<void> {
    const message = Buffer.from(id).toString("hex");
    const { type, name } = content;
    const facts = { event: "sent", to: fingerprint(to.key), message, bytes: envelope.length, type, name };
    await print(this.#json ? jsonLine(facts) : `sent to ${title(to)} (${envelope.length / 1024} KiB)\n`);
  }

  async failed(to: NamedKey, { type, name }: Content, error: Error): Promise<void> {
    const { exit, message } = failureOf(error);
    this.worst = Math.max(this.worst, exit);
    const code = "code" in error ? error.code : undefined;
    if (this.#json) {
      await print(jsonLine({ event: "failed", to: fingerprint(to.key), type, name, error: code }));
    }
    complain(`not sent to ${title(to)}: ${message}`);
  }
}

function title({ key, comment }: NamedKey): string {
  return comment === "" ? fingerprint(key) : `${fingerprint(key)} ${cleanLine(comment)}`;
}
