/** What is taken from a host of keys. */

/** For looking up the name, connecting, shaking hands, every redirect and the whole reply together. */
export const TIME_LIMIT_MS = 15_000;
/** 64 RSA keys of 8192 bits with long comments take a third of it. */
export const MAX_REPLY_BYTES = 256 * 1024;
/** All on the same host. */
export const MAX_REDIRECTS = 3;
/** The head of a reply; Node's own limit, made sure of. */
export const MAX_HEAD_BYTES = 16 * 1024;
/** Of one person. */
export const MAX_USABLE_KEYS = 64;
/** Lines that hold no usable key, in one reply: a page of something else has more. */
export const MAX_UNUSABLE_KEYS = 64;
