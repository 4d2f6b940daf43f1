/** `asfaleia card`: what others need to write to this device. */
import { noPositionals, parseArguments } from "../arguments.ts";
import { EXIT } from "../exit.ts";
import { note, print } from "../io.ts";
import { loadMessenger, signerOf, withMessenger } from "../profile/open.ts";
import { PROFILE_HELP, PROFILE_OPTIONS } from "../profile/where.ts";

export const help = `Usage: asfaleia card [--publish] [--home DIR] [--profile NAME]

Prints your card: who has it can write to this device, whether or not it is published. It ends by itself after some
weeks; make a new one then.

  --publish        publish the card under your SSH key at your relays too, or, where the setting publish is off, take
                   it back
${PROFILE_HELP}

Examples:
  asfaleia card > alice.card
  asfaleia card --publish
`;

const OPTIONS = { publish: { type: "boolean" }, ...PROFILE_OPTIONS } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  return withMessenger(values, signal, async (opened) => {
    const { messenger } = opened;
    const { writeCardText } = await loadMessenger();
    await print(writeCardText(messenger.card()));
    if (!values.publish) return EXIT.done;
    await messenger.publish(await signerOf(opened));
    note(
      messenger.settings().get("publish") === "off" ? "The card is at no relay." : "The card is published.",
    );
    return EXIT.done;
  });
}
