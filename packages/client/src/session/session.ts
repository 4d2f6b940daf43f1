/** Sessions between devices: libsignal's PQXDH and triple ratchet, and nothing of its own beside them. */
import { PrivateKey } from "@signalapp/libsignal-client";
import { addressOf } from "./address.ts";
import { copy } from "./bytes.ts";
import { Stage } from "./stage.ts";
import type { SessionStore } from "./store.ts";

export type { Bundle } from "./bundle.ts";
export { SessionError, type SessionErrorCode } from "./errors.ts";
export type { Outcome } from "./outcome.ts";
export type { Encrypted, Stage } from "./stage.ts";

export interface SessionOptions {
  readonly store: SessionStore;
  /** UUID. */
  readonly ownDevice: string;
  /** 32 bytes, private. */
  readonly deviceKey: Uint8Array;
  readonly registration: number;
}

export interface Sessions {
  /** A new stage, over what is in the store. */
  stage(): Stage;
}

/** The sessions of this device. What is done in a stage is written to the store in its `apply`, and nowhere else. */
export function openSessions({ store, ownDevice, deviceKey, registration }: SessionOptions): Sessions {
  const own = { address: addressOf(ownDevice), key: PrivateKey.deserialize(copy(deviceKey)), registration };
  return { stage: () => new Stage(store, own) };
}
