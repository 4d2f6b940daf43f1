/** Methods about spoken codes (docs/messaging.md, "Spoken codes"). */
import * as v from "valibot";
import { BOB } from "../examples.ts";
import { method } from "../method.ts";
import { Contact, Millis } from "../views.ts";

const Nothing = v.strictObject({});
const Name = v.pipe(v.string(), v.maxLength(256));
const CodeId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const optional = v.exactOptional;

export const codeMethods = {
  "codes.make": method({
    summary:
      "Makes a spoken code, good for ten minutes and one guess. It ends with the face that has made it.",
    params: v.strictObject({ as: optional(Name) }),
    result: v.strictObject({ id: CodeId, code: v.string(), endsAt: Millis }),
    example: {
      params: { as: "bob" },
      result: { id: 1, code: "48213-crossover-clockwork", endsAt: 1_790_000_600_000 },
    },
    run: async (session, options, { face, signal }) => {
      session.start();
      const controller = new AbortController();
      const end = (): void => controller.abort();
      signal.addEventListener("abort", end, { once: true });
      try {
        signal.throwIfAborted();
        const offer = await session.opened.messenger.makeCode({ ...options, signal: controller.signal });
        const { code, endsAt, result } = offer;
        result.then(
          () => session.tell({ type: "contacts" }),
          () => {},
        );
        return { id: session.codes.add(face, controller, result), code, endsAt };
      } finally {
        signal.removeEventListener("abort", end);
      }
    },
  }),

  "codes.wait": method({
    summary:
      "Waits until somebody has used the code, and tells who: a contact by now. An error says how else it ended.",
    params: v.strictObject({ id: CodeId }),
    result: Contact,
    example: { params: { id: 1 }, result: BOB },
    run: (session, { id }, caller) => session.codes.result(caller, id),
  }),

  "codes.end": method({
    summary: "Ends a code before somebody uses it.",
    params: v.strictObject({ id: CodeId }),
    result: Nothing,
    example: { params: { id: 1 }, result: {} },
    run: (session, { id }, { face }) => {
      session.codes.end(face, id);
      return {};
    },
  }),

  "codes.join": method({
    summary: "Uses a code that somebody has told. `relay`: where it was made, if not at the own relay.",
    params: v.strictObject({
      code: v.pipe(v.string(), v.maxLength(256)),
      as: optional(Name),
      relay: optional(v.pipe(v.string(), v.maxLength(512))),
    }),
    result: Contact,
    example: {
      params: { code: "48213-crossover-clockwork", as: "alice" },
      result: { ...BOB, name: "alice" },
    },
    run: async (session, { code, ...options }, { signal }) => {
      session.start();
      const view = await session.opened.messenger.joinCode(code, { ...options, signal });
      session.tell({ type: "contacts" });
      return view;
    },
  }),
};
