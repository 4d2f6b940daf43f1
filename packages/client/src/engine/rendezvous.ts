/** The mailbox that the number of a spoken code names, as the inviter holds it: marked, and read (docs/messaging.md, "Spoken codes"). */
import type { Address } from "@asfaleia/protocol";
import { rendezvousSeed } from "../code/secrets.ts";
import { CODE_WINDOW, CodeReader } from "./codereader.ts";
import type { CodeLink, CodeRun } from "./coderun.ts";

/** Where the mark stands. */
export const CODE_SLOT = "code";
/** Ten minutes, for the code as for its mark. */
export const CODE_MS = 600_000;
export const MARK_BYTES = 16;

export interface Place {
  readonly relay: Address;
  readonly number: string;
  /** 16 random bytes: what tells the own mark from that of somebody else. */
  readonly mark: Uint8Array;
  /** By the clock. */
  readonly endsAt: number;
}

export class Rendezvous {
  readonly relayFingerprint: string;
  readonly reader: CodeReader;
  readonly #run: CodeRun;
  readonly #at: CodeLink;

  private constructor(run: CodeRun, at: CodeLink, reader: CodeReader) {
    this.#run = run;
    this.#at = at;
    this.reader = reader;
    this.relayFingerprint = at.link.relay.fingerprint;
  }

  /**
   * Takes the place, or takes it again after the relay was lost.
   * @param isNew nobody can have written to it yet
   * @returns undefined where somebody else has it
   */
  static async take(run: CodeRun, place: Place, isNew: boolean): Promise<Rendezvous | undefined> {
    const { relay, number, mark, endsAt } = place;
    const at = await run.dial(relay, (fingerprint) => rendezvousSeed(fingerprint, number));
    const { link, token } = at;
    const holds = async (): Promise<"own" | "none" | "other"> => {
      const documents = await run.race(link.lookup(token, token.mailbox));
      if (documents.length === 0) return "none";
      return documents.every(({ slot, document }) => slot === CODE_SLOT && equal(document, mark))
        ? "own"
        : "other";
    };
    try {
      if ((await holds()) !== "other") {
        const leftMs = Math.min(Math.max(endsAt - run.environment.clock.now(), 1), CODE_MS);
        await run.race(link.publish(token, CODE_SLOT, Math.ceil(leftMs / 1000), mark));
        const { waiting, messages } = await run.race(link.subscribe(token, CODE_WINDOW));
        // Two who drew one number at the same time: the mark that stands last has it.
        const isOwn = (await holds()) === "own";
        const found = new Rendezvous(run, at, new CodeReader(run, at, messages));
        if (isOwn && !(isNew && waiting > 0)) return found;
        if (isOwn) await found.leave();
      }
    } catch (error) {
      run.hangUp(link);
      throw error;
    }
    run.hangUp(link);
    return undefined;
  }

  hangUp(): void {
    this.#run.hangUp(this.#at.link);
  }

  /** Takes the mark away: from now on there is no such code. Resolves when the relay has heard of it, or cannot. */
  async leave(): Promise<void> {
    const { link, token } = this.#at;
    await link.publish(token, CODE_SLOT, 0, new Uint8Array(0)).catch(() => {});
  }
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
