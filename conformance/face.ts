/** What every face of a profile must do, wherever the profile is open. */
import assert from "node:assert/strict";
import { it } from "node:test";
import * as v from "valibot";
import {
  API,
  type EventView,
  EXIT,
  type Face,
  Failure,
  type MethodName,
  views,
} from "../packages/app/test/internals.ts";

type Any = (method: MethodName, params: unknown) => Promise<unknown>;

/** @param open gives a face of a fresh profile that has no relay within reach */
export function faceConforms(open: () => Face, keyLine: () => string): void {
  const call: Any = async (method, params) => {
    const result = await open().call(method, params as never);
    assert.equal(
      v.is(API[method].result as v.GenericSchema, result),
      true,
      `${method}: ${JSON.stringify(result)}`,
    );
    called.add(method);
    return result;
  };
  /** Fails for a reason that the user is told, with an exit code, and for no other. */
  const fails = async (
    method: MethodName,
    params: unknown,
    exit: number,
    message?: RegExp,
  ): Promise<void> => {
    await assert.rejects(open().call(method, params as never), (error: unknown) => {
      assert.ok(error instanceof Failure, `${method}: ${error}`);
      assert.equal(error.exit, exit, `${method}: ${error.message}`);
      if (message !== undefined) assert.match(error.message, message);
      return true;
    });
    called.add(method);
  };
  const called = new Set<MethodName>();
  let bob: number;
  /** Bob's. */
  let key: string;
  let id: string;

  it("answers as the schemas say, about the profile", async () => {
    const status = (await call("status.get", {})) as { device: string };
    await call("key.get", {});
    const { card } = (await call("card.get", {})) as { card: string };
    await fails("contacts.add", { card, as: "self" }, EXIT.usage);
    await call("settings.set", { name: "receipts", value: "on" });
    assert.equal(((await call("settings.list", {})) as Record<string, string>).receipts, "on");
    await fails("settings.set", { name: "receipts", value: "perhaps" }, EXIT.usage);
    await call("devices.list", {});
    await fails("devices.confirm", { id: status.device }, EXIT.usage);
    await fails("devices.withdraw", { id: "00000000-0000-4000-8000-000000000000" }, EXIT.usage);
    await call("devices.renew", {});
    // The setting publish is off.
    assert.deepEqual(await call("card.publish", {}), { published: false });
  });

  it("about contacts", async () => {
    key = keyLine();
    const contact = (await call("contacts.add", { keys: [key], as: "bob" })) as { id: number };
    bob = contact.id;
    // Where the messenger runs, it may have looked for a card meanwhile.
    const found = (await call("contacts.get", { name: "BOB" })) as { lookups: number };
    assert.deepEqual({ ...found, lookups: 0 }, contact);
    assert.equal(await call("contacts.get", { name: "nobody" }), null);
    assert.equal(((await call("contacts.list", {})) as unknown[]).length, 2);
    await call("contacts.keys", { contact: bob });
    await call("contacts.rename", { contact: bob, name: "robert" });
    await call("contacts.safety", { contact: bob });
    await call("contacts.setVerified", { contact: bob, verified: true });
    await call("contacts.changes", { contact: bob });
    await call("contacts.setRetention", { contact: bob, ms: null });
    await call("contacts.setTimer", { contact: bob, ms: 0 });
    await call("contacts.block", { contact: bob });
    await call("contacts.unblock", { contact: bob });
    await fails("contacts.accept", { contact: bob }, EXIT.usage);
    const nobodys = { contact: bob, device: "00000000-0000-4000-8000-000000000000" };
    await fails("contacts.acceptDevice", nobodys, EXIT.usage);
    await fails("contacts.refuseDevice", nobodys, EXIT.usage);
    await fails("contacts.rename", { contact: 4711, name: "x" }, EXIT.usage);
  });

  it("about adding people", async () => {
    const invite = (await call("invites.make", { uses: 2, as: "guest" })) as { id: number; link: string };
    assert.equal(((await call("invites.list", {})) as { id: number }[])[0]?.id, invite.id);
    await call("invites.revoke", { id: invite.id });
    await fails("invites.accept", { link: "https://example.org/" }, EXIT.usage);
    await fails("codes.make", {}, EXIT.relay);
    await fails("codes.wait", { id: 1 }, EXIT.usage);
    await fails("codes.end", { id: 1 }, EXIT.usage);
    await fails("codes.join", { code: "no code" }, EXIT.usage);
    await fails("keys.fetch", { source: "ftp://example.org/keys" }, EXIT.usage, /say github:NAME/);
    // Nobody listens there, and nobody else is asked.
    const source = "https://127.0.0.1:9/bob.keys";
    await call("contacts.add", { keys: [key], as: "robert", source: { source, fingerprints: [] } });
    const [pinned] = (await call("contacts.sources", { contact: bob })) as { source: string }[];
    assert.equal(pinned?.source, source);
    const [looked] = (await call("contacts.refresh", { contact: bob })) as { failed?: string }[];
    assert.notEqual(looked?.failed, undefined);
  });

  it("about messages and files, and tells what it does", async () => {
    const over = new AbortController();
    const events = await open().events({ signal: over.signal });
    const told: EventView["type"][] = [];
    const reading = (async () => {
      for await (const event of events) {
        assert.equal(v.is(views.Event, event), true, JSON.stringify(event));
        told.push(event.type);
        if (event.type === "contacts") break;
      }
    })();
    ({ id } = (await call("messages.send", { contact: bob, text: "See you at eight" })) as { id: string });
    await call("messages.reply", { contact: bob, to: id, text: "At nine" });
    await call("messages.react", { contact: bob, id, emoji: "👍" });
    await call("messages.edit", { contact: bob, id, text: "See you at ten" });
    const [last] = (await call("messages.history", { contact: bob, limit: 1 })) as { text: string }[];
    assert.equal(last?.text, "At nine");
    assert.equal(((await call("messages.search", { words: "ten" })) as unknown[]).length, 1);
    await call("messages.find", { id: id.slice(0, 7) });
    await call("messages.unread", {});
    await call("messages.unread", { contact: bob });
    await call("messages.markRead", { contact: bob });
    await call("messages.deliveries", { contact: bob, id });
    await fails("messages.find", { id: "00000000" }, EXIT.usage);
    await fails("messages.send", { contact: bob, text: "" }, EXIT.usage);

    const bytes = Buffer.from("a small file");
    const of = { contact: bob, name: "x.txt", type: "text/plain", size: bytes.length };
    const { upload } = (await call("files.begin", of)) as { upload: number };
    await fails("files.send", { upload }, EXIT.usage, /shorter than/);
    await call("files.put", { upload, bytes: bytes.toString("base64") });
    const { file, id: message } = (await call("files.send", { upload })) as {
      id: string;
      file: { id: string };
    };
    const spare = (await call("files.begin", of)) as { upload: number };
    await call("files.discard", spare);
    const ofFile = { contact: bob, file: file.id };
    assert.deepEqual(await call("files.read", { ...ofFile, at: 2 }), {
      bytes: bytes.subarray(2).toString("base64"),
    });
    assert.deepEqual(await call("files.read", { ...ofFile, at: bytes.length }), { bytes: "" });
    await fails("files.accept", ofFile, EXIT.usage);
    await call("files.toSave", {});
    await call("files.saved", { id: message });
    await call("files.cancel", ofFile);
    await call("messages.delete", { contact: bob, id });
    await call("contacts.remove", { contact: bob });
    await reading;
    over.abort();
    assert.deepEqual(
      ["said", "changed", "read", "contacts"].filter((type) => !told.includes(type as EventView["type"])),
      [],
    );
  });

  it("about meeting people, as far as that takes no relay and no network", async () => {
    const invite = (await call("invites.make", { uses: 2, as: "carol" })) as { id: number; link: string };
    assert.deepEqual(
      ((await call("invites.list", {})) as { link: string }[]).map(({ link }) => link),
      [invite.link],
    );
    await fails("invites.accept", { link: `${invite.link}x` }, EXIT.usage);
    await call("invites.revoke", { id: invite.id });
    await fails("invites.revoke", { id: 4711 }, EXIT.nothing);
    await fails("codes.make", { as: "" }, EXIT.usage);
    await fails("codes.wait", { id: 1 }, EXIT.usage);
    await fails("codes.end", { id: 1 }, EXIT.usage);
    await fails("codes.join", { code: "no code" }, EXIT.usage);
    await fails("keys.fetch", { source: "http://example.org/bob.keys" }, EXIT.usage, /https/);
    const keys = [keyLine()];
    const source = { source: "https://127.0.0.1:9/dora.keys", fingerprints: [] };
    const { card } = (await call("card.get", {})) as { card: string };
    await fails("contacts.add", { keys, as: "dora", source: { ...source, source: "a friend" } }, EXIT.usage);
    await fails("contacts.add", { card, source }, EXIT.usage, /no source of keys/);
    assert.equal(await call("contacts.get", { name: "dora" }), null);
    const dora = (await call("contacts.add", { keys, as: "dora", source })) as { id: number };
    const [pinned] = (await call("contacts.sources", { contact: dora.id })) as { source: string }[];
    assert.equal(pinned?.source, source.source);
    const [looked] = (await call("contacts.refresh", { contact: dora.id })) as { failed?: string }[];
    assert.ok(looked?.failed);
  });

  it("about what leaves, and what is handed out", async () => {
    await call("outbox.start", {});
    await call("outbox.quiet", { ms: 0 });
    await fails("export.next", {}, EXIT.usage, /export\.begin comes first/);
    await call("export.begin", {});
    const lines: string[] = [];
    for (;;) {
      const page = (await call("export.next", {})) as { lines: string[] };
      if (page.lines.length === 0) break;
      lines.push(...page.lines);
    }
    assert.match(String(lines.at(-1)), /"type":"end"/);
    await fails("backup.read", { at: 0 }, EXIT.usage, /backup\.make comes first/);
    const { size } = (await call("backup.make", { key: keyLine() })) as { size: number };
    const { bytes } = (await call("backup.read", { at: 0 })) as { bytes: string };
    assert.equal(Buffer.from(bytes, "base64").length, size);
    assert.deepEqual(await call("backup.read", { at: size }), { bytes: "" });
    await fails("backup.make", {}, EXIT.usage, /say passphrase or key/);
  });

  it("takes a call back", async () => {
    const reason = new Error("enough");
    await assert.rejects(open().call("status.get", {}, { signal: AbortSignal.abort(reason) }), reason);
  });

  it("has every method in this suite", () => {
    assert.deepEqual(
      Object.keys(API).filter((method) => !called.has(method as MethodName)),
      [],
    );
  });

  for (const [method, { example, params, result }] of Object.entries(API)) {
    it(`${method}: the example is as the schemas say, and nothing else is taken`, async () => {
      assert.deepEqual(v.safeParse(params as v.GenericSchema, example.params).issues, undefined);
      assert.deepEqual(v.safeParse(result as v.GenericSchema, example.result).issues, undefined);
      const more = { ...(example.params as object), more: "s3cret" };
      await fails(
        method as MethodName,
        more,
        EXIT.usage,
        /^the parameter more is not as docs\/rpc\.md says$/,
      );
    });
  }
}
