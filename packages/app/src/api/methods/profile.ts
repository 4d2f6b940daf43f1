/** Methods about the profile itself: how it is doing, its card, its settings, its devices. */
import * as v from "valibot";
import { usage } from "../../exit.ts";
import { keyInside } from "../../profile/keymemo.ts";
import { loadMessenger, signerOf } from "../../profile/open.ts";
import { PUBLISH, publishes, tryToPublish } from "../../profile/publishing.ts";
import { isAppSetting, setAppSetting } from "../../settings.ts";
import type { Caller } from "../caller.ts";
import { DEVICE, IDENTITY } from "../examples.ts";
import { method } from "../method.ts";
import type { Session } from "../session.ts";
import { ContactId, Count, DeliveryState, Device, list, MessageId, Millis, Relay, Uuid } from "../views.ts";

const Nothing = v.strictObject({});
const optional = v.exactOptional;

export const profileMethods = {
  "status.get": method({
    summary: "How this device is doing. No relay is asked.",
    params: Nothing,
    result: v.strictObject({
      identity: v.string(),
      device: Uuid,
      /** False where another device of the SSH key has to confirm this one. */
      isConfirmed: v.boolean(),
      listEnds: optional(Millis),
      relays: list(Relay),
      /** What went wrong with relays the last time, in words. */
      troubles: list(v.string()),
      open: list(
        v.strictObject({ id: MessageId, contact: ContactId, device: v.string(), state: DeliveryState }),
      ),
      requests: Count,
      /** Less of the disk is free than is to be left free: what comes stays at the relays. */
      isDiskShort: v.boolean(),
      /** Contacts whose messages take as much of the disk as they may: what they say stays with them. */
      full: list(ContactId),
      protection: v.picklist(["ssh", "passphrase", "none", "memory"]),
      /** Of the file of the SSH key that the profile is sealed to; left out where that is not known. */
      keyHasPassphrase: optional(v.boolean()),
      publishes: v.boolean(),
    }),
    example: {
      params: {},
      result: {
        identity: IDENTITY,
        device: DEVICE,
        isConfirmed: true,
        relays: [{ relay: "asfaleia://relay.example.org:3308#SHA256:…", isUp: true, hasCard: true }],
        troubles: [],
        open: [],
        requests: 0,
        isDiskShort: false,
        full: [],
        protection: "passphrase",
        publishes: true,
      },
    },
    run: async (session, _, caller) => {
      const { messenger, protection } = session.opened;
      const { relays, open, ...status } = messenger.status();
      const keyHasPassphrase = protection === "ssh" ? await keyIsLocked(session, caller) : undefined;
      const { identity, device, isConfirmed, listEnds, requests, isDiskShort, full } = status;
      return {
        identity,
        device,
        isConfirmed,
        ...(listEnds === undefined ? {} : { listEnds }),
        requests,
        isDiskShort,
        full,
        relays,
        open,
        troubles: session.troubles(),
        protection,
        ...(keyHasPassphrase === undefined ? {} : { keyHasPassphrase }),
        publishes: publishes(session.opened),
      };
    },
  }),

  "key.get": method({
    summary: "The SSH key of the profile: its fingerprint, and the path that was given for it where one was.",
    params: Nothing,
    result: v.strictObject({ fingerprint: v.string(), path: optional(v.string()) }),
    example: { params: {}, result: { fingerprint: IDENTITY, path: "/srv/keys/alice" } },
    run: ({ opened }) => {
      const path = keyInside(opened.profile);
      return { fingerprint: opened.messenger.status().identity, ...(path === undefined ? {} : { path }) };
    },
  }),

  "card.get": method({
    summary: "The own card as text: whoever has it can write to this device.",
    params: Nothing,
    result: v.strictObject({ card: v.string() }),
    example: { params: {}, result: { card: "-----BEGIN ASFALEIA CARD-----\n…" } },
    run: async ({ opened }) => {
      const { writeCardText } = await loadMessenger();
      return { card: writeCardText(opened.messenger.card()) };
    },
  }),

  "card.publish": method({
    summary:
      "Publishes the card under the SSH key at the own relays, or takes it back where the setting publish is off.",
    params: Nothing,
    result: v.strictObject({ published: v.boolean() }),
    example: { params: {}, result: { published: true } },
    run: async (session, _, caller) => {
      const opened = session.forCall(caller);
      await opened.messenger.publish(await signerOf(opened));
      return { published: publishes(opened) };
    },
  }),

  "settings.list": method({
    summary: "Settings that were given a value.",
    params: Nothing,
    result: v.record(v.string(), v.string()),
    example: { params: {}, result: { receipts: "on" } },
    run: async ({ opened }) => {
      const { SETTING_NAMES } = await loadMessenger();
      const all = [...opened.messenger.settings()];
      return Object.fromEntries(all.filter(([name]) => isAppSetting(name) || SETTING_NAMES.includes(name)));
    },
  }),

  "settings.set": method({
    summary:
      "Gives a setting a value. Where publish changes, the relays are told, as far as the SSH key signs without a person.",
    params: v.strictObject({
      name: v.pipe(v.string(), v.maxLength(64)),
      value: v.pipe(v.string(), v.maxLength(4096)),
    }),
    result: v.strictObject({ isTold: v.boolean() }),
    example: { params: { name: "receipts", value: "on" }, result: { isTold: true } },
    run: async (session, { name, value }, caller) => {
      const opened = session.forCall(caller);
      if (isAppSetting(name)) await setAppSetting(opened.profile, name, value);
      else await set(opened.messenger, name, value);
      session.tell({ type: "settings" });
      if (name !== PUBLISH) return { isTold: true };
      if (!(await (await opened.key()).signsAlone())) return { isTold: false };
      return { isTold: await tryToPublish(opened) };
    },
  }),

  "devices.list": method({
    summary: "The devices of the own SSH key, this one first.",
    params: Nothing,
    result: list(Device),
    example: { params: {}, result: [{ id: DEVICE, identity: IDENTITY, state: "confirmed", isOwn: true }] },
    run: ({ opened }) => opened.messenger.devices(),
  }),

  "devices.confirm": method({
    summary: "Takes a device onto the own list, which the SSH key signs. Contacts hear of it.",
    params: v.strictObject({ id: Uuid }),
    result: Nothing,
    example: { params: { id: DEVICE }, result: {} },
    run: (session, { id }, caller) =>
      sign(session, caller, (opened) =>
        withSigner(opened, (signer) => opened.messenger.confirmDevice(id, signer)),
      ),
  }),

  "devices.withdraw": method({
    summary: "Takes a device off the own list.",
    params: v.strictObject({ id: Uuid }),
    result: Nothing,
    example: { params: { id: DEVICE }, result: {} },
    run: (session, { id }, caller) =>
      sign(session, caller, (opened) =>
        withSigner(opened, (signer) => opened.messenger.withdrawDevice(id, signer)),
      ),
  }),

  "devices.renew": method({
    summary: "Replaces every key of this device.",
    params: Nothing,
    result: Nothing,
    example: { params: {}, result: {} },
    run: (session, _, caller) =>
      sign(session, caller, (opened) => withSigner(opened, (signer) => opened.messenger.renewDevice(signer))),
  }),
};

type Opened = Session["opened"];
type Signer = Awaited<ReturnType<typeof signerOf>>;

async function withSigner(opened: Opened, act: (signer: Signer) => Promise<void>): Promise<void> {
  await act(await signerOf(opened));
}

/** A new list is published too, where cards are. */
async function sign(
  session: Session,
  caller: Caller,
  act: (opened: Opened) => Promise<void>,
): Promise<Record<never, never>> {
  const opened = session.forCall(caller);
  await act(opened);
  session.tell({ type: "contacts" });
  session.start();
  if (publishes(opened)) await tryToPublish(opened);
  return {};
}

async function set(messenger: Opened["messenger"], name: string, value: string): Promise<void> {
  try {
    await messenger.set(name, value);
  } catch (error) {
    if (error instanceof RangeError) throw usage(error.message);
    throw error;
  }
}

/** Whether the SSH key's file has a passphrase; undefined where the file is not at hand. */
async function keyIsLocked(session: Session, caller: Caller): Promise<boolean | undefined> {
  try {
    const own = await session.forCall(caller).key();
    return await own.hasPassphrase();
  } catch {
    return undefined;
  }
}
