/** 100 RELAY: who the relay is and what it takes, signed. The reply to HELLO. */
import { asciiBytes, asciiText } from "../ascii.ts";
import { decodeBase64, encodeBase64 } from "../base64.ts";
import { malformed } from "../errors.ts";
import { idField, keyField, line, numberField } from "../fields.ts";
import { MAX_ENVELOPE_BYTES, MAX_PROOF_BYTES, PROTOCOL_NAME } from "../limits.ts";
import { splitFields } from "../line.ts";

export const RELAY = 100;

/** The SSHSIG namespace of the relay's proof, and the first part of what it signs. */
export const RELAY_NAMESPACE = "relay@asfaleia";

export interface RelayInfo {
  /** The relay's public key: an OpenSSH blob, ssh-ed25519. */
  readonly key: Uint8Array;
  /** Drawn when the relay started: another one means that its memory is gone. */
  readonly bootId: Uint8Array;
  /** Decoded bytes of the largest envelope. */
  readonly envelopeBytes: number;
  /** How long a message is kept at most. */
  readonly ttlSeconds: number;
}

export interface Relay extends RelayInfo {
  /** Binary SSHSIG over relayProofText, namespace relay@asfaleia. */
  readonly signature: Uint8Array;
}

/** @throws ProtocolError `wrong-usage` */
export function parseRelay(rest: Uint8Array): Relay {
  const fields = splitFields(rest, 6, 6) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const [name, key, bootId, envelopeBytes, ttl, signature] = fields;
  if (name.length > 32 || asciiText(name) !== PROTOCOL_NAME)
    throw malformed(`the relay does not speak ${PROTOCOL_NAME}`);
  if (signature.length === 0) throw malformed("the signature is missing");
  return {
    key: keyField(key),
    bootId: idField(bootId),
    envelopeBytes: numberField(envelopeBytes, 1, MAX_ENVELOPE_BYTES),
    ttlSeconds: numberField(ttl, 1, 0xffff_ffff),
    signature: decodeBase64(signature, MAX_PROOF_BYTES),
  };
}

export function formatRelay(relay: Relay): Uint8Array {
  return line(RELAY, ...infoFields(relay), encodeBase64(relay.signature));
}

/**
 * What the relay signs: `relay@asfaleia/1`, RELAY's first five fields, the client's random bytes and the channel
 * binding, each but the last ended by LF.
 * @param random the 32 bytes of HELLO
 * @param channelBinding EXPORTER-Channel-Binding of the TLS connection (RFC 9266, 32 bytes), empty on a plain line
 */
export function relayProofText(info: RelayInfo, random: Uint8Array, channelBinding: Uint8Array): Uint8Array {
  const parts = [`${RELAY_NAMESPACE}/1`, ...infoFields(info), asciiText(encodeBase64(random))];
  return asciiBytes(`${parts.join("\n")}\n${asciiText(encodeBase64(channelBinding))}`);
}

function infoFields(info: RelayInfo): string[] {
  return [
    PROTOCOL_NAME,
    asciiText(encodeBase64(info.key)),
    asciiText(encodeBase64(info.bootId)),
    String(info.envelopeBytes),
    String(info.ttlSeconds),
  ];
}
