/** What the files of a profile give away after a real conversation, and what is left of damaged ones (docs/threat-model.md, "Whoever gets a user's disk"). */
import assert from "node:assert/strict";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  createProfile,
  exportSane,
  initProfile,
  openMessenger,
  openProfile,
  type Profile,
  ProfileError,
  wipeProfile,
} from "@asfaleia/client/messenger";
import { fileSigner, fingerprint, type PrivateKey } from "@asfaleia/identity";
import { parseAddress } from "@asfaleia/protocol";
import { filesOf, newFolder, sshKey } from "../../packages/client/test/profile/rig.ts";
import { environment, newPerson, newRelay, type Person, until } from "./kit.ts";

const LIMIT = { timeout: 30_000 };
const PAGE_BYTES = 4096;
const TEXTS = ["the treasure is buried under the oak", "no, under the old lime tree", "changed to the well"];
const FILE = {
  name: "map-of-the-island.txt",
  type: "text/plain",
  line: "ten paces north of the skull rock\n",
};
const OWN_NAME = "Bluebeard";
const NAMES = ["Ali Baba", "Morgiana"];

interface Kept {
  readonly folder: string;
  readonly key: PrivateKey;
  readonly alice: Person;
  readonly contact: number;
  /** Closes the messenger and the profile. */
  close(): Promise<void>;
}

/** Somebody with a profile on disk who has talked, in every way there is. */
async function talked(t: TestContext): Promise<Kept> {
  const relay = await newRelay(t);
  const folder = newFolder(t);
  const key = sshKey();
  const profile = await createProfile(folder, { kind: "ssh", publicKey: key.publicKey });
  const signer = fileSigner(key);
  const relays = [parseAddress(relay.addresses[0]!)];
  await initProfile({ profile, environment, signer, relays, name: OWN_NAME });
  const alice = await newPerson(t, relay, { profile, signer });
  const bob = await newPerson(t, relay);
  const contact = (await alice.messenger.addCard(bob.messenger.card(), NAMES[0])).id;
  const back = (await bob.messenger.addCard(alice.messenger.card(), "alice")).id;
  const said = await alice.messenger.send(contact, TEXTS[0]!);
  await bob.next("message");
  await bob.messenger.reply(back, said.id, TEXTS[1]!);
  await alice.next("message");
  await alice.messenger.edit(contact, said.id, TEXTS[2]!);
  await bob.messenger.react(back, said.id, "👍");
  await alice.next("changed", ({ message }) => message.reactions.length > 0);
  const bytes = Buffer.from(FILE.line.repeat(10_000));
  await bob.messenger.sendFile(back, { name: FILE.name, type: FILE.type, bytes });
  const { message } = await alice.next("message", ({ message: { kind } }) => kind === "file");
  await alice.messenger.acceptFile(contact, message.file!.id);
  await alice.next("file", ({ file }) => file.state === "complete");
  await alice.messenger.publish(signer);
  await alice.messenger.addKeys([sshKey().publicKey], NAMES[1]!);
  // Somebody whose card is not known yet: what is said to them stays open.
  await alice.messenger.send(alice.messenger.contact(NAMES[1]!)!.id, TEXTS[1]!);
  const close = async (): Promise<void> => {
    await alice.messenger.close();
    profile.close();
  };
  t.after(close);
  return { folder, key, alice, contact, close };
}

/** What must stand in no file: texts in both letter cases, keys as they are, in hex and in base64. */
function secretsOf(profile: Profile, key: PrivateKey): Buffer[] {
  const own = profile.own.get()!;
  const devices = profile.contacts.all().flatMap(({ id }) => profile.devices.ofContact(id));
  const identities = profile.contacts.all().flatMap(({ id }) => profile.identities.ofContact(id));
  const mailboxes = profile.mailboxes.all();
  const texts = [
    ...TEXTS,
    ...TEXTS.flatMap((text) => text.split(" ").filter((word) => word.length > 6)),
    FILE.name,
    FILE.line.trim(),
    OWN_NAME,
    ...NAMES,
    own.id,
    fingerprint(key.publicKey),
    ...identities.map((identity) => identity.fingerprint),
    ...devices.flatMap(({ id, route }) => [id, route.mailbox, route.relay]),
    ...mailboxes.map((mailbox) => mailbox.fingerprint),
  ];
  const sessions = devices.map(({ id }) => profile.sessions.session(id)).filter((one) => one !== undefined);
  const prekeys = (["signed", "kyber"] as const).map((kind) => profile.sessions.newestPrekey(kind)!.record);
  const keys = [
    key.publicKey.blob,
    key.publicKey.blob.subarray(-32),
    Buffer.from(key.keyObject.export({ format: "jwk" }).d ?? "", "base64url"),
    own.deviceKey,
    own.xwingSeed,
    own.certificate,
    ...mailboxes.map(({ seed }) => seed),
    ...identities.map(({ blob }) => blob),
    ...devices.flatMap(({ key: device, card, sayAs }) => [
      device,
      card,
      ...(sayAs === undefined ? [] : [sayAs]),
    ]),
    ...[...sessions, ...prekeys].flatMap(piecesOf),
  ].map((bytes) => Buffer.from(bytes));
  const written = (["hex", "base64", "base64url"] as const).flatMap((form) =>
    keys.map((bytes) => Buffer.from(bytes.toString(form).replaceAll("=", ""))),
  );
  return [
    ...texts.flatMap((text) => [text, text.toLowerCase()]).map((text) => Buffer.from(text)),
    ...keys,
    ...written,
  ];
}

/** A long record may be split over pages: parts of it are enough. */
function piecesOf(record: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at + 32 <= record.length; at += 256) pieces.push(record.subarray(at, at + 32));
  return pieces;
}

/** Names of the files in which a secret stands. */
function leaks(folder: string, secrets: readonly Buffer[]): string[] {
  return [...filesOf(folder)]
    .filter(([, bytes]) => secrets.some((one) => bytes.includes(one)))
    .map(([name]) => name);
}

/** A line of an export without what is kept in other tables, and may be lost alone. */
function withoutParts(line: string): string {
  return JSON.stringify({ ...JSON.parse(line), identities: [], reactions: [] });
}

function fails(code: ProfileError["code"]): (error: unknown) => boolean {
  return (error) => error instanceof ProfileError && error.code === code && error.message.length > 10;
}

test(
  "no text, name or key of a conversation stands in any file, while it goes on and after",
  LIMIT,
  async (t) => {
    const { folder, key, alice, close } = await talked(t);
    const secrets = secretsOf(alice.profile, key);
    assert.ok(secrets.length > 100);
    assert.ok(secrets.every(({ length }) => length >= 6));
    assert.ok(filesOf(folder).get("profile.db-wal")!.length > 100_000);
    assert.deepEqual(leaks(folder, secrets), []);
    await close();
    assert.ok(filesOf(folder).get("profile.db")!.length > 300_000);
    assert.deepEqual(leaks(folder, secrets), []);
    // The search itself finds what is there.
    assert.deepEqual(leaks(folder, [...secrets, Buffer.from("age-encryption.org")]), ["key.age"]);
  },
);

test("another key opens nothing and says so, and the right one finds everything", LIMIT, async (t) => {
  const { folder, key, contact, close } = await talked(t);
  await close();
  const other = sshKey();
  await assert.rejects(openProfile(folder, { privateKey: async () => other }), fails("wrong-key"));
  await assert.rejects(openProfile(folder, { passphrase: async () => "guess" }), fails("wrong-key"));
  await assert.rejects(openProfile(folder, {}), fails("wrong-key"));
  const profile = await openProfile(folder, { privateKey: async () => key });
  const messenger = openMessenger({ profile, environment });
  assert.deepEqual(
    messenger
      .history(contact)
      .filter(({ kind }) => kind !== "notice")
      .map(({ kind, text }) => [kind, text]),
    [
      ["text", TEXTS[2]],
      ["reply", TEXTS[1]],
      ["file", ""],
    ],
  );
  await messenger.close();
  profile.close();
});

test("what is damaged is told and never shown, and the rest can be exported", LIMIT, async (t) => {
  const { folder, key, alice, contact, close } = await talked(t);
  for (let n = 0; n < 200; n++) await alice.messenger.send(contact, `line ${n}: ${TEXTS[0]}`);
  await until(() => alice.profile.deliveries.countOpen() === 1);
  await close();
  const unlock = { privateKey: async () => key };
  const database = join(folder, "profile.db");
  const whole = readFileSync(database);

  const read = async (): Promise<string> => {
    const profile = await openProfile(folder, unlock, { waitMs: 0 });
    const messenger = openMessenger({ profile, environment });
    try {
      const found = messenger.search("treasure", 500).map(({ text }) => text);
      const lines = messenger.history(contact, { limit: 500 });
      return JSON.stringify([found, lines, messenger.status(), messenger.contacts()]);
    } finally {
      await messenger.close();
      profile.close();
    }
  };
  /** None where the page told what tables there are: then nothing can be read. */
  const sane = async (): Promise<string[]> => {
    const lines: string[] = [];
    try {
      for await (const line of exportSane(folder, unlock, { waitMs: 0 })) lines.push(line);
    } catch (error) {
      assert.ok(fails("damaged")(error) && lines.length === 0, String(error));
    }
    return lines;
  };

  const [shown, lines] = [await read(), await sane()];
  const bare = new Set(lines.map(withoutParts));
  let found = 0;
  let saved = 0;
  for (let page = 0; page * PAGE_BYTES < whole.length; page += 4) {
    const damaged = Buffer.from(whole);
    damaged[page * PAGE_BYTES + ((page * 37) % PAGE_BYTES)]! ^= 1 << (page % 8);
    writeFileSync(database, damaged);
    try {
      assert.equal(await read(), shown, `page ${page}`);
    } catch (error) {
      assert.ok(fails("damaged")(error), `page ${page}: ${error}`);
      found++;
      const rest = await sane();
      const isTrue = (line: string): boolean => lines.includes(line) || bare.has(withoutParts(line));
      assert.deepEqual(
        rest.slice(0, -1).filter((line) => !isTrue(line)),
        [],
      );
      if (rest.length > 100) saved++;
    }
  }
  assert.ok(found >= 8, `${found} of the damaged pages were read`);
  assert.ok(saved >= 6, `most messages could be exported from ${saved}`);

  for (const part of [0.5, 0.9]) {
    writeFileSync(database, whole);
    truncateSync(database, Math.floor((whole.length / PAGE_BYTES) * part) * PAGE_BYTES);
    await assert.rejects(read(), fails("damaged"));
    const rest = await sane();
    assert.ok(rest.slice(0, -1).every((line) => bare.has(withoutParts(line))));
    assert.ok(rest.length > (part > 0.5 ? 50 : 3), `${rest.length} lines of ${lines.length} are left`);
  }
});

test("after a wipe no file is left", LIMIT, async (t) => {
  const { folder, close } = await talked(t);
  await assert.rejects(wipeProfile(folder, { waitMs: 0 }), fails("in-use"));
  await close();
  assert.ok(filesOf(folder).size >= 2);
  await wipeProfile(folder);
  assert.equal(existsSync(folder), false);
  await assert.rejects(openProfile(folder, {}), fails("not-found"));
});
