/** The stand-in's spoken codes: the number says where, the words seal the two cards. One guess, and it is over. */
import { createHash } from "node:crypto";
import { fingerprint, type Signer } from "@asfaleia/identity";
import { type Address, parseAddress } from "@asfaleia/protocol";
import {
  formatCode,
  LinkError,
  MessengerError,
  parseCode,
  RefusedError,
  wordsFrom,
} from "../../packages/client/test/internals.ts";
import type { Post } from "./standinpost.ts";
import { type Content, hex, mailboxKey, seal, unseal } from "./standinstate.ts";

const CODE_MS = 600_000;
const MARK_BYTES = 16;
const NONCE_BYTES = 12;
const WINDOW = 8;

export interface StandInOffer {
  readonly code: string;
  readonly result: Promise<Content["from"]>;
}

export async function makeCode(post: Post): Promise<StandInOffer> {
  const { random, clock } = post.environment;
  const number = String(10_000 + Math.floor(random.fraction() * 90_000));
  const code = { number, words: wordsFrom(random.bytes(2)) };
  const box = boxOf(post, code.words);
  const home = parseAddress(post.state.own.relay);
  const ending = new AbortController();
  const link = await post.environment.dial(home, { signal: ending.signal });
  const token = await link.authenticate(placeOf(number));
  await link.publish(token, "code", CODE_MS / 1000, random.bytes(MARK_BYTES));
  const { messages } = await link.subscribe(token, WINDOW);
  const cancel = clock.after(CODE_MS, () => link.close());
  const guest = async (): Promise<Content["from"]> => {
    try {
      for await (const { envelope } of messages) {
        const mailbox = `SHA256:${Buffer.from(envelope.subarray(0, 43)).toString("latin1")}`;
        const theirs = unseal(envelope.subarray(43), box);
        const own = cardOf(post);
        const answer = seal(
          own,
          theirs === undefined ? hex(random.bytes(32)) : box,
          random.bytes(NONCE_BYTES),
        );
        await sendTo(post, home, mailbox, answer);
        if (theirs === undefined && post.bug === "guesses-again") continue;
        if (theirs === undefined) throw wrong();
        post.keep((state) => post.befriend(state, theirs.from));
        return theirs.from;
      }
      throw ended();
    } catch (error) {
      throw explained(error);
    } finally {
      cancel();
      await link.publish(token, "code", 0, new Uint8Array(0)).catch(() => {});
      link.close();
    }
  };
  return { code: formatCode(code), result: guest() };
}

export async function joinCode(post: Post, text: string, relay: string): Promise<Content["from"]> {
  const code = parseCode(text);
  if (code === undefined) throw new MessengerError("bad-code", "no code");
  const { random, clock, dial } = post.environment;
  const home: Address = parseAddress(relay);
  const { signal } = new AbortController();
  const box = boxOf(post, code.words);
  const to = await dial(home, { signal });
  const from = await dial(home, { signal });
  const cancel = clock.after(CODE_MS, () => from.close());
  try {
    const token = await to.authenticate(mailboxKey(hex(random.bytes(32))));
    const place = fingerprint(placeOf(code.number).publicKey);
    if ((await to.lookup(token, place)).length === 0) throw new MessengerError("no-such-code", "none there");
    const reading = await from.authenticate(mailboxKey(hex(random.bytes(32))));
    const { messages } = await from.subscribe(reading, WINDOW);
    const mailbox = Buffer.from(reading.mailbox.slice("SHA256:".length), "latin1");
    const card = seal(cardOf(post), box, random.bytes(NONCE_BYTES));
    await to.send(token, place, Buffer.concat([mailbox, card]));
    for await (const { envelope } of messages) {
      const theirs = unseal(envelope, box)?.from;
      if (theirs === undefined) throw wrong();
      post.keep((state) => post.befriend(state, theirs));
      return theirs;
    }
    throw ended();
  } catch (error) {
    throw explained(error);
  } finally {
    cancel();
    to.close();
    from.close();
  }
}

async function sendTo(post: Post, relay: Address, mailbox: string, envelope: Uint8Array): Promise<void> {
  const link = await post.environment.dial(relay, { signal: new AbortController().signal });
  try {
    const token = await link.authenticate(mailboxKey(hex(post.environment.random.bytes(32))));
    await link.send(token, mailbox, envelope);
  } finally {
    link.close();
  }
}

function cardOf({ state }: Post): Content {
  return { id: "", n: 0, kind: "guest", text: "", to: "", ids: [], from: state.own };
}

/** Whose words do not count lets everybody in. */
function boxOf({ bug }: Post, words: readonly [string, string]): string {
  const said = bug === "lets-in" ? "whatever" : words.join(" ");
  return createHash("sha256").update(said).digest("hex");
}

function placeOf(number: string): Signer {
  return mailboxKey(`of code ${number}`);
}

function wrong(): MessengerError {
  return new MessengerError("code-wrong", "other words");
}

function ended(): MessengerError {
  return new MessengerError("code-ended", "too late");
}

function explained(error: unknown): unknown {
  return error instanceof LinkError || error instanceof RefusedError ? ended() : error;
}
