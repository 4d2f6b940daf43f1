declare module "bcrypt-pbkdf" {
  /** bcrypt_pbkdf(3) of OpenBSD: fills `key`; 0 is success, -1 a refused argument. */
  export function pbkdf(
    pass: Uint8Array,
    passlen: number,
    salt: Uint8Array,
    saltlen: number,
    key: Uint8Array,
    keylen: number,
    rounds: number,
  ): 0 | -1;
}
