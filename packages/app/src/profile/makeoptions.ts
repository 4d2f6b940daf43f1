/** The options of every verb that makes a profile: `init`, `restore`, and `--ephemeral`. */

import { usage } from "../exit.ts";

/** For parseArgs; `-i` and `--accept-new` are among PROFILE_OPTIONS. */
export const MAKE_OPTIONS = {
  relay: { type: "string", multiple: true },
  name: { type: "string" },
  link: { type: "string" },
  replace: { type: "boolean" },
  publish: { type: "string" },
} as const;

export const MAKE_HELP = `  --relay ADDR     a relay for the own mailboxes: asfaleia://host:port#SHA256:…, host or host:port (default:
                   ASFALEIA_RELAY); may be given several times, the first one is used. here=HOST[:PORT]: the agent
                   runs a relay of your own, which others reach under that name or address
  --name NAME      shown to people who get your card
  --link CARD      the card of another device of the same SSH key, as a file: that device confirms this one
  --replace        the other devices of the SSH key are lost: this one takes their place, and contacts are asked
                   whether to take it
  --publish on|off whether the card is published under your SSH key, so that whoever has the key can write to you`;

export interface MakeValues {
  readonly identity?: string;
  readonly relay?: string[];
  readonly name?: string;
  readonly link?: string;
  readonly replace?: boolean;
  readonly publish?: string;
}

/** @throws Failure `usage` for options that only a profile that is made has use for */
export function noMakingOptions(
  values: MakeValues & { readonly ephemeral?: boolean; readonly add?: string[] },
): void {
  if (values.ephemeral) return;
  for (const option of ["relay", "name", "link", "publish", "add"] as const) {
    if (values[option] !== undefined) throw usage(`--${option} goes with --ephemeral: a profile has its own`);
  }
}
