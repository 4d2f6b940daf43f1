/** What the ratchet keeps between operations. Reads are synchronous, writes come in one piece when an operation is done. */

/** Records are libsignal's own serialized forms. Devices are named by their UUID (docs/messaging.md, "Devices"). */
export interface SessionStore {
  session(device: string): Uint8Array | undefined;
  putSession(device: string, record: Uint8Array): void;
  /** The device key that was seen under a name, 33 bytes. */
  deviceKey(device: string): Uint8Array | undefined;
  putDeviceKey(device: string, key: Uint8Array): void;
  signedPrekey(id: number): Uint8Array | undefined;
  kyberPrekey(id: number): Uint8Array | undefined;
  oneTimePrekey(id: number): Uint8Array | undefined;
  removeOneTimePrekey(id: number): void;
  /** True for a Kyber prekey that serves one session only and is removed when it was used. */
  isOneTimeKyber(id: number): boolean;
  removeKyberPrekey(id: number): void;
  /** Whether a last-resort Kyber prekey has opened a session with this base key before: then it is a replay. */
  wasKyberUsed(kyberId: number, signedId: number, baseKey: Uint8Array): boolean;
  putKyberUsed(kyberId: number, signedId: number, baseKey: Uint8Array): void;
}
