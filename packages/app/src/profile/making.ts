/** What a profile is to be made of, out of the options of a verb. */
import { readIntroduction } from "../contacts/introduction.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import { findOwnKey } from "../keys.ts";
import { relayAddresses } from "../relays.ts";
import type { Making } from "./make.ts";
import type { MakeValues } from "./makeoptions.ts";
import { readCard } from "./open.ts";

/**
 * Finds the key and reads what the options name; nobody is asked for a passphrase so far.
 * @param publishes where `--publish` is left out
 * @throws Failure, KeyError, ProtocolError
 */
export async function makingOf(values: MakeValues, publishes: boolean, signal: AbortSignal): Promise<Making> {
  const { publish } = values;
  if (publish !== undefined && publish !== "on" && publish !== "off")
    throw usage("--publish takes on or off");
  const relays = relayAddresses(values.relay);
  const key = await findOwnKey(values.identity, signal);
  const link = values.link === undefined ? undefined : await cardIn(values.link);
  return {
    key,
    relays,
    name: values.name,
    link,
    replaces: values.replace === true,
    publish: publish === undefined ? publishes : publish === "on",
  };
}

async function cardIn(word: string): Promise<Uint8Array> {
  const introduction = await readIntroduction(word);
  if (introduction.kind === "card") return readCard(introduction.card);
  throw new Failure(EXIT.usage, "--link takes a card of the other device (asfaleia card), not a key");
}
