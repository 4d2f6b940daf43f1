/** What the user hears of a spoken code that came to nothing. */
import { LinkError, RefusedError } from "../link/errors.ts";
import { MessengerError } from "../messenger.ts";

/** Nobody can tell wrong words from somebody who interferes, and this says so. */
export function codeWrong(): MessengerError {
  return new MessengerError(
    "code-wrong",
    "the words were wrong, or the other side gave up, or somebody has interfered: this cannot be told apart. The code is used up; make a new one",
  );
}

export function codeTimedOut(): MessengerError {
  return new MessengerError("code-ended", "nobody has used the code in ten minutes; make a new one");
}

export function noAnswer(): MessengerError {
  return new MessengerError(
    "code-ended",
    "the other side has not answered in time. The code is used up; make a new one",
  );
}

/** Once something was said, a relay that is lost, or takes no more, is the end of the code. */
export function explained(error: unknown): unknown {
  if (!(error instanceof LinkError || error instanceof RefusedError)) return error;
  return new MessengerError(
    "code-ended",
    "the relay was lost on the way, or took no more. The code is used up; make a new one",
  );
}

export function codeTaken(): MessengerError {
  return new MessengerError(
    "code-taken",
    "somebody else has used the number of the code, or disturbs it. The code is used up; make a new one",
  );
}

export function noNumber(): MessengerError {
  return new MessengerError(
    "code-taken",
    "no number was free at the relay: somebody may be blocking codes there. Try again later, or use a card",
  );
}

export function noSuchCode(): MessengerError {
  return new MessengerError(
    "no-such-code",
    "there is no such code at this relay: it was used, it has ended, or it was made at another relay",
  );
}

export function codeTried(): MessengerError {
  return new MessengerError(
    "no-such-code",
    "this code was tried here before, and is good for one try: ask for a new one",
  );
}
