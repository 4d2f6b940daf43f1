/** A SessionStore in memory, and what tests want to see of it. */
import type { SessionStore } from "../../src/session/store.ts";

export class MemoryStore implements SessionStore {
  readonly sessions = new Map<string, Uint8Array>();
  readonly deviceKeys = new Map<string, Uint8Array>();
  readonly signed = new Map<number, Uint8Array>();
  readonly kyber = new Map<number, Uint8Array>();
  readonly oneTime = new Map<number, Uint8Array>();
  readonly oneTimeKybers = new Set<number>();
  readonly kyberUses = new Set<string>();

  session(device: string): Uint8Array | undefined {
    return this.sessions.get(device);
  }

  putSession(device: string, record: Uint8Array): void {
    this.sessions.set(device, record);
  }

  deviceKey(device: string): Uint8Array | undefined {
    return this.deviceKeys.get(device);
  }

  putDeviceKey(device: string, key: Uint8Array): void {
    this.deviceKeys.set(device, key);
  }

  signedPrekey(id: number): Uint8Array | undefined {
    return this.signed.get(id);
  }

  kyberPrekey(id: number): Uint8Array | undefined {
    return this.kyber.get(id);
  }

  oneTimePrekey(id: number): Uint8Array | undefined {
    return this.oneTime.get(id);
  }

  removeOneTimePrekey(id: number): void {
    this.oneTime.delete(id);
  }

  isOneTimeKyber(id: number): boolean {
    return this.oneTimeKybers.has(id);
  }

  removeKyberPrekey(id: number): void {
    this.kyber.delete(id);
    this.oneTimeKybers.delete(id);
  }

  wasKyberUsed(kyberId: number, signedId: number, baseKey: Uint8Array): boolean {
    return this.kyberUses.has(useName(kyberId, signedId, baseKey));
  }

  putKyberUsed(kyberId: number, signedId: number, baseKey: Uint8Array): void {
    this.kyberUses.add(useName(kyberId, signedId, baseKey));
  }

  /** All that is kept, to be compared with what is kept later. */
  snapshot(): unknown {
    return structuredClone({
      sessions: this.sessions,
      deviceKeys: this.deviceKeys,
      signed: this.signed,
      kyber: this.kyber,
      oneTime: this.oneTime,
      oneTimeKybers: this.oneTimeKybers,
      kyberUses: this.kyberUses,
    });
  }
}

function useName(kyberId: number, signedId: number, baseKey: Uint8Array): string {
  return `${kyberId} ${signedId} ${Buffer.from(baseKey).toString("hex")}`;
}
