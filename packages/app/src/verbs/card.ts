/** `asfaleia card`: what others need to write to this device. */

import { noPositionals, parseArguments } from "../arguments.ts";
import { EXIT } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { note, print } from "../io.ts";

export const help = `Usage: asfaleia card [--publish] [--home DIR] [--profile NAME]

Prints your card: who has it can write to this device, whether or not it is published. It ends by itself after some
weeks; make a new one then.

  --publish        publish the card under your SSH key at your relays too, or, where the setting publish is off, take
                   it back
${FACE_HELP}

Examples:
  asfaleia card > alice.card
  asfaleia card --publish
`;

const OPTIONS = { publish: { type: "boolean" }, ...FACE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  return withFace(values, signal, async ({ face }) => {
    await print((await face.call("card.get", {})).card);
    if (!values.publish) return EXIT.done;
    const { published } = await face.call("card.publish", {});
    note(published ? "The card is published." : "The card is at no relay.");
    return EXIT.done;
  });
}
