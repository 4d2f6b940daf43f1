/** The vectors of certificates, for make-format-vectors.ts. */
import { sshsigSign } from "@asfaleia/identity";
import type { FormatErrorCode } from "../../src/format/errors.ts";
import { signWithDevice } from "../../src/session/devicekey.ts";
import { cbor, join, Pairs, Raw } from "./cbororacle.ts";
import { type BadCertificate, type GoodCertificate, toBase64 } from "./formatvectors.ts";
import {
  alice,
  blob,
  eve,
  type Fields,
  rsa,
  type Signing,
  sha256,
  spoiled,
  utf8,
  without,
  write,
} from "./making.ts";
import { type Installation, NOW } from "./people.ts";

export function certificateBody(of: Installation, changes: Fields = {}): Fields {
  const identity = sha256(of.signer.publicKey.blob);
  const keys = { device: sha256(of.devicePublicKey), xwing: sha256(of.xwing) };
  return { v: 1, identity, ...keys, at: NOW, ...changes };
}

/** Signs whatever it is given. */
export async function certificate(
  of: Installation,
  body: unknown = certificateBody(of),
  how: Signing = {},
): Promise<Uint8Array> {
  const { signer = of.signer, namespace = "device@asfaleia", deviceKey = of.deviceKey } = how;
  const bytes = cbor(body);
  const signature = await sshsigSign(signer, namespace, bytes);
  const device = signWithDevice(deviceKey, join([utf8(how.context ?? "asfaleia/1 certificate\n"), bytes]));
  return cbor({ body: bytes, signature, device, ...how.also });
}

export async function certificates(): Promise<void> {
  const keys = { devicePublicKey: toBase64(alice.devicePublicKey), xwing: toBase64(alice.xwing) };
  const good: GoodCertificate[] = [
    {
      name: "ed25519",
      about: "Of an ed25519 key, which is expected.",
      certificate: toBase64(await certificate(alice)),
      ...keys,
      identity: blob(alice),
      opens: { identity: blob(alice), at: NOW },
    },
    {
      name: "rsa",
      about: "Of an RSA key of 2048 bits, and nobody in particular is expected.",
      certificate: toBase64(await certificate(rsa)),
      devicePublicKey: toBase64(rsa.devicePublicKey),
      xwing: toBase64(rsa.xwing),
      opens: { identity: blob(rsa), at: NOW },
    },
  ];
  const bad: BadCertificate[] = [];
  const refuse = (
    name: string,
    about: string,
    error: FormatErrorCode,
    bytes: Uint8Array,
    changes: Partial<BadCertificate> = {},
  ) => bad.push({ name, about, certificate: toBase64(bytes), ...keys, ...changes, error });
  const body = certificateBody(alice);
  const right = await certificate(alice);
  refuse("empty", "No bytes.", "bad-cbor", new Uint8Array(0));
  refuse("cut short", "The last byte is missing.", "bad-cbor", right.subarray(0, -1));
  refuse("trailing byte", "A byte too many.", "bad-cbor", join([right, Uint8Array.of(0)]));
  refuse("too large", "4,800 bytes: one more than there may be.", "too-large", new Uint8Array(4800));
  refuse("no map", "An array.", "malformed", cbor([1]));
  refuse(
    "another field",
    "The outer map has a field too many.",
    "malformed",
    await certificate(alice, body, { also: { more: 1 } }),
  );
  refuse(
    "another field in the body",
    "The signed body has a field too many.",
    "malformed",
    await certificate(alice, { ...body, more: 1 }),
  );
  refuse(
    "version 2",
    "A version that does not exist.",
    "malformed",
    await certificate(alice, { ...body, v: 2 }),
  );
  refuse("no time", "`at` is missing.", "malformed", await certificate(alice, without(body, "at")));
  refuse("negative time", "`at` is -1.", "malformed", await certificate(alice, { ...body, at: -1 }));
  refuse(
    "float",
    "`at` is a float.",
    "bad-cbor",
    await certificate(alice, { ...body, at: new Raw(0xf9, 0x3c, 0x00) }),
  );
  refuse(
    "keys out of order",
    "The signed body begins with the longest key.",
    "bad-cbor",
    await certificate(alice, new Pairs(...Object.entries(body))),
  );
  refuse(
    "another namespace",
    "Signed as a device list.",
    "bad-signature",
    await certificate(alice, body, { namespace: "devices@asfaleia" }),
  );
  refuse("spoiled signature", "One bit of the SSH signature is turned.", "bad-signature", spoiled(right));
  refuse(
    "another device's signature",
    "Countersigned by a device that is not meant.",
    "bad-signature",
    await certificate(alice, body, { deviceKey: eve.deviceKey }),
  );
  refuse(
    "no context",
    "Countersigned without the line in front.",
    "bad-signature",
    await certificate(alice, body, { context: "" }),
  );
  refuse(
    "signed by somebody else",
    "The SSH signature is good, but the body names another identity.",
    "wrong-key",
    await certificate(alice, body, { signer: eve.signer }),
  );
  refuse(
    "another device",
    "The body names another device.",
    "wrong-key",
    await certificate(alice, { ...body, device: sha256(eve.devicePublicKey) }),
  );
  refuse(
    "another X-Wing key",
    "The body names another X-Wing key.",
    "wrong-key",
    await certificate(alice, { ...body, xwing: sha256(eve.xwing) }),
  );
  refuse("another identity", "All is in order, but somebody else was expected.", "wrong-key", right, {
    identity: blob(eve),
  });
  write("certificate-good.json", "Certificates that open, and what to.", "Devices", good);
  write("certificate-bad.json", "Certificates that must be refused, and with which code.", "Devices", bad);
}
