/** A process that is killed and started again. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface MortalOptions {
  readonly name: string;
  /** Starts it, with standard output piped, at the head of a process group of its own. */
  readonly start: () => ChildProcess;
  readonly onLine: (line: string) => void;
  /** It has ended without having been killed. */
  readonly onEnd: (error: Error) => void;
}

export class Mortal {
  readonly name: string;
  /** How often it was killed. */
  deaths = 0;
  readonly #options: MortalOptions;
  #child: ChildProcess;
  #ended: Promise<unknown>;
  #isOver = false;
  #killings: Promise<void> = Promise.resolve();

  constructor(options: MortalOptions) {
    this.name = options.name;
    this.#options = options;
    this.#child = options.start();
    this.#ended = this.#watch(this.#child);
  }

  /** Kills it, and starts it again at once; where that is under way already, once more. */
  kill(): void {
    this.#killings = this.#killings.then(async () => {
      const child = this.#child;
      killGroup(child);
      await this.#ended;
      if (child.signalCode !== "SIGKILL" || this.#isOver) return;
      this.deaths++;
      this.#child = this.#options.start();
      this.#ended = this.#watch(this.#child);
    });
  }

  /** Ends its standard input. @returns its exit code */
  async end(): Promise<number | null> {
    await this.#killings;
    this.#isOver = true;
    this.#child.stdin?.end();
    await this.#ended;
    return this.#child.exitCode;
  }

  /** For good. */
  async dispose(): Promise<void> {
    this.#isOver = true;
    killGroup(this.#child);
    await this.#ended;
    await this.#killings;
  }

  async #watch(child: ChildProcess): Promise<void> {
    const { name, onLine, onEnd } = this.#options;
    createInterface({ input: child.stdout! }).on("line", onLine);
    await once(child, "close");
    if (child.signalCode !== "SIGKILL" && !this.#isOver)
      onEnd(new Error(`${name} ended by itself, with ${child.exitCode ?? child.signalCode}`));
  }
}

/** With what it has started: the command of a relay may stand before the relay. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGKILL");
}
