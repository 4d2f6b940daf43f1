/** What goes wrong when keys are looked up. No text here holds an account, an address or a key: the caller knows what was asked for. */
import { EXIT, type Exit, Failure } from "../exit.ts";

const ERRORS = {
  unreachable: [EXIT.failed, "the host of the keys cannot be reached; is the network there?"],
  proxy: [EXIT.failed, "no connection to the host of the keys through the proxy"],
  timeout: [EXIT.failed, "the host of the keys took too long; try again"],
  certificate: [EXIT.failed, "the host of the keys did not prove its name, and somebody may be in between"],
  "bad-tls": [EXIT.failed, "the host of the keys does not speak TLS 1.2 or newer"],
  closed: [EXIT.failed, "the host of the keys broke off; try again"],
  "no-end": [
    EXIT.failed,
    "the host of the keys does not say where its reply ends: somebody on the way could have cut it",
  ],
  elsewhere: [
    EXIT.failed,
    "the host of the keys sends to another place, where nobody asked to go; if it is right, name that place itself",
  ],
  circle: [EXIT.failed, "the host of the keys sends from place to place"],
  "not-found": [EXIT.nothing, "the host knows no such account; is the name spelt right?"],
  "not-shown": [EXIT.failed, "the host does not show these keys to everybody; ask for the key itself"],
  "slow-down": [EXIT.failed, "the host wants fewer questions; try again later"],
  "host-trouble": [EXIT.failed, "the host has trouble of its own; try again later"],
  "too-large": [EXIT.failed, "the reply is too large for one person's keys, and was not taken"],
  "not-keys": [EXIT.failed, "what came is no list of keys; is the address right?"],
  "too-many": [EXIT.key, "more keys than are believed of one person; ask which is theirs, and add that one"],
} as const satisfies Record<string, readonly [Exit, string]>;

/** Why keys could not be had. A closed set. */
export type KeySourceErrorCode = keyof typeof ERRORS;

/** Nothing was taken. */
export class KeySourceError extends Failure {
  override readonly code: KeySourceErrorCode;

  /** @param detail what more there is to say, in words of our own */
  constructor(code: KeySourceErrorCode, detail?: string) {
    const [exit, text] = ERRORS[code];
    super(exit, detail === undefined ? text : `${text}: ${detail}`, code);
    this.name = "KeySourceError";
    this.code = code;
  }
}
