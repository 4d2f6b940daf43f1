/** How invites stand, and until when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { INVITE_GRACE_MS, inviteDropsAt, inviteExpiry, inviteStanding } from "../../src/rules/invites.ts";

const time = fc.nat({ max: 2_000_000_000_000 });
const maybe = fc.option(time, { nil: undefined });
const standing = fc
  .record({
    uses: fc.integer({ min: 1, max: 100 }),
    used: fc.nat({ max: 100 }),
    spentAt: maybe,
    revokedAt: maybe,
    expiresAt: time,
  })
  .map((invite) => ({ ...invite, spentAt: invite.used >= invite.uses ? (invite.spentAt ?? 5) : undefined }));

test("an invite is open while it was not taken back, has a use left, and its end has not come", () => {
  fc.assert(
    fc.property(standing, time, (invite, now) => {
      const isOpen = invite.revokedAt === undefined && invite.used < invite.uses && now < invite.expiresAt;
      assert.equal(inviteStanding(invite, now) === "open", isOpen);
      if (invite.revokedAt !== undefined) assert.equal(inviteStanding(invite, now), "revoked");
    }),
  );
});

test("its mailbox is read for a week after whatever closed it first, and never given up while it is open", () => {
  fc.assert(
    fc.property(standing, time, (invite, now) => {
      const closed = [invite.spentAt, invite.revokedAt, invite.expiresAt].filter((at) => at !== undefined);
      assert.equal(inviteDropsAt(invite), Math.min(...closed) + INVITE_GRACE_MS);
      if (inviteStanding(invite, now) === "open") assert.ok(inviteDropsAt(invite) > now);
    }),
  );
});

test("an end is a whole minute, and no earlier than asked for", () => {
  fc.assert(
    fc.property(time, fc.integer({ min: 60_000, max: 2_592_000_000 }), (now, ms) => {
      const end = inviteExpiry(now, ms);
      assert.equal(end % 60_000, 0);
      assert.ok(end >= now + ms && end < now + ms + 60_000);
    }),
  );
});
