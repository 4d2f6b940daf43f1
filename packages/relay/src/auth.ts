/** Proving a key (docs/protocol.md): a challenge for a key, then a token for a proof. Knows of no sockets. */
import { constants, createHash, publicEncrypt, randomBytes, timingSafeEqual } from "node:crypto";
import {
  fingerprint,
  KeyError,
  keyObject,
  type PublicKey,
  publicKeyFromField,
  sameKey,
  sshsigVerify,
} from "@asfaleia/identity";
import {
  type Answer,
  AUTH_NAMESPACE,
  type Auth,
  challengeBinding,
  challengeText,
  decodeBase64,
  MAX_PROOF_BYTES,
  malformed,
  ProtocolError,
  type Verify,
} from "@asfaleia/protocol";

/** Challenges that one connection may have open. */
const MAX_OPEN_PER_CONNECTION = 8;

interface Challenge {
  readonly key: PublicKey;
  readonly method: "sign" | "decrypt";
  readonly text: Uint8Array;
  /** Milliseconds. */
  readonly ends: number;
}

export interface AuthLimits {
  readonly minRsaBits: number;
  /** Challenges open in all. */
  readonly openChallenges: number;
  readonly challengeSeconds: number;
}

/** What all connections share: who may come, and how many challenges are open. */
export class Gate {
  readonly limits: AuthLimits;
  readonly #members: ReadonlySet<string> | undefined;
  open = 0;

  /** @param members the fingerprints of those who may authenticate; undefined lets everybody */
  constructor(limits: AuthLimits, members?: ReadonlySet<string>) {
    this.limits = limits;
    this.#members = members;
  }

  /** @throws ProtocolError `bad-key`, `weak-key`, `not-allowed` */
  readKey(field: Uint8Array): PublicKey {
    const key = parseKey(field);
    if (key.type === "ssh-rsa" && key.bits < this.limits.minRsaBits) {
      throw new ProtocolError(
        "weak-key",
        `an RSA key must have at least ${this.limits.minRsaBits} bits here`,
      );
    }
    if (this.#members && !this.#members.has(fingerprint(key))) {
      throw new ProtocolError("not-allowed", "this relay is for its members");
    }
    return key;
  }
}

/** The open challenges of one connection: a handle is good once, and only where it was given. */
export class Challenges {
  readonly #gate: Gate;
  readonly #relayFingerprint: string;
  readonly #open = new Map<string, Challenge>();

  constructor(gate: Gate, relayFingerprint: string) {
    this.#gate = gate;
    this.#relayFingerprint = relayFingerprint;
  }

  /**
   * Answers AUTH.
   * @param now milliseconds
   * @throws ProtocolError `bad-key`, `weak-key`, `not-allowed`, `wrong-usage`, `slow-down`
   */
  begin(auth: Auth, now: number): Answer {
    const key = this.#gate.readKey(auth.key);
    const method = auth.method ?? (key.type === "ssh-rsa" ? "decrypt" : "sign");
    if (method === "decrypt" && key.type !== "ssh-rsa")
      throw malformed("only an RSA key can decrypt: ask for sign");
    this.dropEnded(now);
    if (this.#open.size >= MAX_OPEN_PER_CONNECTION || this.#gate.open >= this.#gate.limits.openChallenges) {
      throw new ProtocolError("slow-down", "too many challenges wait for their proof");
    }
    const handle = randomBytes(16).toString("base64url");
    const binding = createHash("sha256").update(challengeBinding(this.#relayFingerprint, handle)).digest();
    const text = challengeText(binding, randomBytes(16));
    const challenge = method === "sign" ? text : encryptTo(key, text);
    this.#open.set(handle, { key, method, text, ends: now + this.#gate.limits.challengeSeconds * 1000 });
    this.#gate.open++;
    return { handle, challenge };
  }

  /**
   * Checks VERIFY.
   * @returns the fingerprint of the key that was proved
   * @throws ProtocolError `auth-failed`, the same whether the handle or the proof was wrong
   */
  finish(verify: Verify, now: number): string {
    const challenge = this.#open.get(verify.handle);
    if (challenge) {
      this.#open.delete(verify.handle);
      this.#gate.open--;
      if (now < challenge.ends && proves(challenge, verify.proof)) return fingerprint(challenge.key);
    }
    throw new ProtocolError("auth-failed", "the proof does not hold: begin again with AUTH");
  }

  /** Forgets them all: the connection is gone. */
  clear(): void {
    this.#gate.open -= this.#open.size;
    this.#open.clear();
  }

  /** Forgets those whose time is over. @param now milliseconds */
  dropEnded(now: number): void {
    for (const [handle, challenge] of this.#open) {
      if (now < challenge.ends) continue;
      this.#open.delete(handle);
      this.#gate.open--;
    }
  }
}

/** @throws ProtocolError `bad-key`, `weak-key` */
export function parseKey(field: Uint8Array): PublicKey {
  try {
    return publicKeyFromField(field);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    // ERROR's text holds no ";".
    throw new ProtocolError(
      error.code === "weak-key" ? "weak-key" : "bad-key",
      error.message.replaceAll(";", ","),
    );
  }
}

function encryptTo(key: PublicKey, text: Uint8Array): Uint8Array {
  return publicEncrypt(
    { key: keyObject(key), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
    text,
  );
}

function proves({ key, method, text }: Challenge, proof: Uint8Array): boolean {
  if (method === "decrypt") return proof.length === text.length && timingSafeEqual(proof, text);
  try {
    return sameKey(sshsigVerify(decodeBase64(proof, MAX_PROOF_BYTES), AUTH_NAMESPACE, text), key);
  } catch (error) {
    if (error instanceof KeyError || error instanceof ProtocolError) return false;
    throw error;
  }
}
