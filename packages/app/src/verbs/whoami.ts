/** `asfaleia whoami`: which key is ours, as ssh-keygen would show it. */
import { fingerprint, publicKeyLine, randomart } from "@asfaleia/identity";
import { hasLetterForm } from "@asfaleia/identity/letter";
import { noPositionals, parseArguments } from "../arguments.ts";
import { cleanLine, jsonLine } from "../display.ts";
import { EXIT } from "../exit.ts";
import { print } from "../io.ts";
import { findOwnKey, type OwnKey } from "../keys.ts";

export const help = `Usage: asfaleia whoami [-i KEY] [--json]

Shows your key: the public key line that others write to, its fingerprint and its randomart.

  -i KEY    a private key file, or a .pub whose private half is in the ssh-agent or beside it
            (default: as ssh finds it: ssh-agent, then ~/.ssh/id_ed25519, id_ecdsa, id_rsa)
  --json    one line of JSON: publicKey, comment, type, bits, fingerprint, file, agent, letters (whether letters can
            be sealed for it)

Examples:
  asfaleia whoami
  asfaleia whoami -i ~/.ssh/work.pub --json
`;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({
    args,
    options: { identity: { type: "string", short: "i" }, json: { type: "boolean" } },
    allowPositionals: true,
  });
  noPositionals(positionals);
  const own = await findOwnKey(values.identity, signal);
  const { publicKey } = own;
  const line = publicKeyLine(publicKey, cleanLine(own.comment));
  await print(values.json ? factsOf(own) : `${line}\n${fingerprint(publicKey)}\n${randomart(publicKey)}\n`);
  return EXIT.done;
}

function factsOf({ publicKey, comment, file, inAgent }: OwnKey): string {
  return jsonLine({
    publicKey: publicKeyLine(publicKey),
    comment,
    type: publicKey.type,
    bits: publicKey.bits,
    fingerprint: fingerprint(publicKey),
    file,
    agent: inAgent,
    letters: hasLetterForm(publicKey),
  });
}
