/** Exports, backups, and what comes of them in a new profile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBody } from "../internals.ts";
import {
  type Contact,
  exportLines,
  type Message,
  openMemoryProfile,
  type Profile,
  ProfileError,
  readBackup,
  restoreBackup,
  writeBackup,
} from "./internals.ts";
import { failsWith, sshKey } from "./rig.ts";
import {
  answer,
  contact,
  delivery,
  fresh,
  identity,
  invite,
  mailbox,
  message,
  ownDevice,
  person,
} from "./samples.ts";

const workFactor = 4;
const passphrase = async (): Promise<string> => "a b c";
const SEAL = { kind: "passphrase", passphrase: "a b c", workFactor } as const;
const INITIALISED = { name: "me", state: "me" } as const;

/** As `init` leaves one. */
function newProfile(): Profile {
  const profile = openMemoryProfile();
  profile.own.put(ownDevice());
  profile.settings.set("relays", "new");
  const me = profile.contacts.add(contact(INITIALISED));
  profile.identities.add(identity(me));
  return profile;
}

/** With everything that a backup has, and everything that it must not have. */
function usedProfile(): { profile: Profile; alice: number; bob: number; secrets: Uint8Array[] } {
  const profile = newProfile();
  profile.settings.set("relays", "old");
  profile.settings.set("receipts", "on");
  const { id: alice, device } = person(profile, {
    name: "Alice",
    verified: true,
    retentionMs: 5,
    timerMs: 6,
    sent: 9,
  });
  const { id: bob } = person(profile, { name: "Bob", state: "blocked" });
  const me = profile.contacts.byName("me")!.id;
  profile.identities.add(identity(alice, { list: fresh(300), counter: 4, lookupAt: 77, lookups: 3 }));
  const fingerprints = [`SHA256:${"A".repeat(43)}`];
  profile.sources.put({ contact: alice, source: "github:alice", checkedAt: 3, fingerprints });
  profile.sources.put({ contact: alice, source: "https://a.example/a.keys", checkedAt: 4, fingerprints: [] });
  const add = (of: number, changes: Partial<Message>): Message => {
    const body = encodeBody("text", { text: changes.text ?? "hello" });
    return profile.messages.add(message(of, { body, ...changes }))!;
  };
  add(alice, { n: 5, text: "five", until: 99, readAt: 8, editedAt: 7 });
  add(bob, { text: "from Bob\n\"'\u2028 \ud83d\ude00" });
  const late = add(alice, { n: 4, text: "four" });
  add(alice, {
    isOwn: true,
    sender: "own device",
    kind: "reply",
    text: undefined,
    isDeleted: true,
    body: new Uint8Array(0),
  });
  add(alice, { n: 6, kind: "dances" });
  add(me, { text: "a note", isOwn: true });
  profile.messages.putReaction(alice, { target: late.id, by: "x", emoji: "👍" });

  const secrets = Array.from({ length: 6 }, () => fresh(40));
  const [session, prekey, key, content, ciphertext, shortId] = secrets as [
    Uint8Array,
    ...Uint8Array[],
  ] as Uint8Array[];
  const seed = fresh(32);
  profile.sessions.putSession(device.id, session!);
  profile.sessions.putPrekey("signed", { id: 1, record: prekey!, createdAt: 1 });
  profile.sessions.putDeviceKey(device.id, key!);
  profile.deliveries.add(delivery(alice, { content: content!, ciphertext: ciphertext! }));
  profile.devices.addShortId(shortId!.subarray(0, 16), device.id, 1);
  profile.mailboxes.add(mailbox({ seed, kind: "contact", contact: alice }));
  const ofInvite = invite(profile.mailboxes.add(mailbox({ kind: "invite" })));
  profile.invites.add(ofInvite);
  const answered = answer(alice);
  profile.answers.put(answered);
  secrets.push(ofInvite.secret, answered.secret);
  const { deviceKey, xwingSeed, certificate } = profile.own.get()!;
  secrets[5] = shortId!.subarray(0, 16);
  secrets.push(seed, deviceKey, xwingSeed, certificate, Buffer.from(device.id));
  return { profile, alice, bob, secrets };
}

/** All that can be seen of a contact's conversation, rows and ids of contacts apart. */
function seen(profile: Profile, name: string): unknown {
  const { id, ...of } = profile.contacts.byName(name) as Contact;
  return {
    of: { ...of, sent: 0 },
    identities: profile.identities
      .ofContact(id)
      .map(({ contact: _, lookupAt: _at, lookups: _count, ...pinned }) => pinned),
    sources: profile.sources.ofContact(id).map(({ contact: _, ...source }) => source),
    messages: profile.messages.last(id, 99).map(({ row: _, contact: _of, ...said }) => ({
      ...said,
      reactions: profile.messages.reactions(id, said.id),
    })),
  };
}

const key = sshKey();
const SEALS = {
  passphrase: { seal: SEAL, unlock: { passphrase } },
  ssh: { seal: { kind: "ssh", publicKey: key.publicKey }, unlock: { privateKey: async () => key } },
} as const;

for (const [how, { seal, unlock }] of Object.entries(SEALS)) {
  test(`a backup under ${how} brings contacts, settings and history into a new profile`, async () => {
    const { profile } = usedProfile();
    const restored = newProfile();
    restoreBackup(restored, await readBackup(await writeBackup(profile, seal), unlock));
    for (const name of ["Alice", "Bob"]) assert.deepEqual(seen(restored, name), seen(profile, name));
    const alice = restored.contacts.byName("Alice")!;
    assert.equal(alice.sent, 0);
    assert.deepEqual(
      restored.identities.ofContact(alice.id).map(({ lookupAt }) => lookupAt),
      [0, 0],
    );
    assert.deepEqual(
      [...restored.settings.all()],
      [
        ["receipts", "on"],
        ["relays", "new"],
      ],
    );
    assert.deepEqual(restored.devices.ofContact(alice.id), []);
    assert.deepEqual(restored.mailboxes.all(), []);
    assert.equal(restored.sources.ofContact(alice.id).length, 2);
    assert.deepEqual(restored.invites.all(), []);
    assert.equal(restored.answers.get(alice.id), undefined);
    const me = restored.contacts.all().filter(({ state }) => state === "me");
    assert.equal(me.length, 1);
    assert.deepEqual(
      restored.messages.last(me[0]!.id, 9).map(({ text }) => text),
      ["a note"],
    );
    assert.equal(restored.identities.ofContact(me[0]!.id).length, 1);
    assert.deepEqual(restored.messages.search("dances", 9), []);
    assert.deepEqual(
      restored.messages.search("fiv", 9).map(({ text }) => text),
      ["five"],
    );
  });
}

test("a backup has nothing of this device", async () => {
  const { profile, secrets } = usedProfile();
  const lines = await readBackup(await writeBackup(profile, SEAL), { passphrase });
  for (const text of [lines.join("\n"), [...exportLines(profile)].join("\n")]) {
    for (const secret of secrets) {
      const bytes = Buffer.from(secret);
      for (const form of ["base64", "hex", "latin1"] as const)
        assert.ok(!text.includes(bytes.toString(form)), form);
    }
  }
});

test("a backup is opened by its own secret only, and altered or cut not at all", async () => {
  const { profile } = usedProfile();
  for (const { seal, unlock } of Object.values(SEALS)) {
    const backup = await writeBackup(profile, seal);
    await failsWith(
      "wrong-key",
      readBackup(backup, { passphrase: async () => "x", privateKey: async () => sshKey() }),
    );
    await failsWith("wrong-key", readBackup(backup, {}));
    for (let i = 0; i < 30; i++) {
      const altered = Uint8Array.from(backup);
      altered[Math.floor((i * backup.length) / 30)]! ^= 1 << (i % 8);
      const cut = backup.subarray(0, Math.floor((i * backup.length) / 30));
      for (const bytes of [altered, cut]) {
        await assert.rejects(
          readBackup(bytes, unlock),
          (error) => error instanceof ProfileError && ["damaged", "wrong-key"].includes(error.code),
        );
      }
    }
  }
});

test("lines that are no whole backup restore nothing", async () => {
  const { profile } = usedProfile();
  const lines = await readBackup(await writeBackup(profile, SEAL), { passphrase });
  const find = (type: string): string => lines.find((line) => line.startsWith(`{"type":"${type}"`))!;
  const [said, who] = [find("message"), find("contact")];
  const someKey = lines.find((line) => line.includes('"name":"Alice"'))!;
  const otherBlob = Buffer.from(identity(1).blob).toString("base64");
  const changed: Record<string, string[]> = {
    nothing: [],
    "no head": lines.slice(1),
    "no end": lines.slice(0, -1),
    "an end too early": [...lines.slice(0, -2), lines.at(-1)!],
    "two ends": [...lines, lines.at(-1)!],
    "a source without a name": lines.map((line) => line.replace('"github:alice"', '""')),
    "a source with something else than a fingerprint": lines.map((line) =>
      line.replace(`"SHA256:AA`, `"SHA256:A`),
    ),
    "an unknown kind": lines.with(1, '{"type":"device"}'),
    "no JSON": lines.with(1, "{"),
    "a property more": lines.map((line) => (line === said ? line.replace("{", '{"more":1,') : line)),
    "a short id": lines.map((line) => (line === said ? line.replace(/"id":"../, '"id":"') : line)),
    "an id that is no hex": lines.map((line) =>
      line === said ? line.replace(/"id":"../, '"id":"zz') : line,
    ),
    "loose base64": lines.map((line) => (line === said ? line.replace(/"body":"/, '"body":" ') : line)),
    "a body that is none": lines.map((line) =>
      line === said ? line.replace(/"body":"[^"]*"/, '"body":"oA=="') : line,
    ),
    "another key than the one it is called by": lines.map((line) =>
      line === someKey ? line.replace(/"blob":"[^"]*"/, `"blob":"${otherBlob}"`) : line,
    ),
    "no key at all": lines.map((line) =>
      line === someKey ? line.replace(/"blob":"[^"]*"/, '"blob":"AAAA"') : line,
    ),
    "half a number": lines.map((line) => (line === said ? line.replace(/"n":\d+/, '"n":0.5') : line)),
    "a message of nobody": lines.map((line) =>
      line === said ? line.replace(/"contact":\d+/, '"contact":999') : line,
    ),
    "a contact twice": lines.flatMap((line) => (line === who ? [line, line] : [line])),
    "an endless line": lines.map((line) =>
      line === said ? `${line.slice(0, -1)}${" ".repeat(2 ** 20)}}` : line,
    ),
  };
  for (const [name, some] of Object.entries(changed)) {
    const restored = newProfile();
    const before = [...exportLines(restored)];
    assert.throws(() => restoreBackup(restored, some), { name: "ProfileError", code: "damaged" }, name);
    assert.deepEqual([...exportLines(restored)], before, name);
  }
  const later = lines.with(0, lines[0]!.replace('"version":1', '"version":2,"more":true'));
  assert.throws(() => restoreBackup(newProfile(), later), { code: "newer-version" });
});

test("only a profile that was not used takes a backup, and one name has one contact", async () => {
  const { profile } = usedProfile();
  const lines = await readBackup(await writeBackup(profile, SEAL), { passphrase });
  assert.throws(() => restoreBackup(usedProfile().profile, lines), { code: "exists" });
  const restored = newProfile();
  restored.contacts.update(restored.contacts.byName("me")!.id, { name: "ALICE" });
  restoreBackup(restored, lines);
  assert.equal(restored.contacts.byName("alice 2")?.verified, true);
});

test("an export has every conversation in its order, however long", () => {
  const { profile, bob } = usedProfile();
  profile.transaction(() => {
    for (let n = 2; n <= 450; n++) profile.messages.add(message(bob, { n, text: `${n}` }));
  });
  const lines = [...exportLines(profile)].map((line) => JSON.parse(line));
  assert.deepEqual(lines[0], { type: "asfaleia", version: 1, what: "export" });
  assert.deepEqual(lines.at(-1), {
    type: "end",
    messages: lines.filter(({ type }) => type === "message").length,
    unreadable: 0,
  });
  for (const { id } of profile.contacts.all()) {
    const exported = lines.filter(({ type, contact: of }) => type === "message" && of === id);
    const ids = profile.messages.last(id, 999).map((said) => Buffer.from(said.id).toString("hex"));
    assert.deepEqual(
      exported.map((line) => line.id),
      ids,
    );
  }
  assert.ok(!lines.some(({ type }) => type === "setting"));
});
