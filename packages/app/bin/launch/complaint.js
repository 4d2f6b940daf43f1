/** What a person has to put right before anything can start. The exit codes are those of src/exit.ts. */
export const USAGE = 2;
export const KEY = 5;

export class Complaint extends Error {
  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = USAGE) {
    super(message);
    this.exitCode = exitCode;
  }
}
