/** People with an SSH key and a device, and the cards of those. */
import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import { fileSigner, publicKeyFromSpki, type Signer } from "@asfaleia/identity";
import { type CardFields, makeCard } from "../../src/format/card.ts";
import { makeCertificate } from "../../src/format/certificate.ts";
import { makeDeviceList } from "../../src/format/devicelist.ts";
import { xwingKeyFromSeed } from "../../src/format/xwing.ts";
import { newDevice, newKyberPrekey, newOneTimePrekey, newSignedPrekey } from "../../src/session/keys.ts";

export const NOW = 1_795_000_000_000;
export const DAY_MS = 86_400_000;
export const MAILBOX = "SHA256:39BXxeVYj4eJSR9rJ14P1yRV1eQ5FClfNq7wznXRbEk";
/** The longest address of an onion service: version 3, any port, with its pin. */
export const ONION = `asfaleia://${"a".repeat(55)}d.onion:65535#${MAILBOX}`;

export interface Installation {
  readonly signer: Signer;
  readonly deviceKey: Uint8Array;
  readonly devicePublicKey: Uint8Array;
  readonly registration: number;
  readonly xwing: Uint8Array;
}

export type IdentityType = "ed25519" | "p256" | "rsa2048" | "rsa4096";

export function drawSigner(type: IdentityType = "ed25519"): Signer {
  const { publicKey, privateKey } = drawPair(type);
  const spki = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
  return fileSigner({ publicKey: publicKeyFromSpki(spki), keyObject: privateKey, comment: "" });
}

function drawPair(type: IdentityType): KeyPairKeyObjectResult {
  if (type === "ed25519") return generateKeyPairSync("ed25519");
  if (type === "p256") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  return generateKeyPairSync("rsa", { modulusLength: Number(type.slice(3)) });
}

export function install(signer: Signer = drawSigner()): Installation {
  const { deviceKey, publicKey, registration } = newDevice();
  const xwing = xwingKeyFromSeed(crypto.getRandomValues(new Uint8Array(32))).publicKey;
  return { signer, deviceKey, devicePublicKey: publicKey, registration, xwing };
}

export function certify(of: Installation): Promise<Uint8Array> {
  return makeCertificate({ ...of, at: NOW });
}

export function listOf(counter: number, ...devices: readonly Installation[]): Promise<Uint8Array> {
  const [{ signer }] = devices as [Installation];
  const keys = devices.map(({ devicePublicKey }) => devicePublicKey);
  return makeDeviceList({ signer, counter, devices: keys, at: NOW, ends: NOW + 90 * DAY_MS });
}

/** All that stands on a card which people get by hand. */
export async function fieldsOf(of: Installation): Promise<CardFields> {
  const { record: _signed, ...signed } = newSignedPrekey(1, of.deviceKey, NOW);
  const { record: _kyber, ...kyber } = newKyberPrekey(2, of.deviceKey, NOW);
  return {
    device: of.devicePublicKey,
    registration: of.registration,
    signed,
    kyber,
    xwing: of.xwing,
    certificate: await certify(of),
    mailboxes: [{ relay: "asfaleia://relay.example:3308", mailbox: MAILBOX }],
    ends: NOW + 14 * DAY_MS,
  };
}

/** The prekeys for one session only, as an invite carries them. */
export function onceOf({ deviceKey }: Installation): NonNullable<CardFields["once"]> {
  const { id, key } = newOneTimePrekey(3);
  const kyber = newKyberPrekey(4, deviceKey, NOW);
  return { id, key, kyberId: kyber.id, kyber: kyber.key, kyberSignature: kyber.signature };
}

export async function cardOf(of: Installation, changes: Partial<CardFields> = {}): Promise<Uint8Array> {
  return makeCard({ ...(await fieldsOf(of)), ...changes }, of.deviceKey);
}
