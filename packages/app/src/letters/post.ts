/** Sends letters: each sealed before anything is sent, one to each receiver. */
import type { AuthToken, Link } from "@asfaleia/client";
import { fingerprint, type NamedKey, publicKeyBase64, type Signer } from "@asfaleia/identity";
import { sealLetter } from "@asfaleia/identity/letter";
import { cleanLine, jsonLine } from "../display.ts";
import { EXIT, Failure, failureOf } from "../exit.ts";
import { complain, print } from "../io.ts";
import { keyForThisRun } from "../keys.ts";
import type { Content } from "./contents.ts";

/** A letter on its way. */
interface Outgoing {
  readonly to: NamedKey;
  readonly content: Content;
  readonly envelope: Uint8Array;
}

export interface Posting {
  readonly receivers: readonly NamedKey[];
  readonly contents: readonly Content[];
  /** Signs the letters; undefined: anonymous. */
  readonly from: Signer | undefined;
  /** Proves this key to the relay instead of one for the run. */
  readonly member: Signer | undefined;
  readonly json: boolean;
  /** Opens the link, when all is sealed. */
  reach(): Promise<Link>;
}

/** @returns the worst exit code of any of the letters. @throws what `reach` throws, LinkError, Failure */
export async function postLetters(posting: Posting): Promise<number> {
  const { receivers, contents, from, member } = posting;
  const report = new Report(posting.json);
  const letters = await sealAll(receivers, contents, from, report);
  if (letters.length === 0) return report.worst;

  const link = await posting.reach();
  try {
    const token = await logIn(link, member);
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
        const { type, name, body } = content;
        const named = name === undefined ? {} : { name };
        const envelope = await sealLetter({ to: to.key, from, type, ...named, body, now: new Date() });
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
