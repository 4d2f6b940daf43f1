/** What `letters get` and `letters listen` have in common: their options, and a desk for them. */
import { join } from "node:path";
import { fingerprint, type Signer } from "@asfaleia/identity";
import { hasLetterForm } from "@asfaleia/identity/letter";
import type { Message } from "@asfaleia/protocol";
import { EXIT, Failure } from "../exit.ts";
import { openHome } from "../home.ts";
import { findOwnKey, type OwnKey } from "../keys.ts";
import { RELAY_HELP, RELAY_OPTIONS } from "../relayoptions.ts";
import { Desk, type Sealed } from "./desk.ts";
import { Folder } from "./folder.ts";

/** For parseArgs. */
export const LETTER_OPTIONS = {
  identity: { type: "string", short: "i" },
  json: { type: "boolean" },
  save: { type: "string" },
} as const;

export const MAILBOX_OPTIONS = { ...LETTER_OPTIONS, ...RELAY_OPTIONS } as const;

export const LETTER_HELP = `  -i KEY           your key: a private file, or a .pub whose private half is in the ssh-agent
                   (default: as ssh finds it: ssh-agent, then ~/.ssh/id_ed25519, id_ecdsa, id_rsa)
  --json           one line of JSON a letter
  --save DIR       save every letter in DIR, files under safe names, mode 0600, nothing overwritten`;

export const MAILBOX_HELP = `${LETTER_HELP}
${RELAY_HELP}`;

export const UNREAD_HELP = `A letter that can be neither shown nor saved, such as a picture without --save, is kept sealed in the folder
ASFALEIA_HOME/unread; asfaleia letters open shows and saves it from there.`;

/** Everything that is needed before a relay is spoken to: a person may still be asked, and nothing is lost yet. */
export interface Reading {
  readonly own: OwnKey;
  readonly signer: Signer;
  readonly desk: Desk;
}

/**
 * Finds the key, opens it and the folder.
 * @throws Failure `key` for a key that has no letters, or, without --save, whose private half only an agent has
 */
export async function prepareReading(
  values: { identity?: string; json?: boolean; save?: string },
  signal: AbortSignal,
): Promise<Reading> {
  const own = await findOwnKey(values.identity, signal);
  if (!hasLetterForm(own.publicKey)) {
    throw new Failure(
      EXIT.key,
      `letters can be sealed for ed25519 and RSA keys (from 2048 bits) only, so there are none for ${fingerprint(own.publicKey)}`,
    );
  }
  const key = await own.privateKey();
  if (key === null && values.save === undefined) {
    throw new Failure(
      EXIT.key,
      "an agent cannot open letters: nothing was fetched. Name the private key file with -i, or keep the letters " +
        "sealed with --save DIR and open them where the file is (asfaleia letters open)",
    );
  }
  const folder = values.save === undefined ? undefined : await Folder.open(values.save);
  const desk = new Desk({ key, json: values.json === true, folder, unread });
  return { own, signer: await own.signer(), desk };
}

async function unread(): Promise<Folder> {
  return Folder.open(join(await openHome(), "unread"));
}

/** A message of the relay for the desk. */
export function sealedOf(message: Message): Sealed {
  const id = Buffer.from(message.id).toString("hex");
  return { source: id, name: id, envelope: message.envelope };
}
