/** `asfaleia letters get`: takes everything out of the mailbox, and lets nothing of it fall. */
import type { Link } from "@asfaleia/client";
import { noPositionals, parseArguments } from "../arguments.ts";
import { EXIT, Failure, failureOf } from "../exit.ts";
import { complain, note } from "../io.ts";
import type { Desk } from "../letters/desk.ts";
import { MAILBOX_HELP, MAILBOX_OPTIONS, prepareReading, sealedOf, UNREAD_HELP } from "../letters/options.ts";
import { JSON_HELP } from "../letters/show.ts";
import { reachRelay, relayAddress } from "../relays.ts";

export const help = `Usage: asfaleia letters get [-i KEY] [--relay ADDR] [--json] [--save DIR]

Fetches all your letters and shows them. The relay forgets each one as soon as it has sent it: should the connection or
this machine break in the middle, what was on its way is lost. asfaleia letters listen confirms every letter instead.
Where showing or saving fails (the output is closed, the disk of --save is full), what has come is kept sealed in the
folder ASFALEIA_HOME/unread, and for the same reason the first Ctrl-C does not stop letters that are on their way.
With --save, each letter is written sealed before it is opened; one that cannot be opened stays there as ID.age.
${UNREAD_HELP}

${MAILBOX_HELP}

${JSON_HELP}

Examples:
  asfaleia letters get
  asfaleia letters get -i ~/.ssh/work --save ~/letters
`;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: MAILBOX_OPTIONS, allowPositionals: true });
  noPositionals(positionals);
  relayAddress(values.relay);
  const { signer, desk } = await prepareReading(values, signal);

  const opening = new AbortController();
  const stopOpening = () => opening.abort(signal.reason);
  signal.addEventListener("abort", stopOpening);
  const link = await reachRelay(values, opening.signal);
  try {
    const token = await link.authenticate(signer);
    signal.throwIfAborted();
    // From here on the relay forgets what it sends.
    signal.removeEventListener("abort", stopOpening);
    signal.addEventListener("abort", () => note("Letters are on their way; Ctrl-C again loses them."));
    const count = await receive(link.get(token), desk).catch((error) => {
      throw isNotAllowed(error) ? new Failure(EXIT.refused, SUBSCRIBED) : error;
    });
    signal.throwIfAborted();
    if (count > 0) return EXIT.done;
    note("No letters wait.");
    return EXIT.nothing;
  } finally {
    link.close();
  }
}

const SUBSCRIBED = "letters listen reads this mailbox, here or elsewhere: end it first (not-allowed)";

function isNotAllowed(error: unknown): boolean {
  return (
    error instanceof Error && error.name === "RefusedError" && "code" in error && error.code === "not-allowed"
  );
}

/** Reads to the end, whatever happens to showing. @returns how many letters came */
async function receive(messages: ReturnType<Link["get"]>, desk: Desk): Promise<number> {
  const rescue = new Rescue(desk);
  let count = 0;
  for await (const message of messages) {
    count++;
    const sealed = sealedOf(message);
    if (rescue.cause !== undefined) await rescue.keep(sealed);
    else {
      try {
        await desk.take(sealed);
      } catch (error) {
        rescue.cause = error;
        await rescue.keep(sealed);
      }
    }
  }
  rescue.report();
  return count;
}

/** What becomes of letters once showing them has failed. */
class Rescue {
  readonly #desk: Desk;
  #kept: string[] = [];
  #lost = 0;
  /** Why it began. */
  cause: unknown;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async keep(sealed: Parameters<Desk["keepUnread"]>[0]): Promise<void> {
    try {
      this.#kept.push(await this.#desk.keepUnread(sealed));
    } catch {
      this.#lost++;
    }
  }

  /** @throws Failure where anything has failed */
  report(): void {
    if (this.cause === undefined) return;
    for (const path of this.#kept) note(`kept sealed: ${path}`);
    if (this.#lost > 0) complain(`${this.#lost} letters are lost: they could be neither shown nor kept`);
    throw new Failure(
      EXIT.failed,
      `${failureOf(this.cause).message}; ${this.#kept.length} letters are kept sealed`,
    );
  }
}
