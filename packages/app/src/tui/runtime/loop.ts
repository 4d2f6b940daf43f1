/** Turns what happens into states, and states into frames. */
import type { EventView, Face } from "../../face/face.ts";
import type { Signs } from "../format.ts";
import { isKnown } from "../model/input.ts";
import { loadContacts, loadStatus } from "../model/people.ts";
import { initialState, type State } from "../model/state.ts";
import { call, type Effect, type Happening, step } from "../model/step.ts";
import { update } from "../model/update.ts";
import { themeFor } from "../theme.ts";
import type { Mounted, MountOptions } from "../views/mount.ts";
import { onFileEvent, perform, type World } from "./effects.ts";
import { overdrawing, placedPictures, placesKey } from "./overdraw.ts";
import { type PictureDesk, TERMINAL_QUERIES } from "./pictures.ts";
import { done, type Screen } from "./questions.ts";
import type { Terminal } from "./terminal.ts";

export interface LoopOptions {
  readonly terminal: Terminal;
  /** What shows the states. */
  readonly mount: (options: MountOptions) => Mounted;
  readonly hasColors: boolean;
  readonly signs: Signs;
  readonly downloads: World["downloads"];
  readonly signal: AbortSignal;
  readonly clock: () => number;
  /** What comes before the first connection: the way to a profile. @returns what happens with it at once; null to end */
  readonly before?: (screen: Screen, signal: AbortSignal) => Promise<readonly Happening[] | null>;
  /** A connection to the agent; asked for again when it has gone. */
  readonly connect: (signal: AbortSignal) => Promise<Face>;
  readonly notify: World["notify"];
  readonly pictures: PictureDesk;
  /** Looks at the settings that the chat goes by, after one has changed. */
  readonly learn?: (face: Face) => Promise<void>;
  /** Whether pictures of contacts are fetched when they come onto the screen. */
  readonly fetchesPictures: () => boolean;
}

/** What comes by itself is drawn so often at most; keys at once. */
const FRAME_MS = 33;
const TICK_MS = 1_000;
const MINUTE_MS = 60_000;
const LEAVE_MS = 1_000;
/** Between two attempts to reach an agent that has gone. */
const REDIAL_MS = 1_000;

export class Loop {
  readonly #options: LoopOptions;
  readonly #over = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  #state: State;
  #face: Face | undefined;
  #mounted: Mounted | undefined;
  /** Where pictures of pixels are. */
  #places = "";
  #drawnAt = Number.NEGATIVE_INFINITY;
  #pending: { readonly isUrgent: boolean; readonly cancel: () => void } | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
    const { terminal, clock, signs } = options;
    const hasPictures = options.pictures.way !== "off";
    const first = initialState(terminal.columns, terminal.rows, clock(), signs);
    this.#state = { ...first, hasPictures, hasColors: options.hasColors };
  }

  get state(): State {
    return this.#state;
  }

  /** Runs until the user or the signal ends it. */
  async run(): Promise<void> {
    const { terminal, signal, clock, hasColors } = this.#options;
    const stop = (): void => this.#end.resolve();
    signal.addEventListener("abort", stop, { once: true });
    terminal.open({
      onInput: (input) => {
        if (input.type === "report") this.#options.pictures.answered(input.text);
        else this.dispatch(input);
      },
      isKnown,
      onResize: (columns, rows) => this.#resize(columns, rows),
      onRepaint: () => this.#repaint(),
      onGone: stop,
    });
    this.#mounted = this.#options.mount({
      state: this.#state,
      theme: themeFor(hasColors),
      write: (text) => terminal.write(text),
      rows: () => terminal.rows,
      onError: (error) => this.#end.reject(error),
    });
    if (this.#state.hasPictures) terminal.write(TERMINAL_QUERIES);
    const ticking = setInterval(() => this.#tick(clock()), TICK_MS);
    const linked = this.#stayLinked();
    if (signal.aborted) stop();
    try {
      await this.#end.promise;
    } finally {
      clearInterval(ticking);
      signal.removeEventListener("abort", stop);
      this.#pending?.cancel();
      this.#over.abort();
      this.#mounted.unmount();
      terminal.close();
      // An agent that does not answer keeps nobody from leaving.
      const hungUp = Promise.all([this.#face?.close().catch(() => {}), linked]);
      await Promise.race([hungUp, new Promise((resolve) => setTimeout(resolve, LEAVE_MS).unref())]);
    }
  }

  dispatch(happening: Happening): void {
    if (this.#over.signal.aborted) return;
    const { state, effects } = update(this.#state, happening);
    const hasChanged = state !== this.#state;
    this.#state = state;
    for (const effect of effects) this.#do(effect);
    if (hasChanged) this.#schedule(isFromUser(happening));
  }

  #do(effect: Effect): void {
    if (effect.do === "quit") this.#end.resolve();
    else if (effect.do === "repaint") this.#repaint();
    else if (effect.do === "suspend") this.#options.terminal.suspend();
    else if (this.#face !== undefined) void perform(effect, this.#world(this.#face));
    else if (effect.do === "call") this.dispatch({ type: "failed", text: "the agent is not there yet" });
  }

  #world(face: Face): World {
    const { downloads, notify, pictures } = this.#options;
    return {
      face,
      downloads,
      notify,
      draw: (bytes, room) => pictures.draw(bytes, room),
      signal: this.#over.signal,
      dispatch: (happening) => this.dispatch(happening),
    };
  }

  /** Keeps a connection, and all that is shown up to date with it. */
  async #stayLinked(): Promise<void> {
    const { signal } = this.#over;
    const atOnce = await this.#comesFirst(signal);
    if (atOnce === null) return;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      try {
        const face = await this.#options.connect(signal);
        this.#face = face;
        this.#state = { ...this.#state, fetchesPictures: this.#options.fetchesPictures() };
        const events = await face.events({ signal });
        if (isFirst) this.#begin(atOnce);
        else this.dispatch({ type: "link", isUp: true });
        for await (const event of events) this.#take(event, face);
      } catch (error) {
        // Without a first connection there is nothing to show.
        if (isFirst && this.#face === undefined && !signal.aborted) {
          this.#end.reject(error);
          return;
        }
      }
      if (signal.aborted) return;
      this.dispatch({ type: "link", isUp: false });
      await pause(REDIAL_MS, signal);
    }
  }

  async #comesFirst(signal: AbortSignal): Promise<readonly Happening[] | null> {
    const { before } = this.#options;
    if (before === undefined) return [];
    try {
      const atOnce = await before(this, signal);
      if (atOnce === null) this.#end.resolve();
      return atOnce;
    } catch (error) {
      this.#end.reject(error);
      return null;
    }
  }

  #begin(atOnce: readonly Happening[]): void {
    if (this.#options.before !== undefined) done(this);
    // An agent has begun by itself; a profile in this process has not.
    for (const effect of [loadContacts(), loadStatus(), call("outbox.start", {})]) this.#do(effect);
    for (const happening of atOnce) this.dispatch(happening);
  }

  #take(event: EventView, face: Face): void {
    this.dispatch({ type: "event", event });
    void onFileEvent(event, this.#world(face));
    if (event.type === "settings") void this.#learn(face);
  }

  async #learn(face: Face): Promise<void> {
    await this.#options.learn?.(face).catch(() => {});
    const fetchesPictures = this.#options.fetchesPictures();
    this.dispatch({ type: "then", step: (state) => step({ ...state, fetchesPictures }) });
  }

  #tick(now: number): void {
    const isNewMinute = Math.floor(now / MINUTE_MS) !== Math.floor(this.#state.now / MINUTE_MS);
    if (isNewMinute) this.dispatch({ type: "tick", now });
  }

  #resize(columns: number, rows: number): void {
    this.dispatch({ type: "resize", columns, rows });
    this.#repaint();
  }

  #repaint(): void {
    this.#clear();
    this.#draw();
  }

  #clear(): void {
    this.#options.terminal.clear();
    this.#mounted?.forget();
    this.#places = "";
  }

  #schedule(isUrgent: boolean): void {
    if (this.#pending !== undefined && (this.#pending.isUrgent || !isUrgent)) return;
    this.#pending?.cancel();
    const draw = (): void => this.#draw();
    if (isUrgent) {
      // Behind all that came in one piece.
      const immediate = setImmediate(draw);
      this.#pending = { isUrgent, cancel: () => clearImmediate(immediate) };
      return;
    }
    const wait = Math.max(0, this.#drawnAt + FRAME_MS - performance.now());
    const timer = setTimeout(draw, wait);
    this.#pending = { isUrgent, cancel: () => clearTimeout(timer) };
  }

  #draw(): void {
    this.#pending?.cancel();
    this.#pending = undefined;
    this.#drawnAt = performance.now();
    const placed = placedPictures(this.#state);
    const places = placesKey(placed);
    const hasMoved = places !== this.#places;
    if (hasMoved && this.#places !== "") this.#clear();
    this.#mounted?.draw(this.#state);
    if (hasMoved) this.#options.terminal.write(overdrawing(placed, this.#state));
    this.#places = places;
  }
}

function isFromUser({ type }: Happening): boolean {
  return type === "key" || type === "text" || type === "paste" || type === "mouse" || type === "then";
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
