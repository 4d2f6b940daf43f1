/** Methods about people: who is known, by which keys, and under what name. */
import {
  fingerprint,
  publicKeyFromBlob,
  publicKeyFromText,
  publicKeyLine,
  randomart,
} from "@asfaleia/identity";
import * as v from "valibot";
import { nameForFile, nameForKey } from "../../contacts/names.ts";
import { usage } from "../../exit.ts";
import { pinnedKeySource } from "../../keysources/source.ts";
import { loadMessenger, type Opened, readCard } from "../../profile/open.ts";
import { AT, BOB, DEVICE, IDENTITY, KEY_LINE } from "../examples.ts";
import { method } from "../method.ts";
import type { Session } from "../session.ts";
import { Contact, ContactId, Fingerprints, list, Millis, Source, Uuid } from "../views.ts";

/** What the user calls somebody; the messenger has rules of its own for it. */
const Name = v.pipe(v.string(), v.maxLength(256));
/** The text of a card, or a line of a public key: longer than any. */
const Text = v.pipe(v.string(), v.maxLength(131_072));
const MAX_KEYS = 64;
const SafetyNumber = v.pipe(v.string(), v.regex(/^\d{60}$/));
const Nothing = v.strictObject({});
const ofContact = { contact: ContactId };
const optional = v.exactOptional;

export const contactMethods = {
  "contacts.list": method({
    summary: "Everybody who is known: contacts, requests, blocked ones, and `me`.",
    params: Nothing,
    result: list(Contact),
    example: { params: {}, result: [BOB] },
    run: ({ opened }) => opened.messenger.contacts(),
  }),

  "contacts.get": method({
    summary:
      "One of them, by name (letter case aside) or by the fingerprint of an SSH key; null where there is none.",
    params: v.strictObject({ name: Name }),
    result: v.nullable(Contact),
    example: { params: { name: "bob" }, result: BOB },
    run: ({ opened }, { name }) => opened.messenger.contact(name) ?? null,
  }),

  "contacts.add": method({
    summary:
      "Makes a contact of a card or of SSH keys, which are pinned. Without `as` a name is made up; `file` may help with it. `source`: where the keys come from and which were there (`keys.fetch`), kept with them for `contacts.refresh`.",
    params: v.strictObject({
      card: optional(Text),
      keys: optional(v.pipe(list(Text), v.minLength(1), v.maxLength(MAX_KEYS))),
      as: optional(Name),
      file: optional(v.pipe(v.string(), v.maxLength(4096))),
      source: optional(v.strictObject({ source: Source, fingerprints: Fingerprints })),
    }),
    result: Contact,
    example: {
      params: {
        keys: [KEY_LINE],
        as: "bob",
        source: { source: "github:bob", fingerprints: [IDENTITY] },
      },
      result: BOB,
    },
    run: async (session, { card, keys, as, file, source }) => {
      if ((card === undefined) === (keys === undefined)) throw usage("say card or keys");
      if (source !== undefined && (keys === undefined || pinnedKeySource(source.source) === undefined))
        throw usage("this is no source of keys");
      const { messenger } = session.opened;
      const view =
        card === undefined
          ? await addKeys(session.opened, keys ?? [], as, source)
          : await messenger.addCard(
              await readCard(card),
              as ?? (await nameForCard(session.opened, card, file)),
            );
      return told(session, view);
    },
  }),

  "contacts.keys": method({
    summary: "The pinned SSH keys of a contact, with the picture that ssh-keygen draws of each.",
    params: v.strictObject(ofContact),
    result: list(
      v.strictObject({
        line: v.string(),
        type: v.string(),
        bits: v.number(),
        fingerprint: v.string(),
        randomart: v.string(),
      }),
    ),
    example: {
      params: { contact: 2 },
      result: [
        {
          line: KEY_LINE,
          type: "ssh-ed25519",
          bits: 256,
          fingerprint: IDENTITY,
          randomart: "+--[ED25519 256]--+\n…",
        },
      ],
    },
    run: ({ opened }, { contact }) =>
      opened.profile.identities.ofContact(contact).map(({ blob }) => {
        const key = publicKeyFromBlob(blob);
        return {
          line: publicKeyLine(key),
          type: key.type,
          bits: key.bits,
          fingerprint: fingerprint(key),
          randomart: randomart(key),
        };
      }),
  }),

  "contacts.rename": method({
    summary: "Gives a contact another name.",
    params: v.strictObject({ ...ofContact, name: Name }),
    result: Nothing,
    example: { params: { contact: 2, name: "robert" }, result: {} },
    run: async (session, { contact, name }) => {
      await session.opened.messenger.rename(contact, name);
      return told(session, {});
    },
  }),

  "contacts.remove": method({
    summary: "Removes a contact with all that was said.",
    params: v.strictObject(ofContact),
    result: Nothing,
    example: { params: { contact: 2 }, result: {} },
    run: async (session, { contact }) => {
      await session.opened.messenger.removeContact(contact);
      return told(session, {});
    },
  }),

  "contacts.block": method({
    summary: "Takes nothing from a contact, or from whoever made a request, any more.",
    params: v.strictObject(ofContact),
    result: Nothing,
    example: { params: { contact: 2 }, result: {} },
    run: async (session, { contact }) => {
      await session.opened.messenger.block(contact);
      return told(session, {});
    },
  }),

  "contacts.unblock": method({
    summary: "Takes messages of a blocked contact again.",
    params: v.strictObject(ofContact),
    result: Nothing,
    example: { params: { contact: 2 }, result: {} },
    run: async (session, { contact }) => {
      await session.opened.messenger.unblock(contact);
      return told(session, {});
    },
  }),

  "contacts.accept": method({
    summary: "Makes a contact of a request.",
    params: v.strictObject({ ...ofContact, as: optional(Name) }),
    result: Contact,
    example: { params: { contact: 2, as: "bob" }, result: BOB },
    run: async (session, { contact, as }) => {
      const view = await session.opened.messenger.accept(contact, as);
      return told(session, view);
    },
  }),

  "contacts.safety": method({
    summary: "The safety number of a contact: 60 digits that both sides see alike.",
    params: v.strictObject(ofContact),
    result: v.strictObject({ number: SafetyNumber }),
    example: {
      params: { contact: 2 },
      result: { number: "012345678901234567890123456789012345678901234567890123456789" },
    },
    run: ({ opened }, { contact }) => ({ number: opened.messenger.safetyNumber(contact) }),
  }),

  "contacts.setVerified": method({
    summary:
      "Marks a contact as verified, once the safety numbers were compared, or no longer so. `number`: the one that was compared; it is refused where it is another by now.",
    params: v.strictObject({ ...ofContact, verified: v.boolean(), number: optional(SafetyNumber) }),
    result: Nothing,
    example: { params: { contact: 2, verified: true }, result: {} },
    run: async (session, { contact, verified, number }) => {
      await session.opened.messenger.setVerified(contact, verified, number);
      return told(session, {});
    },
  }),

  "contacts.changes": method({
    summary: "What happened to the keys and devices of a contact, oldest first.",
    params: v.strictObject(ofContact),
    result: list(v.strictObject({ at: Millis, kind: v.string(), about: v.string() })),
    example: {
      params: { contact: 2 },
      result: [{ at: AT, kind: "identity-pinned", about: IDENTITY }],
    },
    run: ({ opened }, { contact }) => opened.messenger.changes(contact),
  }),

  "contacts.acceptDevice": method({
    summary: "Takes a device of a contact that none of their devices has confirmed.",
    params: v.strictObject({ ...ofContact, device: Uuid }),
    result: Nothing,
    example: { params: { contact: 2, device: DEVICE }, result: {} },
    run: async (session, { contact, device }) => {
      await session.opened.messenger.acceptDevice(contact, device);
      return told(session, {});
    },
  }),

  "contacts.refuseDevice": method({
    summary:
      "Does not take such a device: it is withdrawn, and taken only when a list of their devices that counts names it.",
    params: v.strictObject({ ...ofContact, device: Uuid }),
    result: Nothing,
    example: { params: { contact: 2, device: DEVICE }, result: {} },
    run: async (session, { contact, device }) => {
      await session.opened.messenger.refuseDevice(contact, device);
      return told(session, {});
    },
  }),

  "contacts.setRetention": method({
    summary: "How long messages are kept here: milliseconds, 0 for not at all, null for ever.",
    params: v.strictObject({ ...ofContact, ms: v.nullable(Millis) }),
    result: Nothing,
    example: { params: { contact: 2, ms: 2_592_000_000 }, result: {} },
    run: async (session, { contact, ms }) => {
      await session.opened.messenger.setRetention(contact, ms ?? undefined);
      return told(session, {});
    },
  }),

  "contacts.setTimer": method({
    summary: "How long new messages live on both sides: milliseconds, 0 for ever.",
    params: v.strictObject({ ...ofContact, ms: Millis }),
    result: Nothing,
    example: { params: { contact: 2, ms: 3_600_000 }, result: {} },
    run: async (session, { contact, ms }) => {
      await session.opened.messenger.setTimer(contact, ms);
      return told(session, {});
    },
  }),
};

function told<T>(session: Session, result: T): T {
  session.tell({ type: "contacts" });
  return result;
}

async function addKeys(
  { messenger }: Opened,
  lines: readonly string[],
  as: string | undefined,
  source: { readonly source: string; readonly fingerprints: readonly string[] } | undefined,
) {
  const named = lines.map((line) => publicKeyFromText(line));
  const [first] = named;
  if (first === undefined) throw new Error("no key, though the schema wants one");
  const name = as ?? nameForKey(first, (one) => messenger.contact(one) !== undefined);
  return messenger.addKeys(
    named.map(({ key }) => key),
    name,
    source,
  );
}

/** A card without a name is called as its file is; undefined leaves it to the messenger. */
async function nameForCard(
  { messenger }: Opened,
  text: string,
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const { FormatError, openCard } = await loadMessenger();
  try {
    const { name, fingerprint: identity } = openCard(await readCard(text));
    if (name !== undefined || messenger.contact(identity) !== undefined) return undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
  return nameForFile(file, (one) => messenger.contact(one) !== undefined);
}
