/** Reads the packets of a spoken code out of a mailbox, one after the other, and judges them. */
import type { Message } from "@asfaleia/protocol";
import { type Packet, readPacket } from "../code/packet.ts";
import { LinkError, RefusedError } from "../link/errors.ts";
import { codeTaken } from "./codeerrors.ts";
import type { CodeLink, CodeRun } from "./coderun.ts";

/** Packets that the relay may send ahead of our acknowledgements: each waits in memory. */
export const CODE_WINDOW = 8;
/** Of what is no packet, or none that belongs here: so much may come before somebody is taken to disturb. */
export const MAX_RUBBISH = 64;

export class CodeReader {
  readonly #run: CodeRun;
  readonly #from: CodeLink;
  readonly #messages: AsyncIterator<Message>;
  readonly #taken: Uint8Array[] = [];
  #rubbish = 0;

  constructor(run: CodeRun, from: CodeLink, messages: AsyncIterable<Message>) {
    this.#run = run;
    this.#from = from;
    this.#messages = messages[Symbol.asyncIterator]();
  }

  /**
   * The next packet that `judge` takes; it may throw too. A relay may repeat what it has delivered: that is passed over.
   * Rejects with what `judge` throws, `late()` after `ms`, MessengerError `code-taken`, LinkError.
   */
  take<T>(judge: (packet: Packet) => T | undefined, ms?: number, late?: () => Error): Promise<T> {
    return this.#run.race(this.#take(judge), ms, late);
  }

  async #take<T>(judge: (packet: Packet) => T | undefined): Promise<T> {
    for (;;) {
      const envelope = await this.#next();
      if (this.#taken.some((bytes) => Buffer.compare(bytes, envelope) === 0)) continue;
      const packet = readPacket(envelope);
      const taken = packet === undefined ? undefined : judge(packet);
      if (taken !== undefined) {
        this.#taken.push(envelope);
        return taken;
      }
      if (++this.#rubbish > MAX_RUBBISH) throw codeTaken();
    }
  }

  async #next(): Promise<Uint8Array> {
    try {
      const { done, value } = await this.#messages.next();
      if (done === true) throw new LinkError("closed");
      const { link, token } = this.#from;
      // Nothing of it is to stay at the relay. Where this fails, it stays there for its time, and is no packet for anybody.
      link.ack(token, [value.id]).catch(() => {});
      return value.envelope;
    } catch (error) {
      throw error instanceof RefusedError && error.code === "taken-over" ? codeTaken() : error;
    }
  }
}

const PASSING: ReadonlySet<string> = new Set([
  "unreachable",
  "timeout",
  "closed",
  "going-away",
  "slow-down",
  "relay-full",
  "auth-failed",
  "bad-token",
]);

/** The relay cannot be had now, and may be soon. */
export function isLost(error: unknown): boolean {
  return (error instanceof LinkError || error instanceof RefusedError) && PASSING.has(error.code);
}
