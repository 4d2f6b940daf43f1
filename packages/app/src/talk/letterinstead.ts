/** Where no card of a key is to be had: says how a letter goes, and sends one where somebody says yes. */
import { fingerprint, publicKeyFromText, type Signer } from "@asfaleia/identity";
import { hasLetterForm } from "@asfaleia/identity/letter";
import { parseAddress } from "@asfaleia/protocol";
import { cleanName } from "../display.ts";
import { EXIT, Failure, failureOf } from "../exit.ts";
import type { ContactView, Face, MessageView } from "../face/face.ts";
import type { FaceValues, Seen } from "../face/open.ts";
import { complain, note } from "../io.ts";
import { findOwnKey } from "../keys.ts";
import type { Content } from "../letters/contents.ts";
import { postLetters } from "../letters/post.ts";
import { agrees, canAsk } from "../person.ts";
import { dialTrusted } from "../relays.ts";

/**
 * The messages stay queued, unless a letter goes in their place.
 * @returns the exit code where letters were sent; undefined where none was
 */
export async function letterInstead(
  { face, where, signal }: Seen,
  values: FaceValues,
  contact: ContactView,
  queued: readonly MessageView[],
  contents: readonly Content[],
): Promise<number | undefined> {
  const lines = await face.call("contacts.keys", { contact: contact.id });
  const keys = lines.map(({ line }) => ({ key: publicKeyFromText(line).key, comment: contact.name }));
  const receiver = keys.find(({ key }) => hasLetterForm(key));
  const name = cleanName(contact.name);
  note(`No card of ${name} has been found: the message waits here, and goes out when there is one.`);
  if (receiver === undefined) return undefined;
  if (!canAsk()) {
    note("asfaleia send --letter KEY sends a letter now, which has no forward secrecy.");
    return undefined;
  }
  if (!(await agrees("Send it as a letter instead, now and without forward secrecy (yes/no)? ", signal)))
    return undefined;
  const { relays } = await face.call("status.get", {});
  const [relay] = relays;
  if (relay === undefined) return undefined;
  const trusting = { home: where.home, acceptNew: values["accept-new"] === true };
  try {
    const exit = await postLetters({
      receivers: [receiver],
      contents,
      from: await ownSigner(face, values, signal),
      member: undefined,
      json: false,
      reach: () => dialTrusted(parseAddress(relay.relay), trusting, signal),
    });
    // It must not arrive a second time.
    if (exit === EXIT.done)
      for (const { id } of queued) await face.call("messages.delete", { contact: contact.id, id });
    return exit;
  } catch (error) {
    if (signal.aborted) throw error;
    complain(failureOf(error).message);
    return undefined;
  }
}

/** Letters are signed here, as without a profile, but by the key of the profile. */
async function ownSigner(face: Face, values: FaceValues, signal: AbortSignal): Promise<Signer> {
  const known = await face.call("key.get", {});
  const own = await findOwnKey(values.identity ?? known.path, signal);
  if (fingerprint(own.publicKey) === known.fingerprint) return own.signer();
  throw new Failure(EXIT.key, "this is not the SSH key of the profile: name that one with -i");
}
