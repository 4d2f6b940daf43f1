/** Sends letters, as `asfaleia send --letter` has them. */
import { findOwnKey } from "../keys.ts";
import { recipientsOf } from "../recipients.ts";
import { reachRelay, relayAddress } from "../relays.ts";
import { readContents } from "./contents.ts";
import { postLetters } from "./post.ts";

export interface LetterValues {
  readonly identity?: string;
  readonly anonymous?: boolean;
  readonly "as-member"?: boolean;
  readonly file?: string;
  readonly name?: string;
  readonly json?: boolean;
  readonly relay?: string | undefined;
  readonly "accept-new"?: boolean;
}

/** @returns the worst exit code of them all. @throws Failure, KeyError, the signal's reason */
export async function sendLetters(
  values: LetterValues,
  recipient: string,
  text: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  relayAddress(values.relay);
  const receivers = await recipientsOf(recipient);
  const needsOwnKey = !values.anonymous || values["as-member"];
  const own = needsOwnKey ? await (await findOwnKey(values.identity, signal)).signer() : undefined;
  return postLetters({
    receivers,
    contents: await readContents(text, values.file, values.name),
    from: values.anonymous ? undefined : own,
    member: values["as-member"] ? own : undefined,
    json: values.json === true,
    reach: () => reachRelay(values, signal),
  });
}
