/** How often a session's ratchet has turned: what tells whether an old ciphertext can still be sent. */

/**
 * The ratchet turns when the direction changes: even while we have spoken last, odd while they have.
 * Turns are counted at least as often as they happen, so that an old ciphertext is never thought good for too long.
 */
export function turnAfterEncryption(turn: number): number {
  return turn % 2 === 1 ? turn + 1 : turn;
}

export function turnAfterDecryption(turn: number): number {
  return turn % 2 === 0 ? turn + 1 : turn;
}

/** Added when a session is begun anew: no ciphertext of the one before is sent again. */
export const TURNS_OF_A_RESET = 10;
