/** Methods about what is on its way. */
import * as v from "valibot";
import { awaitQuiet } from "../../profile/quiet.ts";
import { method } from "../method.ts";
import { ContactId } from "../views.ts";

const Nothing = v.strictObject({});
/** Milliseconds that somebody waits at most. */
const MAX_WAIT_MS = 1_000_000_000;

export const outboxMethods = {
  "outbox.start": method({
    summary:
      "Begins to read the mailboxes and to send what waits, where that has not begun: an agent always does.",
    params: Nothing,
    result: Nothing,
    example: { params: {}, result: {} },
    run: (session) => {
      session.start();
      return {};
    },
  }),

  "outbox.quiet": method({
    summary:
      "Waits until whatever can leave has left, to one contact or to everybody, and tells whether that is so.",
    params: v.strictObject({
      contact: v.exactOptional(ContactId),
      ms: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_WAIT_MS)),
    }),
    result: v.strictObject({ isQuiet: v.boolean() }),
    example: { params: { ms: 15_000 }, result: { isQuiet: true } },
    run: async (session, { contact, ms }, caller) => ({
      isQuiet: await awaitQuiet(session.forCall(caller), contact, ms),
    }),
  }),
};
