/** What goes wrong with a profile's store. No text here holds a name, a key or a path. */
const PROFILE_ERRORS = {
  "in-use": "another process has this profile open",
  "wrong-key": "this does not unlock the profile",
  damaged: "the profile is damaged",
  "newer-version": "the profile was written by a newer version of the program",
  "not-found": "there is no profile here",
  exists: "there is something here already",
  "unsafe-folder": "the profile's folder belongs to somebody else, or others may look into it",
  "disk-full": "the disk is full: nothing of it was kept",
  closed: "the profile is closed",
} as const;

/** A closed set. */
export type ProfileErrorCode = keyof typeof PROFILE_ERRORS;

export class ProfileError extends Error {
  readonly code: ProfileErrorCode;
  /** Of `in-use`: the process that has it, where that is known. */
  readonly pid: number | undefined;

  /** @param detail what more there is to say, in words of our own */
  constructor(code: ProfileErrorCode, { detail, pid }: { detail?: string; pid?: number | undefined } = {}) {
    super(
      [PROFILE_ERRORS[code], detail, pid === undefined ? undefined : `process ${pid}`]
        .filter((part) => part !== undefined)
        .join(": "),
    );
    this.name = "ProfileError";
    this.code = code;
    this.pid = pid;
  }
}
