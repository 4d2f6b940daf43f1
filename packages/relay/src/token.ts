/** Tokens: JWTs (RFC 7519) under a secret that is drawn at start and dies with the process. */
import { randomBytes, type webcrypto } from "node:crypto";
import { asciiText, ProtocolError } from "@asfaleia/protocol";
import { jwtVerify, SignJWT } from "jose";

/** Fixed here, never taken from a token (RFC 8725 section 3.1). */
const ALGORITHM = "HS256";
/**
 * Compact form (RFC 7515 section 7.1) with the 32 bytes of HS256, so that a token has one spelling only: decoders pass
 * over white space and over the bits that base64url leaves.
 */
const FORM = /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/;

/** What a token that held says. */
export interface Claims {
  /** The mailbox: the fingerprint of the key that was proved. */
  readonly mailbox: string;
  /** What tells this token from others. */
  readonly id: string;
  /** Milliseconds of the relay's clock at which it ends. */
  readonly ends: number;
}

export interface IssuedToken extends Claims {
  readonly token: Uint8Array;
}

/** Issues and checks the tokens of one relay key. */
export class Tokens {
  readonly #secret: webcrypto.CryptoKey;
  readonly #issuer: string;
  readonly #seconds: number;

  private constructor(secret: webcrypto.CryptoKey, issuer: string, seconds: number) {
    this.#secret = secret;
    this.#issuer = issuer;
    this.#seconds = seconds;
  }

  /**
   * @param issuer the relay's fingerprint
   * @param seconds how long a token is good for
   */
  static async create(issuer: string, seconds: number): Promise<Tokens> {
    const algorithm = { name: "HMAC", hash: "SHA-256", length: 256 };
    const secret = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
    return new Tokens(secret, issuer, seconds);
  }

  /** @param now milliseconds */
  async issue(mailbox: string, now: number): Promise<IssuedToken> {
    const issued = Math.floor(now / 1000);
    const id = randomBytes(16).toString("base64url");
    const token = await new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(this.#issuer)
      .setSubject(mailbox)
      .setIssuedAt(issued)
      .setExpirationTime(issued + this.#seconds)
      .setJti(id)
      .sign(this.#secret);
    return {
      token: new Uint8Array(Buffer.from(token, "latin1")),
      mailbox,
      id,
      ends: (issued + this.#seconds) * 1000,
    };
  }

  /**
   * @param now milliseconds
   * @throws ProtocolError `bad-token`, whatever is wrong with it
   */
  async check(token: Uint8Array, now: number): Promise<Claims> {
    if (!FORM.test(asciiText(token))) throw badToken();
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        algorithms: [ALGORITHM],
        issuer: this.#issuer,
        requiredClaims: ["sub", "iat", "exp", "jti"],
        currentDate: new Date(now),
      });
      const { sub, jti, exp } = payload;
      if (typeof sub === "string" && typeof jti === "string" && typeof exp === "number") {
        return { mailbox: sub, id: jti, ends: exp * 1000 };
      }
    } catch {
      // What was wrong with it is nothing to tell whoever brought it.
    }
    throw badToken();
  }
}

/** The one refusal of every token that does not hold. */
export function badToken(): ProtocolError {
  return new ProtocolError("bad-token", "the token does not hold here: prove the key again");
}
