/** Keeps the documents of invites at their relays: each under its own mailbox key, on a connection of its own. */
import { parseAddress } from "@asfaleia/protocol";
import { INVITE_SLOT, type InviteDocument, sealInvite } from "../format/invitedocument.ts";
import { MessengerError } from "../messenger.ts";
import type { Invite, OwnMailbox } from "../profile/profile.ts";
import { inviteDropsAt, inviteStanding } from "../rules/invites.ts";
import { roundDelay } from "../rules/resend.ts";
import { type Context, keep, now } from "./context.ts";
import { boundTo } from "./invites.ts";
import { mailboxSigner } from "./mailboxkey.ts";
import { inviteCard, ownCardEnds } from "./owncard.ts";
import { cardState } from "./publish.ts";
import { redialMs } from "./redial.ts";

const SALT_BYTES = 32;

/** What is to stand at the relay. */
interface Wanted {
  /** Changes with everything in it that matters. */
  readonly state: string;
  readonly document: InviteDocument;
  /** When the relay is to forget it. */
  readonly until: number;
}

export class InvitePublisher {
  readonly #context: Context;
  readonly #closing = new AbortController();
  readonly #failures = new Map<number, number>();
  #running: Promise<void> | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Begins with those that are due, unless it is at it. To be called in a turn. @returns when to look again */
  look(): number | undefined {
    const { profile } = this.#context;
    const nextAt = profile.invites.nextPublishAt();
    if (nextAt === undefined || nextAt > now(this.#context)) return nextAt;
    if (!this.#closing.signal.aborted)
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
        this.#context.wake();
      });
    return undefined;
  }

  /** Has those published again whose card is not what it was. To be called in a turn. */
  refresh(): undefined {
    const { profile } = this.#context;
    const changed = profile.invites.all().filter((invite) => {
      const wanted = this.#wanted(invite);
      const [, ...state] = invite.published?.split(" ") ?? [];
      return wanted !== undefined && invite.publishAt === undefined && wanted !== state.join(" ");
    });
    if (changed.length > 0) keep(this.#context, () => this.#hasten(changed));
  }

  /** A relay that has started anew has lost what was published there. */
  heardBoot(relay: string, bootId: Uint8Array): void {
    const boot = hexOf(bootId);
    void this.#context.inTurn(() => {
      const { invites, mailboxes } = this.#context.profile;
      const lost = invites.all().filter(({ mailbox, published, publishAt }) => {
        const isThere = mailboxes.get(mailbox)?.relay === relay;
        return (
          isThere && publishAt === undefined && published !== undefined && !published.startsWith(`${boot} `)
        );
      });
      if (lost.length > 0) keep(this.#context, () => this.#hasten(lost));
    });
  }

  /** Publishes one at once. Never rejects: where it does not come to be, that is tried again. */
  async publish(id: number): Promise<void> {
    try {
      await this.#publish(id);
      this.#failures.delete(id);
    } catch {
      const failures = (this.#failures.get(id) ?? 0) + 1;
      this.#failures.set(id, failures);
      const { environment, profile } = this.#context;
      const ms = redialMs(failures, environment.random.fraction());
      await this.#context.inTurn(() => {
        keep(this.#context, () => profile.invites.update(id, { publishAt: now(this.#context) + ms }));
      });
    }
  }

  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  async close(): Promise<void> {
    this.#closing.abort(new MessengerError("closed", "the messenger is closed"));
    await this.#running;
  }

  async #run(): Promise<void> {
    for (const { id } of this.#context.profile.invites.toPublish(now(this.#context))) {
      if (this.#closing.signal.aborted) return;
      await this.publish(id);
    }
  }

  /** Each at a time of its own: they need not be seen to be of one person. To be called in a transaction. */
  #hasten(invites: readonly Invite[]): void {
    const { profile, environment, delays } = this.#context;
    for (const { id } of invites) {
      const publishAt = now(this.#context) + roundDelay(environment.random.fraction(), delays);
      profile.invites.update(id, { publishAt });
    }
  }

  async #publish(id: number): Promise<void> {
    const { environment, turns, profile } = this.#context;
    const task = await turns.take(() => this.#task(id));
    if (task === undefined) return;
    const { wanted, invite, mailbox } = task;
    const signer = mailboxSigner(mailbox.seed);
    const salt = environment.random.bytes(SALT_BYTES);
    const document = await sealInvite(wanted.document, boundTo(invite, mailbox), signer, salt);
    const link = await environment.dial(parseAddress(mailbox.relay), { signal: this.#closing.signal });
    try {
      const token = await link.authenticate(signer);
      const seconds = Math.max(1, Math.floor((wanted.until - now(this.#context)) / 1000));
      await link.publish(token, INVITE_SLOT, seconds, document);
    } finally {
      link.close();
    }
    const published = `${hexOf(link.relay.bootId)} ${wanted.state}`;
    await turns.take(() => {
      const fresh = profile.invites.get(id);
      if (fresh === undefined) return;
      // It may have been used meanwhile: then that is published next.
      const isStill = this.#wanted(fresh) === wanted.state;
      keep(this.#context, () => {
        const publishAt =
          isStill && fresh.publishAt === invite.publishAt
            ? undefined
            : (fresh.publishAt ?? now(this.#context));
        profile.invites.update(id, { published, publishAt });
      });
    });
  }

  #task(id: number): { wanted: Wanted; invite: Invite; mailbox: OwnMailbox } | undefined {
    const { profile } = this.#context;
    const invite = profile.invites.get(id);
    const mailbox = invite && profile.mailboxes.get(invite.mailbox);
    if (invite === undefined || mailbox === undefined) return undefined;
    const state = this.#wanted(invite);
    if (state === undefined) {
      keep(this.#context, () => profile.invites.update(id, { publishAt: undefined }));
      return undefined;
    }
    const at = now(this.#context);
    const standing = inviteStanding(invite, at);
    if (standing !== "open") {
      const document = { state: standing === "spent" ? "used" : "ended", at } as const;
      return { wanted: { state, document, until: inviteDropsAt(invite) }, invite, mailbox };
    }
    const document = { state: "open", at, card: inviteCard(this.#context, invite, mailbox) } as const;
    const until = Math.min(invite.expiresAt, ownCardEnds(this.#context));
    return { wanted: { state, document, until }, invite, mailbox };
  }

  /** @returns undefined for one that has expired: its link says so, and the relay forgets it by itself */
  #wanted(invite: Invite): string | undefined {
    const standing = inviteStanding(invite, now(this.#context));
    if (standing === "expired") return undefined;
    return standing === "open" ? `open ${cardState(this.#context)}` : standing;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
