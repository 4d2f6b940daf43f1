/** Virtual time: what is due, in order, one thing after the other. */
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import type { Clock } from "../../packages/client/test/internals.ts";

/** When a world begins, in milliseconds since 1970. */
export const BEGINNING = Date.UTC(2026, 0, 1);

/** Turns of the event loop without anything done, after which nothing more comes by itself. */
const QUIET_TURNS = 2;
/** So long may native work take, in real time, before the world says that it hangs. */
const HANGS_MS = 10_000;
/** Several times what a world takes whose messengers know to wait: for its beginning, and for each day of it. */
const MOST_LINES = 10_000;
const MOST_LINES_A_DAY = 1_000;
const DAY_MS = 86_400_000;
/** What a restless world does most, so many kinds of it are told. */
const MOST_LABELS = 4;

export interface Due {
  readonly time: number;
  readonly label: string;
  readonly act: () => unknown;
}

/** A line of what happened: when, in milliseconds of virtual time, and what. */
export interface TraceLine {
  readonly time: number;
  readonly what: string;
}

/** Whether something goes on that virtual time must wait for, and how one waits for it. */
export interface Waited {
  readonly isBusy: boolean;
  settled?(): Promise<void>;
}

export class WorldHangs extends Error {
  constructor() {
    super("something goes on without end at one instant");
    this.name = "WorldHangs";
  }
}

export class WorldRestless extends Error {
  constructor(labels: readonly string[]) {
    super(`there is no end to what is done, most of all: ${labels.join(", ")}`);
    this.name = "WorldRestless";
  }
}

export class Scheduler {
  readonly trace: TraceLine[] = [];
  readonly #queue: Due[] = [];
  readonly #waited = new Set<Waited>();
  #now = 0;
  #stirs = 0;

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  /** When the next thing is due. */
  get next(): number | undefined {
    return this.#queue.at(-1)?.time;
  }

  /**
   * Does something `ms` later. What is due at one instant is done in the order of the labels, so that the order in which
   * native work ended decides nothing.
   * @returns what calls it off
   */
  after(ms: number, label: string, act: () => unknown): () => void {
    this.stir();
    const due = { time: this.#now + Math.max(0, ms), label, act };
    this.#queue.splice(this.#placeOf(due), 0, due);
    return () => {
      const at = this.#queue.indexOf(due);
      if (at >= 0) this.#queue.splice(at, 1);
    };
  }

  /** How many things with this label are due. */
  count(label: string): number {
    return this.#queue.filter((due) => due.label === label).length;
  }

  /** Writes a line into the trace. */
  note(what: string): void {
    this.trace.push({ time: this.#now, what });
  }

  /** Something has been done at this instant, and may lead to more. */
  stir(): void {
    this.#stirs++;
  }

  /** From now on virtual time waits for it too. @returns what ends that */
  waitFor(waited: Waited): () => void {
    this.#waited.add(waited);
    return () => this.#waited.delete(waited);
  }

  /** Does the next thing, and all that it leads to at the same instant. @returns false where nothing is due */
  async step(): Promise<boolean> {
    const due = this.#queue.pop();
    if (due === undefined) return false;
    const most = MOST_LINES + (MOST_LINES_A_DAY * this.#now) / DAY_MS;
    if (this.trace.length > most) throw new WorldRestless(this.#busiest());
    this.#now = Math.max(this.#now, due.time);
    this.note(due.label);
    await due.act();
    await this.quiet();
    return true;
  }

  /** Goes on until a time, with whatever is due before. */
  async runUntil(time: number): Promise<void> {
    while (this.next !== undefined && this.next <= time) await this.step();
    this.#now = Math.max(this.#now, time);
  }

  /** Resolves when nothing happens any more before something is due. @throws WorldHangs */
  async quiet(): Promise<void> {
    const began = performance.now();
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      const stirs = this.#stirs;
      for (const waited of this.#waited) await waited.settled?.();
      await turnOfTheLoop();
      const isBusy = [...this.#waited].some((waited) => waited.isBusy);
      if (isBusy || stirs !== this.#stirs) turns = -1;
      if (performance.now() - began > HANGS_MS) throw new WorldHangs();
    }
  }

  #busiest(): string[] {
    const kinds = Map.groupBy(this.trace, ({ what }) => what.replaceAll(/[0-9]+/g, ""));
    const byCount = [...kinds].sort(([, one], [, other]) => other.length - one.length);
    return byCount.slice(0, MOST_LABELS).map(([kind, lines]) => `${lines.length} × ${kind}`);
  }

  /** The queue's end is what comes first. */
  #placeOf({ time, label }: Due): number {
    let from = 0;
    let to = this.#queue.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const other = this.#queue[middle]!;
      if (other.time > time || (other.time === time && other.label > label)) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** The clock of one machine: its time of day may be set, its timers do not care. */
export class MachineClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #name: string;
  #ahead = 0;
  #furthest = 0;

  constructor(scheduler: Scheduler, name: string) {
    this.#scheduler = scheduler;
    this.#name = name;
  }

  /** Whole milliseconds, as Date.now() gives them. */
  now(): number {
    return Math.floor(BEGINNING + this.#scheduler.now + this.#ahead);
  }

  after(ms: number, act: () => void): () => void {
    // An engine that computes a time from nonsense would wait for ever, and nobody would know why.
    if (!Number.isFinite(ms)) throw new RangeError("a timer without a time");
    return this.#scheduler.after(ms, `${this.#name} timer`, act);
  }

  /** Sets the time of day, forward or back. */
  jump(ms: number): void {
    this.#ahead += ms;
    this.#furthest = Math.max(this.#furthest, Math.abs(this.#ahead));
  }

  /** Sets the time of day right. */
  setRight(): void {
    this.#ahead = 0;
  }

  /** How far from the right time it has been, in milliseconds. */
  get furthest(): number {
    return this.#furthest;
  }
}
