/** What every part of the engine works with. */
import type { PublicKey } from "@asfaleia/identity";
import type { Environment } from "../environment.ts";
import type { XwingKey } from "../format/xwing.ts";
import type { MessengerEvent } from "../messenger.ts";
import type { Contact, Device, OwnDevice, Profile } from "../profile/profile.ts";
import type { Delays } from "../rules/resend.ts";
import type { Sessions } from "../session/session.ts";
import type { Cards } from "./cards.ts";
import type { Events } from "./events.ts";
import type { Room } from "./room.ts";
import type { Turns } from "./turns.ts";

/** Hands an event to whoever listens, once what it tells of is kept. */
export type Tell = (event: MessengerEvent) => void;

/** This device, as it is until `device renew` replaces it. */
export interface OwnKeys {
  readonly own: OwnDevice;
  /** 33 bytes. */
  readonly devicePublicKey: Uint8Array;
  readonly xwing: XwingKey;
  readonly sessions: Sessions;
}

export interface Context extends OwnKeys {
  readonly profile: Profile;
  readonly environment: Environment;
  readonly turns: Turns;
  readonly events: Events;
  readonly delays: Delays;
  readonly cards: Cards;
  readonly room: Room;
  readonly identity: PublicKey;
  /** Fingerprint of the own identity. */
  readonly fingerprint: string;
  /** To look at once more what is due, since something may be due earlier than was thought. */
  wake(): void;
  /** Takes a turn that nobody waits for. What goes wrong in it ends the messenger, and those who read its events hear why. */
  inTurn(work: () => void | Promise<void>): Promise<void>;
}

/**
 * One transaction, and then the events of it: nobody hears of what was not kept.
 * To be called in a turn only.
 */
export function keep<T>(context: Context, work: (tell: Tell) => T): T {
  const events: MessengerEvent[] = [];
  const result = context.profile.transaction(() => work((event) => events.push(event)));
  for (const event of events) context.events.emit(event);
  context.wake();
  return result;
}

export function now({ environment }: { readonly environment: Pick<Environment, "clock"> }): number {
  return environment.clock.now();
}

export function contactOfDevice({ profile }: Context, device: Pick<Device, "identity">): Contact | undefined {
  const identity = profile.identities.get(device.identity);
  return identity === undefined ? undefined : profile.contacts.get(identity.contact);
}
