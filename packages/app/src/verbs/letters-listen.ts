/** `asfaleia letters listen`: shows letters as they come; the relay forgets each one only when it has been dealt with. */
import type { Link } from "@asfaleia/client";
import type { Signer } from "@asfaleia/identity";
import { noPositionals, parseArguments, wholeNumber } from "../arguments.ts";
import { EXIT } from "../exit.ts";
import type { Desk } from "../letters/desk.ts";
import { MAILBOX_HELP, MAILBOX_OPTIONS, prepareReading, sealedOf, UNREAD_HELP } from "../letters/options.ts";
import { JSON_HELP } from "../letters/show.ts";
import { reachRelay, relayAddress } from "../relays.ts";

export const help = `Usage: asfaleia letters listen [-i KEY] [--relay ADDR] [--json] [--save DIR] [--count N] [--timeout S]

Shows the letters that wait, and each one as it comes, until Ctrl-C. The relay keeps a letter until it has been shown
or saved here, so none is lost, and after a broken connection one may come again.
${UNREAD_HELP}

  --count N        end after N letters
  --timeout S      end after S seconds; with 6 where fewer than N letters came (without --count: none)
${MAILBOX_HELP}

${JSON_HELP}

Examples:
  asfaleia letters listen
  asfaleia letters listen --save ~/letters --count 1 --timeout 60
`;

/** Letters that the relay sends ahead. */
const WINDOW = 16;
const MAX_SECONDS = 1_000_000;

const OPTIONS = { ...MAILBOX_OPTIONS, count: { type: "string" }, timeout: { type: "string" } } as const;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  const most = values.count === undefined ? undefined : wholeNumber("count", values.count, 1, 1_000_000_000);
  const seconds =
    values.timeout === undefined ? undefined : wholeNumber("timeout", values.timeout, 1, MAX_SECONDS);
  relayAddress(values.relay);
  const { signer, desk } = await prepareReading(values, signal);

  const link = await reachRelay(values, signal);
  let timeIsUp = false;
  const timer =
    seconds === undefined
      ? undefined
      : setTimeout(() => {
          timeIsUp = true;
          link.close();
        }, seconds * 1000);
  let count = 0;
  try {
    for await (const _ of confirmed(link, signer, desk)) if (++count === most) break;
  } catch (error) {
    if (!timeIsUp) throw error;
  } finally {
    clearTimeout(timer);
    link.close();
  }
  return count >= (most ?? 1) ? EXIT.done : EXIT.nothing;
}

/** Deals with the letters of a mailbox one by one, and yields when the relay knows that one has been dealt with. */
async function* confirmed(link: Link, signer: Signer, desk: Desk): AsyncGenerator<void> {
  let token = await link.authenticate(signer);
  const { messages } = await link.subscribe(token, WINDOW);
  for await (const message of messages) {
    await desk.take(sealedOf(message));
    try {
      await link.ack(token, [message.id]);
    } catch (error) {
      // A subscription outlives its token; an ACK does not.
      if (!(error instanceof Error && "code" in error && error.code === "bad-token")) throw error;
      token = await link.authenticate(signer);
      await link.ack(token, [message.id]);
    }
    yield;
  }
}
