/** Encrypts contents for devices, several in one transaction: sessions are opened where there is none. */
import { openCard } from "../format/card.ts";
import { type Content, encodePlaintext, type Hello } from "../format/content.ts";
import { openDeviceList } from "../format/devicelist.ts";
import { ifWellFormed } from "../format/errors.ts";
import type { Device } from "../profile/profile.ts";
import { isEnded } from "../rules/devicelists.ts";
import { mayGoFirst } from "../rules/first.ts";
import { type Bundle, SessionError, type Stage } from "../session/session.ts";
import { type Context, contactOfDevice, now } from "./context.ts";
import { helloFor } from "./owncard.ts";
import { turnAfterEncryption } from "./turnings.ts";

/** What the session made of a content. */
export interface Said {
  readonly ciphertext: Uint8Array;
  readonly isOpening: boolean;
  readonly turn: number;
}

export type Unsaid = "needs-card" | "needs-answer" | "needs-hello" | "needs-reset";

const ENDED: ReadonlySet<string> = new Set(["not-post-quantum", "broken"]);

export class Speaker {
  readonly #context: Context;
  readonly #stage: Stage;
  /** What becomes of the devices that were spoken to. */
  readonly #devices = new Map<string, Pick<Device, "session" | "turn">>();

  constructor(context: Context) {
    this.#context = context;
    this.#stage = context.sessions.stage();
  }

  turn(device: Device): number {
    return this.#state(device).turn;
  }

  /**
   * Before `apply`, nothing of it is kept.
   * @returns `needs-card`: none is known that is still good; `needs-answer`: this may not go before they have answered;
   * `needs-hello`: nor has anything been said that they could answer; `needs-reset`: the session cannot go on
   */
  async say(device: Device, content: Content): Promise<Said | Unsaid> {
    try {
      return await this.#say(device, content);
    } catch (error) {
      // One session that cannot go on must not take the others with it.
      if (!(error instanceof SessionError) || !ENDED.has(error.code)) throw error;
      return "needs-reset";
    }
  }

  async #say(device: Device, content: Content): Promise<Said | Unsaid> {
    const { session, turn } = this.#state(device);
    const at = now(this.#context);
    // libsignal gives up a session that nobody answered in 30 days.
    const isNone = session === "none" || !this.#stage.hasSession(device.id, at);
    const isFirst = isNone || session === "opened";
    if (isFirst && !mayGoFirst(content)) return isNone ? "needs-hello" : "needs-answer";
    if (!isFirst && device.sayAs === undefined) return "needs-answer";
    if (isNone) {
      const bundle = this.#bundle(device);
      if (bundle === undefined || !(await this.#open(device, bundle, at))) return "needs-card";
    }
    const hello = isFirst ? { hello: this.#hello(device) } : {};
    const plaintext = encodePlaintext({ content, ...hello });
    const { ciphertext, isOpening } = await this.#stage.encrypt(device.id, plaintext, at);
    const turned = turnAfterEncryption(turn);
    this.#devices.set(device.id, { session: isFirst ? "opened" : session, turn: turned });
    return { ciphertext, isOpening, turn: turned };
  }

  /**
   * Says something in a session that begins with it, under the device key of now and without a first content's claims:
   * for a device that knows us well. Whoever has a copy of the session that stands can neither read nor forestall it.
   * @returns undefined where there is no card that is still good
   */
  async sayAnew(device: Device, content: Content): Promise<Said | undefined> {
    const at = now(this.#context);
    const bundle = this.#bundle(device);
    if (bundle === undefined || !(await this.#open(device, bundle, at))) return undefined;
    const { ciphertext, isOpening } = await this.#stage.encrypt(device.id, encodePlaintext({ content }), at);
    return { ciphertext, isOpening, turn: 0 };
  }

  /** @returns false where the keys on the card are none: whoever made it is not to be written to */
  async #open(device: Device, bundle: Bundle, at: number): Promise<boolean> {
    try {
      await this.#stage.open(device.id, bundle, at);
      return true;
    } catch (error) {
      if (error instanceof SessionError && (error.code === "bad-bundle" || error.code === "untrusted"))
        return false;
      throw error;
    }
  }

  /** Writes the ratchet steps. To be called in a transaction, with the ciphertexts. */
  apply(): void {
    this.#stage.apply();
    for (const [id, changes] of this.#devices) this.#context.profile.devices.update(id, changes);
  }

  #state(device: Device): Pick<Device, "session" | "turn"> {
    return this.#devices.get(device.id) ?? device;
  }

  /** The short id and mailbox in it are kept at once: an id that was never told harms nobody. */
  #hello(device: Device): Hello {
    const { profile } = this.#context;
    return profile.transaction(() => {
      const contact = contactOfDevice(this.#context, device);
      if (contact === undefined) throw new Error("a device without its contact");
      return helloFor(this.#context, contact, device);
    });
  }

  /** Neither an ended card nor one under an ended device list opens a session. */
  #bundle(device: Device): Bundle | undefined {
    const at = now(this.#context);
    const list = this.#context.profile.identities.get(device.identity)?.list;
    if (list !== undefined && isEnded(openDeviceList(list), at)) return undefined;
    const card = ifWellFormed(() => openCard(device.card, at));
    if (card === undefined) return undefined;
    const { registration, device: key, signed, kyber, once } = card;
    const bundle = { registration, device: key, signed, kyber };
    // Prekeys for one session only are for whoever answers the invite: not for other devices that the card was passed on
    // to, nor for a session after the first.
    const contact = contactOfDevice(this.#context, device)?.id ?? 0;
    const isGuest = this.#context.profile.answers.get(contact)?.state === "waiting";
    if (once === undefined || device.turn > 0 || !isGuest) return bundle;
    const { kyberId, kyber: onceKyber, kyberSignature, ...ec } = once;
    return { ...bundle, kyber: { id: kyberId, key: onceKyber, signature: kyberSignature }, once: ec };
  }
}
