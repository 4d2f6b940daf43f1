/** The vectors of device lists, for make-format-vectors.ts. */
import { sshsigSign } from "@asfaleia/identity";
import type { FormatErrorCode } from "../../src/format/errors.ts";
import { cbor, join } from "./cbororacle.ts";
import { type BadList, type GoodList, toBase64 } from "./formatvectors.ts";
import {
  alice,
  blob,
  eve,
  type Fields,
  laptop,
  phone,
  type Signing,
  sha256,
  spoiled,
  write,
} from "./making.ts";
import { DAY_MS, type Installation, NOW } from "./people.ts";

export function listBody(devices: readonly Installation[], changes: Fields = {}): Fields {
  const hashes = devices.map(({ devicePublicKey }) => sha256(devicePublicKey)).sort(Buffer.compare);
  const identity = sha256(alice.signer.publicKey.blob);
  return { v: 1, identity, counter: 1, devices: hashes, ends: NOW + 90 * DAY_MS, at: NOW, ...changes };
}

export async function list(body: unknown, how: Signing = {}): Promise<Uint8Array> {
  const { signer = alice.signer, namespace = "devices@asfaleia" } = how;
  const bytes = cbor(body);
  return cbor({ body: bytes, signature: await sshsigSign(signer, namespace, bytes), ...how.also });
}

export async function lists(): Promise<void> {
  const three = listBody([alice, laptop, phone], { counter: 7, ends: NOW + DAY_MS });
  const good: GoodList[] = [];
  for (const [name, about, body, devices] of [
    ["first", "The first list, of one device, for 90 days.", listBody([alice]), [alice]],
    ["three devices", "The seventh list, for a day.", three, [alice, laptop, phone]],
  ] as const) {
    const { counter, ends, at } = body as { counter: number; ends: number; at: number };
    const hashes = (body.devices as Uint8Array[]).map(toBase64);
    const names = devices.map(({ devicePublicKey }) => toBase64(devicePublicKey));
    good.push({
      name,
      about,
      list: toBase64(await list(body)),
      opens: { identity: blob(alice), counter, devices: hashes, ends, at },
      names,
    });
  }
  const bad: BadList[] = [];
  const refuse = (name: string, about: string, error: FormatErrorCode, bytes: Uint8Array) =>
    bad.push({ name, about, list: toBase64(bytes), error });
  const body = listBody([alice, laptop]);
  const right = await list(body);
  const hashes = body.devices as Uint8Array[];
  const seventeen = Array.from({ length: 17 }, (_, at) => new Uint8Array(32).fill(at));
  refuse("empty", "No bytes.", "bad-cbor", new Uint8Array(0));
  refuse("cut short", "The last byte is missing.", "bad-cbor", right.subarray(0, -1));
  refuse("trailing byte", "A byte too many.", "bad-cbor", join([right, Uint8Array.of(0)]));
  refuse("too large", "5,504 bytes: one more than there may be.", "too-large", new Uint8Array(5504));
  refuse(
    "another field",
    "The outer map has a field too many.",
    "malformed",
    await list(body, { also: { more: 1 } }),
  );
  refuse(
    "another field in the body",
    "The signed body has a field too many.",
    "malformed",
    await list({ ...body, more: 1 }),
  );
  refuse("version 2", "A version that does not exist.", "malformed", await list({ ...body, v: 2 }));
  refuse("counter 0", "Counters begin at 1.", "malformed", await list({ ...body, counter: 0 }));
  refuse("no devices", "The list is empty.", "malformed", await list({ ...body, devices: [] }));
  refuse(
    "17 devices",
    "One more than there may be.",
    "malformed",
    await list({ ...body, devices: seventeen }),
  );
  refuse(
    "devices out of order",
    "The hashes descend.",
    "malformed",
    await list({ ...body, devices: hashes.toReversed() }),
  );
  refuse(
    "a device twice",
    "One hash stands twice.",
    "malformed",
    await list({ ...body, devices: [hashes[0], hashes[0]] }),
  );
  refuse(
    "a short hash",
    "A hash of 31 bytes.",
    "malformed",
    await list({ ...body, devices: [hashes[0]!.subarray(1)] }),
  );
  refuse(
    "too long",
    "It ends one millisecond after 90 days.",
    "malformed",
    await list({ ...body, ends: NOW + 90 * DAY_MS + 1 }),
  );
  refuse("ends at once", "It ends when it begins.", "malformed", await list({ ...body, ends: NOW }));
  refuse(
    "another namespace",
    "Signed as a certificate.",
    "bad-signature",
    await list(body, { namespace: "device@asfaleia" }),
  );
  refuse("spoiled signature", "One bit of the SSH signature is turned.", "bad-signature", spoiled(right));
  refuse(
    "signed by somebody else",
    "The signature is good, but the body names another identity.",
    "wrong-key",
    await list(body, { signer: eve.signer }),
  );
  write(
    "devicelist-good.json",
    "Device lists that open, what to, and the device keys they name.",
    "Device lists",
    good,
  );
  write(
    "devicelist-bad.json",
    "Device lists that must be refused, and with which code.",
    "Device lists",
    bad,
  );
}
