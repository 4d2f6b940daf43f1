/** Keeps the own card at the own relays, under the SSH key, where the user wants to be found. */
import { createHash } from "node:crypto";
import type { Signer } from "@asfaleia/identity";
import { type Address, formatAddress } from "@asfaleia/protocol";
import { MessengerError } from "../messenger.ts";
import { roundDelay } from "../rules/resend.ts";
import { type Context, now } from "./context.ts";
import { CARD_SLOT } from "./lookups.ts";
import { frontCard, ownCardEnds } from "./owncard.ts";
import { ownRelays, PUBLISH } from "./ownsettings.ts";

const SLOT_HEX = 16;
/** Of a relay that has started anew since. */
const LOST = "lost";

/** The slot of this device: other devices of the same SSH key have others. */
export function cardSlot({ devicePublicKey }: Pick<Context, "devicePublicKey">): string {
  return CARD_SLOT + createHash("sha256").update(devicePublicKey).digest("hex").slice(0, SLOT_HEX);
}

/** Where it is kept which card is at a relay, and at which run of it. */
function publishedAt(relay: string): string {
  return `published ${relay}`;
}

/** Changes with everything on a card that matters to others. */
export function cardState({ profile }: Context): string {
  const list = profile.own.list() ?? new Uint8Array(0);
  const hash = createHash("sha256").update(list).digest("hex").slice(0, SLOT_HEX);
  return `${profile.sessions.newestPrekey("signed")?.id ?? 0}.${hash}`;
}

/** Whether a relay is thought to have the card, and the one of now. */
export function isPublished(context: Context, relay: string): boolean {
  const [, state] = context.profile.settings.get(publishedAt(relay))?.split(" ") ?? [];
  return state === cardState(context);
}

/** Keeps the card where it is wanted: published when asked, and again when a relay has lost it or the card changes. */
export class Publisher {
  readonly #context: Context;
  readonly #signer: Signer | undefined;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #isWaiting = false;

  /** @param signer publishes by itself what the user once has published; without it, only `publish` does */
  constructor(context: Context, signer: Signer | undefined) {
    this.#context = context;
    this.#signer = signer;
  }

  /** A relay that has started anew has lost the card. */
  async heardBoot(relay: string, bootId: Uint8Array): Promise<void> {
    const { profile } = this.#context;
    const [boot] = profile.settings.get(publishedAt(relay))?.split(" ") ?? [];
    if (boot === undefined || boot === Buffer.from(bootId).toString("hex")) return;
    await this.#context.inTurn(() => profile.settings.set(publishedAt(relay), LOST));
    this.look();
  }

  /** Publishes again, a random time later, where the relays do not have what they should. */
  look(): undefined {
    const { profile, environment, delays } = this.#context;
    const signer = this.#signer;
    if (signer === undefined || this.#isWaiting || this.#closing.signal.aborted) return;
    const relays = ownRelays(profile).map(formatAddress);
    const isOff = profile.settings.get(PUBLISH) === "off";
    const had = relays.filter((relay) => profile.settings.get(publishedAt(relay)) !== undefined);
    if (had.every((relay) => !isOff && isPublished(this.#context, relay))) return;
    this.#isWaiting = true;
    this.#cancel = environment.clock.after(roundDelay(environment.random.fraction(), delays), () => {
      this.#isWaiting = false;
      // A relay that cannot be had now is thought of again when something brings us back here.
      this.#running = this.publish(signer).catch(() => {});
    });
  }

  /**
   * Publishes at every own relay, or takes the card back where `publish` is off.
   * Rejects with LinkError, RefusedError, the signer's KeyError: of the first relay that failed, when all were tried.
   */
  async publish(signer: Signer): Promise<void> {
    const failures: unknown[] = [];
    for (const relay of ownRelays(this.#context.profile)) {
      try {
        await publishAt(this.#context, relay, signer, this.#closing.signal);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async close(): Promise<void> {
    this.#cancel?.();
    this.#closing.abort(new MessengerError("closed", "the messenger is closed"));
    await this.#running;
  }
}

async function publishAt(
  context: Context,
  relay: Address,
  signer: Signer,
  signal: AbortSignal,
): Promise<void> {
  const { profile, environment, turns } = context;
  const isOff = profile.settings.get(PUBLISH) === "off";
  const name = formatAddress(relay);
  if (isOff && profile.settings.get(publishedAt(name)) === undefined) return;
  const { card, state, ends } = await turns.take(() => ({
    card: isOff ? new Uint8Array(0) : frontCard(context),
    state: cardState(context),
    ends: ownCardEnds(context),
  }));
  const seconds = isOff ? 0 : Math.max(1, Math.floor((ends - now(context)) / 1000));
  const link = await environment.dial(relay, { signal });
  try {
    const token = await link.authenticate(signer);
    await link.publish(token, cardSlot(context), seconds, card);
    const bootId = Buffer.from(link.relay.bootId).toString("hex");
    await turns.take(() => profile.settings.set(publishedAt(name), isOff ? undefined : `${bootId} ${state}`));
  } finally {
    link.close();
  }
}
