import { connect } from "node:net";
import { KeyError } from "./errors.ts";
import { KEY_TYPES } from "./keytypes.ts";
import { type PublicKey, publicKeyFromBlob } from "./publickey.ts";
import { namedAlgorithm, signatureAlgorithm, verifySignature } from "./signature.ts";
import type { Signer } from "./signer.ts";
import { WireReader, WireWriter } from "./wire.ts";

/** A reply longer than this is refused before it is read: OpenSSH's MAX_AGENT_REPLY_LEN (authfd.c). */
export const MAX_AGENT_REPLY_BYTES = 256 * 1024;
/** The most keys in a list: OpenSSH's own limit (authfd.c). */
export const MAX_AGENT_KEYS = 2048;
/** How long a list may take. */
export const AGENT_LIST_TIMEOUT_MS = 10_000;
/** How long a signature may take: an agent may first ask its owner (`ssh-add -c`, pinentry). */
export const AGENT_SIGN_TIMEOUT_MS = 60_000;
/** How long an sk- signature may take: a PIN, then a touch. */
export const AGENT_TOUCH_TIMEOUT_MS = 120_000;

/** Message numbers and the one flag of draft-miller-ssh-agent §5.1 and §5.3. */
const AGENT = {
  failure: 5,
  requestIdentities: 11,
  identitiesAnswer: 12,
  signRequest: 13,
  signResponse: 14,
} as const;
const RSA_SHA2_512 = 4;

/** A running ssh-agent: keys that can be used, but not read. */
export interface Agent {
  /** The keys it holds; certificates and types that cannot be an account are left out. Rejects with KeyError `agent`. */
  list(): Promise<{ key: PublicKey; comment: string }[]>;
  /** A signer for one of them; whether the agent really has it shows when it signs. */
  signer(key: PublicKey): Signer;
}

/**
 * The ssh-agent behind a Unix socket (draft-miller-ssh-agent), as a rule the value of SSH_AUTH_SOCK. Every request has a
 * connection of its own. What it answers is checked, signatures included, so a false agent can only refuse.
 *
 * @param options.timeoutMs replaces the three default time-outs
 * @param options.signal aborts what is under way; its promise rejects with the signal's reason
 */
export function sshAgent(
  socketPath: string,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
): Agent {
  const ask = (request: Uint8Array, timeoutMs: number): Promise<Uint8Array> =>
    askAgent(socketPath, request, options.timeoutMs ?? timeoutMs, options.signal);
  return {
    list: async () => readList(await ask(Uint8Array.of(AGENT.requestIdentities), AGENT_LIST_TIMEOUT_MS)),
    signer: (key) => ({
      publicKey: key,
      comment: "",
      sign: async (data) => {
        const timeoutMs = KEY_TYPES[key.type].sk ? AGENT_TOUCH_TIMEOUT_MS : AGENT_SIGN_TIMEOUT_MS;
        return readSignature(await ask(signRequest(key, data), timeoutMs), key, data);
      },
    }),
  };
}

function readList(reply: Uint8Array): { key: PublicKey; comment: string }[] {
  return readReply(reply, AGENT.identitiesAnswer, "the agent refuses to list its keys", (reader) => {
    const count = reader.uint32();
    if (count > MAX_AGENT_KEYS) throw new KeyError("agent", "the agent lists too many keys");
    const keys: { key: PublicKey; comment: string }[] = [];
    for (let index = 0; index < count; index++) {
      const key = usableKey(reader.string());
      const comment = new TextDecoder().decode(reader.string());
      if (key !== undefined) keys.push({ key, comment });
    }
    return keys;
  });
}

/** Undefined for a key that is in order, but not one of ours. */
function usableKey(blob: Uint8Array): PublicKey | undefined {
  try {
    return publicKeyFromBlob(blob);
  } catch (error) {
    if (error instanceof KeyError && error.code !== "bad-key") return undefined;
    throw error;
  }
}

function signRequest(key: PublicKey, data: Uint8Array): Uint8Array {
  const flags = key.type === "ssh-rsa" ? RSA_SHA2_512 : 0;
  return new WireWriter().byte(AGENT.signRequest).string(key.blob).string(data).uint32(flags).bytes();
}

function readSignature(reply: Uint8Array, key: PublicKey, data: Uint8Array): Uint8Array {
  const refusal =
    "the agent did not sign; is the key still loaded (ssh-add -l), was it confirmed or touched?";
  return readReply(reply, AGENT.signResponse, refusal, (reader) => {
    const signature = new Uint8Array(reader.string());
    if (namedAlgorithm(signature) !== signatureAlgorithm(key.type)) {
      throw new KeyError("agent", "the agent signed with another algorithm than the one asked for");
    }
    if (verifySignature(key, signature, data)) return signature;
    if (verifySignature(key, signature, data, { requireTouch: false })) {
      throw new KeyError(
        "agent",
        "the security key signed without a touch; make a key without no-touch-required",
      );
    }
    throw new KeyError("agent", "the agent gave a signature that does not fit the key");
  });
}

/** Reads a reply to its last byte; whatever is malformed in it is the agent's fault. */
function readReply<T>(
  reply: Uint8Array,
  expected: number,
  refusal: string,
  read: (reader: WireReader) => T,
): T {
  try {
    const reader = new WireReader(reply);
    const type = reader.byte();
    if (type === AGENT.failure) throw new KeyError("agent", refusal);
    if (type !== expected) throw new KeyError("agent", "the agent gave an answer to something else");
    const value = read(reader);
    reader.end();
    return value;
  } catch (error) {
    if (error instanceof KeyError && error.code !== "agent") {
      throw new KeyError("agent", "the agent gave a malformed answer");
    }
    throw error;
  }
}

/** Sends one request over a connection of its own and resolves with the reply, its length taken off. */
function askAgent(
  path: string,
  request: Uint8Array,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = connect(path);
    const chunks = new ReplyCollector();
    const onAbort = (): void => finish(() => reject(signal!.reason));
    const fail = (message: string): void => finish(() => reject(new KeyError("agent", message)));
    const timer = setTimeout(() => fail("the agent did not answer in time"), timeoutMs);

    function finish(settle: () => void): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.destroy();
      settle();
    }

    signal?.addEventListener("abort", onAbort, { once: true });
    // The system's own message would name the path.
    socket.on("error", () => fail("the agent cannot be reached; is it running, and SSH_AUTH_SOCK set?"));
    socket.on("close", () => fail("the agent closed the connection before it had answered"));
    socket.on("data", (chunk) => {
      try {
        const reply = chunks.add(chunk);
        if (reply !== undefined) finish(() => resolve(reply));
      } catch (error) {
        finish(() => reject(error));
      }
    });
    socket.write(new WireWriter().string(request).bytes());
  });
}

/** Puts a reply together: uint32 length, then so many bytes and not one more. */
class ReplyCollector {
  readonly #header = new Uint8Array(4);
  #headerBytes = 0;
  #reply: Uint8Array | undefined;
  #replyBytes = 0;

  /** The reply once it is whole. Throws KeyError `agent` when it is too long. */
  add(chunk: Uint8Array): Uint8Array | undefined {
    const forHeader = chunk.subarray(0, this.#header.length - this.#headerBytes);
    this.#header.set(forHeader, this.#headerBytes);
    this.#headerBytes += forHeader.length;
    if (this.#headerBytes < this.#header.length) return undefined;

    this.#reply ??= new Uint8Array(replyLength(this.#header));
    const rest = chunk.subarray(forHeader.length);
    if (rest.length > this.#reply.length - this.#replyBytes) {
      throw new KeyError("agent", "the agent said more than its answer");
    }
    this.#reply.set(rest, this.#replyBytes);
    this.#replyBytes += rest.length;
    return this.#replyBytes === this.#reply.length ? this.#reply : undefined;
  }
}

function replyLength(header: Uint8Array): number {
  const length = new WireReader(header).uint32();
  if (length > MAX_AGENT_REPLY_BYTES) throw new KeyError("agent", "the agent's answer is too long");
  return length;
}
