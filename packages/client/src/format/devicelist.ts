/** Device lists: which devices an SSH key has, said by the key itself (docs/messaging.md, "Device lists"). */
import { MAX_SSHSIG_BYTES, type PublicKey, type Signer, sshsigSign } from "@asfaleia/identity";
import { sameBytes } from "@asfaleia/protocol";
import * as v from "valibot";
import { decodeCbor } from "./cbor.ts";
import { identityThatSigned } from "./certificate.ts";
import { FormatError } from "./errors.ts";
import { bytes, shaped, time, uint, written } from "./fields.ts";
import { HASH_BYTES, sha256 } from "./hash.ts";

/** The SSHSIG namespace of device lists. */
export const DEVICE_LIST_NAMESPACE = "devices@asfaleia";
/** Devices of one SSH key. */
export const MAX_LISTED_DEVICES = 16;
/** How far off the end of a list may be when it is made: 90 days. */
export const MAX_LIST_MS = 90 * 86_400_000;
const BODY_BYTES = 1024;
/** The longest device list. */
export const MAX_DEVICE_LIST_BYTES = BODY_BYTES + MAX_SSHSIG_BYTES + 64;

const BODY = v.pipe(
  v.strictObject({
    v: v.literal(1),
    identity: bytes(HASH_BYTES),
    counter: uint(1),
    devices: v.pipe(
      v.array(bytes(HASH_BYTES)),
      v.minLength(1),
      v.maxLength(MAX_LISTED_DEVICES),
      v.check((hashes) => isAscending(hashes)),
    ),
    ends: time,
    at: time,
  }),
  v.check(({ at, ends }) => ends > at && ends - at <= MAX_LIST_MS),
);

const LIST = v.strictObject({ body: bytes(1, BODY_BYTES), signature: bytes(1, MAX_SSHSIG_BYTES) });

export interface DeviceListOptions {
  /** The SSH key; asked to sign once. */
  readonly signer: Signer;
  /** One more than in the list before; 1 in the first. */
  readonly counter: number;
  /** Device keys, 33 bytes each, in any order. */
  readonly devices: readonly Uint8Array[];
  /** More devices, by SHA-256 of their device keys, as an opened list gives them. */
  readonly deviceHashes?: readonly Uint8Array[];
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly ends: number;
}

/** A device list that was opened. */
export interface DeviceList {
  readonly identity: PublicKey;
  readonly counter: number;
  /** SHA-256 of the device keys, in order. */
  readonly devices: readonly Uint8Array[];
  /** Milliseconds since 1970. */
  readonly ends: number;
  readonly at: number;
  /** The list as it came. */
  readonly bytes: Uint8Array;
  /** Whether it names the device with this key of 33 bytes. */
  names(devicePublicKey: Uint8Array): boolean;
}

/**
 * A device list.
 * @throws FormatError `malformed` where a field is out of range; the signer's KeyError passes
 */
export async function makeDeviceList(options: DeviceListOptions): Promise<Uint8Array> {
  const { signer, counter, devices, deviceHashes = [], at, ends } = options;
  const fields = {
    v: 1 as const,
    identity: sha256(signer.publicKey.blob),
    counter,
    devices: ascending([...devices.map((key) => sha256(key)), ...deviceHashes]),
    ends,
    at,
  };
  const body = written(BODY, fields, BODY_BYTES);
  const signature = await sshsigSign(signer, DEVICE_LIST_NAMESPACE, body);
  return written(LIST, { body, signature }, MAX_DEVICE_LIST_BYTES);
}

/**
 * What a device list says, after its signature was checked; that it has not ended is for `isEnded` to say.
 * @throws FormatError `too-large`, `bad-cbor`, `malformed`, `bad-signature`, `wrong-key`
 */
export function openDeviceList(list: Uint8Array): DeviceList {
  const outer = unwrap(list);
  const { identity: hash, counter, devices, ends, at } = shaped(BODY, decodeCbor(outer.body));
  const identity = identityThatSigned(outer.signature, DEVICE_LIST_NAMESPACE, outer.body);
  if (!sameBytes(hash, sha256(identity.blob))) throw new FormatError("wrong-key");
  const names = (key: Uint8Array) => {
    const named = sha256(key);
    return devices.some((device) => sameBytes(device, named));
  };
  return { identity, counter, devices, ends, at, bytes: new Uint8Array(list), names };
}

/**
 * Whether two lists say the same. Their bytes may differ all the same: ECDSA and hardware keys sign the same body
 * differently every time.
 * @throws FormatError where one is no list at all
 */
export function sameList(a: Uint8Array, b: Uint8Array): boolean {
  return sameBytes(a, b) || sameBytes(unwrap(a).body, unwrap(b).body);
}

function unwrap(list: Uint8Array): v.InferOutput<typeof LIST> {
  if (list.length > MAX_DEVICE_LIST_BYTES) throw new FormatError("too-large");
  return shaped(LIST, decodeCbor(list));
}

function isAscending(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash, at) => at === 0 || Buffer.compare(hashes[at - 1]!, hash) < 0);
}

function ascending(hashes: readonly Uint8Array[]): Uint8Array[] {
  const sorted = hashes.map((hash) => new Uint8Array(hash)).sort(Buffer.compare);
  return sorted.filter((hash, at) => at === 0 || !sameBytes(hash, sorted[at - 1]!));
}
