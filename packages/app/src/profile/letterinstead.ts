/** Where no card of a key is to be had: says how a letter goes, and sends one where somebody says yes. */
import type { ContactView, MessageView } from "@asfaleia/client/messenger";
import { type NamedKey, publicKeyFromBlob } from "@asfaleia/identity";
import { hasLetterForm } from "@asfaleia/identity/letter";
import { parseAddress } from "@asfaleia/protocol";
import { cleanLine } from "../display.ts";
import { EXIT, failureOf } from "../exit.ts";
import { complain, note } from "../io.ts";
import type { Content } from "../letters/contents.ts";
import { postLetters } from "../letters/post.ts";
import { agrees, canAsk } from "../person.ts";
import { type Opened, signerOf } from "./open.ts";

/**
 * The messages stay queued, unless a letter goes in their place.
 * @returns the exit code where letters were sent; undefined where none was
 */
export async function letterInstead(
  opened: Opened,
  contact: ContactView,
  queued: readonly MessageView[],
  contents: readonly Content[],
): Promise<number | undefined> {
  const { profile, messenger, dialling, signal } = opened;
  const keys: NamedKey[] = profile.identities
    .ofContact(contact.id)
    .map(({ blob }) => ({ key: publicKeyFromBlob(blob), comment: contact.name }));
  const readable = keys.filter(({ key }) => hasLetterForm(key));
  const name = cleanLine(contact.name);
  note(`No card of ${name} has been found: the message waits here, and goes out when there is one.`);
  const [receiver] = readable;
  if (receiver === undefined) return undefined;
  if (!canAsk()) {
    note("asfaleia send --letter KEY sends a letter now, which has no forward secrecy.");
    return undefined;
  }
  if (!(await agrees("Send it as a letter instead, now and without forward secrecy (yes/no)? ", signal)))
    return undefined;
  const [relay] = messenger.status().relays;
  if (relay === undefined) return undefined;
  try {
    const exit = await postLetters({
      receivers: [receiver],
      contents,
      from: await signerOf(opened),
      member: undefined,
      json: false,
      reach: () => dialling.dial(parseAddress(relay.relay), { signal }),
    });
    // It must not arrive a second time.
    if (exit === EXIT.done) for (const { id } of queued) await messenger.delete(contact.id, id);
    return exit;
  } catch (error) {
    if (signal.aborted) throw error;
    complain(failureOf(error).message);
    return undefined;
  }
}
