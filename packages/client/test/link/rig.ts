/** What the tests of links share: a fake relay that is stopped with its test, and a signer that tells what it was asked. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  type AuthToken,
  type Link,
  LinkError,
  type LinkErrorCode,
  type LinkOptions,
  openLink,
  RefusedError,
} from "@asfaleia/client";
import type { Signer } from "@asfaleia/identity";
import type { ErrorCode, Message } from "@asfaleia/protocol";
import {
  type FakeRelay,
  type FakeRelayOptions,
  type Script,
  startFakeRelay,
} from "../../../../test/kit/fake-relay.ts";
import { newEd25519 } from "../../../../test/kit/keys.ts";

export async function relayFor(t: TestContext, options: FakeRelayOptions): Promise<FakeRelay> {
  const relay = await startFakeRelay(options);
  t.after(async () => {
    await relay.stop();
    assert.deepEqual(relay.failures, []);
  });
  return relay;
}

/** A link on plain lines to a relay that greets, and then does as the script says. */
export async function linked(t: TestContext, script: Script, options: LinkOptions = {}): Promise<Link> {
  const relay = await relayFor(t, {
    tls: false,
    script: async (client) => {
      await client.greet();
      await script(client);
    },
  });
  const link = await openLink(relay.address, { unsafePlain: true, ...options });
  t.after(() => link.close());
  return link;
}

const MAILBOX = `SHA256:${"m".repeat(42)}A`;
export const OTHER = `SHA256:${"o".repeat(42)}A`;

/** A token that was never asked for: a fake relay takes any. */
export const TOKEN: AuthToken = { token: Buffer.from("a.b.c"), expires: new Date(0), mailbox: MAILBOX };
export { MAILBOX };

/** Signs nothing unnoticed. */
export function spySigner(): { signer: Signer; signed: Uint8Array[] } {
  const { signer } = newEd25519();
  const signed: Uint8Array[] = [];
  const sign = (data: Uint8Array): Promise<Uint8Array> => {
    signed.push(data);
    return signer.sign(data);
  };
  return { signer: { ...signer, sign }, signed };
}

export async function failsWith(code: LinkErrorCode, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof LinkError, `a LinkError rather than ${error}`);
    assert.equal(error.code, code, error.message);
    return true;
  });
}

export async function isRefused(code: ErrorCode, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof RefusedError, `a RefusedError rather than ${error}`);
    assert.equal(error.code, code);
    return true;
  });
}

/** What a reader gets, as text, until the end. */
export async function texts(messages: AsyncIterable<Message>, into: string[] = []): Promise<string[]> {
  for await (const message of messages) into.push(Buffer.from(message.envelope).toString());
  return into;
}
