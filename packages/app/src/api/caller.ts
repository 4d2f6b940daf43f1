/** Who calls: a face, and how long it wants to know. */

/** One call of a face. */
export interface Caller {
  /** Aborts when the face takes the call back or hangs up. */
  readonly signal: AbortSignal;
  /** Calls of one face have this in common: what it began, only it goes on with. */
  readonly face: object;
}
