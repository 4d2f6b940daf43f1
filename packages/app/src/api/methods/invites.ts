/** Methods about invites (docs/messaging.md, "Invites"). */
import * as v from "valibot";
import { BOB } from "../examples.ts";
import { method } from "../method.ts";
import { Contact, Count, InviteState, list, Millis } from "../views.ts";

const Nothing = v.strictObject({});
const Name = v.pipe(v.string(), v.maxLength(256));
const InviteId = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const optional = v.exactOptional;

const Invite = v.strictObject({
  id: InviteId,
  link: v.string(),
  uses: Count,
  used: Count,
  expiresAt: Millis,
  as: optional(v.string()),
  state: InviteState,
  /** Whether the relay has had it: before that nobody can use it. */
  isPublished: v.boolean(),
});

const EXAMPLE: v.InferInput<typeof Invite> = {
  id: 1,
  link: "asfaleia://relay.example.org/i#AbCd…",
  uses: 1,
  used: 0,
  expiresAt: 1_790_600_000_000,
  state: "open",
  isPublished: true,
};

export const inviteMethods = {
  "invites.make": method({
    summary:
      "Makes a link by which people become contacts; without `uses` one person, without `expiresMs` for 7 days.",
    params: v.strictObject({
      uses: optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100))),
      expiresMs: optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
      as: optional(Name),
    }),
    result: Invite,
    example: { params: {}, result: EXAMPLE },
    run: async (session, options) => {
      session.start();
      return session.opened.messenger.makeInvite(options);
    },
  }),

  "invites.list": method({
    summary: "Links that can be used, and for a while those that cannot any more.",
    params: Nothing,
    result: list(Invite),
    example: { params: {}, result: [EXAMPLE] },
    run: ({ opened }) => opened.messenger.invites(),
  }),

  "invites.revoke": method({
    summary: "Ends a link.",
    params: v.strictObject({ id: InviteId }),
    result: Nothing,
    example: { params: { id: 1 }, result: {} },
    run: async (session, { id }) => {
      // Its relay is to hear of it.
      session.start();
      await session.opened.messenger.revokeInvite(id);
      return {};
    },
  }),

  "invites.accept": method({
    summary: "Uses a link that somebody has given: each becomes a contact of the other.",
    params: v.strictObject({ link: v.pipe(v.string(), v.maxLength(1024)), as: optional(Name) }),
    result: Contact,
    example: { params: { link: EXAMPLE.link, as: "bob" }, result: BOB },
    run: async (session, { link, as }) => {
      session.start();
      const view = await session.opened.messenger.acceptInvite(link, as);
      session.tell({ type: "contacts" });
      return view;
    },
  }),
};
