/** How the command ends: the codes that scripts rely on, and which error gives which. docs and every --help list them. */
import type { ErrorCode } from "@asfaleia/protocol";

export const EXIT = {
  done: 0,
  /** Something here failed: the disk is full, nobody reads our output, a bug. */
  failed: 1,
  usage: 2,
  /** The relay could not be reached, or is not the one that is trusted. */
  relay: 3,
  /** The relay understood and refused. */
  refused: 4,
  /** No key, a wrong one, or one that cannot do what was asked. */
  key: 5,
  /** No letter or message was there. */
  nothing: 6,
  /** The profile is in use by another process, damaged, of a newer version, or gone. */
  profile: 7,
  /** What was said is kept here and has not left. */
  queued: 10,
  /** A relay has it, and no device of the receiver has confirmed it. */
  atRelay: 11,
  /** Nobody has confirmed it in all its time. */
  expired: 12,
  /** A relay or the receiver does not take it. */
  turnedDown: 13,
  /** What `--wait` names has not happened in the time of `--timeout`. */
  timeout: 14,
  /** Ctrl-C: 128 and the signal's number, as shells count. */
  interrupted: 130,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `Exit codes: 0 done, 1 failed here (disk full, output closed), 2 wrong usage, 3 relay not reachable or
not trusted, 4 refused by the relay, 5 a problem with a key, 6 nothing there, 7 profile in use or damaged, of a message:
10 queued, 11 at the relay, 12 expired, 13 refused, 14 time-out of --wait; 130 interrupted.`;

/** An end that a person can do something about. The message is shown after `asfaleia: `. */
export class Failure extends Error {
  readonly exit: Exit;
  /** That of the error behind it, such as MessengerError's, for programs that must tell one from another. */
  readonly code: string | undefined;

  constructor(exit: Exit, message: string, code?: string) {
    super(message);
    this.name = "Failure";
    this.exit = exit;
    this.code = code;
  }
}

/** A command line that does not say what to do. */
export function usage(message: string): Failure {
  return new Failure(EXIT.usage, message);
}

/** Somebody pressed Ctrl-C at a question. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** What a refusal means for whoever sent; the relay's own words are not shown, because anybody can run a relay. */
const REFUSALS: Record<ErrorCode, string> = {
  "wrong-usage": "the relay did not understand the request",
  "bad-key": "the relay takes no such key",
  "weak-key": "the relay finds the key too weak",
  "auth-failed": "the relay did not accept the proof of the key",
  "bad-token": "the relay no longer knows this login; try again",
  "too-large": "the relay carries no message of this size",
  "mailbox-full": "the mailbox is full",
  "relay-full": "the relay is full",
  "slow-down": "the relay wants fewer requests a second",
  puzzle: "the relay demands a puzzle, which this version cannot solve",
  "not-found": "the relay knows nothing of it",
  "not-allowed": "the relay does not allow this",
  "going-away": "the relay has ended the connection",
  "taken-over": "another reader has taken over this mailbox",
};

/**
 * The end that an error leads to. Errors of the other packages are told by their names, so that nothing has to be
 * loaded to tell them.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return new Failure(EXIT.failed, "failed for a reason that cannot be told");
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  switch (error.name) {
    case "KeyError":
      return new Failure(EXIT.key, error.message);
    case "LetterError":
      return new Failure(code === "no-letter-form" ? EXIT.key : EXIT.usage, error.message);
    case "ProtocolError":
      return new Failure(EXIT.usage, error.message);
    case "ProfileError":
      return profileFailure(error, code);
    case "MessengerError":
      return new Failure(MESSENGER_EXITS[code] ?? EXIT.usage, error.message);
    case "EventsMissedError":
      return new Failure(EXIT.failed, `${error.message}; asfaleia history has them`);
    case "LinkError":
    case "KnownRelaysError":
      return new Failure(EXIT.relay, error.message);
    case "RefusedError":
      // A relay that goes away has refused nothing: it cannot be reached any longer.
      return new Failure(code === "going-away" ? EXIT.relay : EXIT.refused, refusalText(code));
    default:
      return new Failure(EXIT.failed, systemText(error, code));
  }
}

/** What a person can do nothing about by another command line. */
const MESSENGER_EXITS: Readonly<Record<string, Exit>> = {
  "signer-needed": EXIT.key,
  closed: EXIT.failed,
  "code-wrong": EXIT.key,
  "code-ended": EXIT.timeout,
  "code-taken": EXIT.refused,
  "no-such-code": EXIT.nothing,
  "no-such-invite": EXIT.nothing,
  "invite-used": EXIT.nothing,
  "invite-ended": EXIT.nothing,
};

const PROFILE_EXITS: Readonly<Record<string, Exit>> = {
  "in-use": EXIT.profile,
  damaged: EXIT.profile,
  "newer-version": EXIT.profile,
  "wrong-key": EXIT.key,
  "not-found": EXIT.usage,
  exists: EXIT.usage,
};

function profileFailure(error: Error, code: string): Failure {
  const pid =
    "pid" in error && typeof error.pid === "number" ? `by process ${error.pid}` : "by another process";
  const message = code === "in-use" ? `the profile is in use ${pid}` : error.message;
  return new Failure(PROFILE_EXITS[code] ?? EXIT.failed, message);
}

function refusalText(code: string): string {
  return Object.hasOwn(REFUSALS, code) ? `${REFUSALS[code as ErrorCode]} (${code})` : "refused by the relay";
}

const SYSTEM: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  ENOENT: "no such file or folder",
  ENOTDIR: "not a folder",
  EISDIR: "this is a folder",
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EROFS: "the disk is read-only",
  EPIPE: "nobody reads the output any more",
  // Of Node's permission model, so this is a relay.
  ERR_ACCESS_DENIED:
    "the relay's process may not do this; is a part of the installation linked from elsewhere?",
  ERR_STREAM_DESTROYED: "nobody reads the output any more",
};

function systemText(error: Error, code: string): string {
  const path = "path" in error && typeof error.path === "string" ? `${error.path}: ` : "";
  const text = SYSTEM[code];
  if (text !== undefined) return `${path}${text}`;
  return process.env.ASFALEIA_DEBUG ? (error.stack ?? error.message) : `${path}${error.message}`;
}
