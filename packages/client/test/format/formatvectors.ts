/** docs/vectors/{certificate,devicelist,card,content}-{good,bad}.json, as make-format-vectors.ts writes them. */
import type { FormatErrorCode } from "../../src/format/errors.ts";

interface Scenario {
  readonly name: string;
  readonly about: string;
}

/** Why it must be refused. */
interface Refused {
  readonly error: FormatErrorCode;
}

/** Binary values are base64. */
interface CertificateInput extends Scenario {
  readonly certificate: string;
  readonly devicePublicKey: string;
  readonly xwing: string;
  /** OpenSSH blob of the key that is expected, where one is. */
  readonly identity?: string;
}

export interface GoodCertificate extends CertificateInput {
  readonly opens: { readonly identity: string; readonly at: number };
}

export interface BadCertificate extends CertificateInput, Refused {}

export interface GoodList extends Scenario {
  readonly list: string;
  readonly opens: {
    readonly identity: string;
    readonly counter: number;
    readonly devices: readonly string[];
    readonly ends: number;
    readonly at: number;
  };
  /** Device keys that it names. */
  readonly names: readonly string[];
}

export interface BadList extends Scenario, Refused {
  readonly list: string;
}

interface CardInput extends Scenario {
  readonly card: string;
  /** Milliseconds since 1970; left out, the end date is not looked at. */
  readonly now?: number;
}

export interface GoodCard extends CardInput {
  readonly opens: Readonly<Record<string, unknown>>;
}

export interface BadCard extends CardInput, Refused {}

export interface GoodContent extends Scenario {
  /** Hexadecimal. */
  readonly plaintext: string;
  /** Byte strings are `h'…'`, as in RFC 8949 section 8. */
  readonly opens: { readonly content: unknown; readonly hello?: unknown };
}

export interface BadContent extends Scenario, Refused {
  readonly plaintext: string;
}

/** A value with every byte string in it as words. */
export function inWords(value: unknown): unknown {
  if (value instanceof Uint8Array) return `h'${Buffer.from(value).toString("hex")}'`;
  if (Array.isArray(value)) return value.map(inWords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, inWords(of)]));
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
