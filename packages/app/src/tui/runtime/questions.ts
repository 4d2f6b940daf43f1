/** Questions on the screen whose answers are waited for. */
import { composing, EMPTY_COMPOSER } from "../composer/composer.ts";
import { paragraph, textOverlay } from "../model/infos.ts";
import type { Overlay } from "../model/overlay.ts";
import type { State } from "../model/state.ts";
import { type Happening, type Step, step } from "../model/step.ts";

export interface Choice<T> {
  readonly value: T;
  /** Cleaned. */
  readonly label: string;
  readonly detail: string;
}

export interface Asking {
  readonly title: string;
  /** Cleaned. */
  readonly text: string;
  readonly isSecret?: boolean;
  readonly takesNothing?: boolean;
  /** What is in the answer before anything is typed. */
  readonly begun?: string;
}

/** Where questions are put. */
export interface Screen {
  dispatch(happening: Happening): void;
}

/** @returns null where the user leaves it, or the signal takes it back */
export function choose<T>(
  screen: Screen,
  title: string,
  text: string,
  choices: readonly Choice<T>[],
  signal: AbortSignal,
): Promise<T | null> {
  return put(screen, signal, (answered) => ({
    kind: "list",
    title,
    text,
    query: EMPTY_COMPOSER,
    items: choices.map(({ value, label, detail }) => ({ label, detail, take: answered(value) })),
    index: 0,
    empty: "nothing is called so",
    hint: "Enter takes it · Esc ends",
    leave: answered(null),
  }));
}

/** @returns null where the user leaves it, or the signal takes it back */
export function ask(screen: Screen, asking: Asking, signal: AbortSignal): Promise<string | null> {
  const { title, text, isSecret = false, takesNothing = false, begun = "" } = asking;
  return put(screen, signal, (answered) => ({
    kind: "ask",
    title,
    text,
    isSecret,
    takesNothing,
    answer: composing(begun),
    take: (state, answer) => answered(answer)(state),
    leave: answered(null),
  }));
}

/** Says what is going on, until the next question or `done`. */
export function tell(screen: Screen, title: string, text: string): void {
  show(
    screen,
    textOverlay(title, (width) => paragraph(text, width), { hint: "" }),
  );
}

/** Nothing is asked any more. */
export function done(screen: Screen): void {
  show(screen, undefined);
}

function show(screen: Screen, overlay: Overlay | undefined): void {
  screen.dispatch({ type: "then", step: (state) => step({ ...state, overlay }) });
}

type Answered<T> = (value: T | null) => (state: State) => Step;

function put<T>(
  screen: Screen,
  signal: AbortSignal,
  make: (answered: Answered<T>) => Overlay,
): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<T | null>();
  const overlay = make((value) => (state) => {
    resolve(value);
    return step({ ...state, overlay: undefined, remark: undefined });
  });
  // Whatever has been typed into it, it leaves the same way as before.
  const isStill = (shown: Overlay | undefined): shown is Overlay =>
    shown !== undefined && "leave" in shown && "leave" in overlay && shown.leave === overlay.leave;
  const take = (): void => {
    screen.dispatch({
      type: "then",
      step: (state) => step(isStill(state.overlay) ? { ...state, overlay: leftOff(state.overlay) } : state),
    });
    resolve(null);
  };
  if (signal.aborted) return Promise.resolve(null);
  signal.addEventListener("abort", take, { once: true });
  show(screen, overlay);
  return promise.finally(() => signal.removeEventListener("abort", take));
}

/** What is left of a question that is taken back: where somebody types a secret, the rest of it must not go elsewhere. */
function leftOff(overlay: Overlay): Overlay | undefined {
  if (overlay.kind !== "ask" || !overlay.isSecret || overlay.answer.text === "") return undefined;
  const close = (state: State): Step => step({ ...state, overlay: undefined });
  return {
    ...overlay,
    text: ANSWERED,
    answer: EMPTY_COMPOSER,
    takesNothing: true,
    take: close,
    leave: close,
  };
}

const ANSWERED = "This has been answered elsewhere. Whatever you type here is thrown away; Enter goes on.";
