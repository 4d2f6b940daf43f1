/** What a step of the plan does to a world. */
import { type MessageView, MessengerError } from "../../packages/client/test/internals.ts";
import type { Installation } from "./installation.ts";
import type { Said } from "./ledger.ts";
import { performMeeting } from "./meetingacts.ts";
import type { Played } from "./person.ts";
import type { Action, Who } from "./plan.ts";
import { flood } from "./stranger.ts";
import type { Person, World } from "./world.ts";

const EMOJI = ["👍", "❤️", "😮", ""];

/** Begins it; what it leads to comes with virtual time. What makes no sense now is left out. */
export async function perform(world: World, action: Action): Promise<void> {
  if ("who" in action) {
    const installation = world.find(action.who);
    if (installation !== undefined) performAt(world, installation, action);
  } else if ("person" in action) await performFor(world, action);
  else if ("relay" in action) await performOn(world, action);
}

type At = Extract<Action, { readonly who: Who }>;
type For = Exclude<Extract<Action, { readonly person: number }>, At>;
type On = Exclude<Extract<Action, { readonly relay: number }>, At>;

function performAt(world: World, installation: Installation, action: At): void {
  const { relays, network, people } = world;
  switch (action.do) {
    case "add-card": {
      const of = world.find(action.of) ?? world.find({ ...action.of, device: 0 });
      if (of !== undefined && world.plan.hasCards) addCard(world, installation, of);
      return;
    }
    case "add-key": {
      const person = people[action.of]!;
      if (!world.plan.hasCards) return;
      world.meetings.allow(installation.person, action.of, "own");
      installation.act(`pins the key of ${action.of}`, (messenger) =>
        messenger.addKeys([person.signer.publicKey], `key ${action.of}`),
      );
      return;
    }
    case "publish":
      installation.actAfar("publishes", (messenger) => messenger.publish(installation.signer));
      return;
    case "send":
      say(world, installation, action.to);
      return;
    case "reply":
    case "edit":
    case "react":
    case "delete":
      change(world, installation, action);
      return;
    case "accept":
      acceptRequests(world, installation);
      return;
    case "read":
      for (const { id } of installation.messenger?.contacts() ?? []) {
        installation.act("reads", (messenger) => messenger.markRead(id));
      }
      return;
    case "kill":
      installation.killAt(action, action.forMs);
      return;
    case "close":
      installation.close(action.forMs);
      return;
    case "set-clock":
      installation.clock.jump(action.byMs);
      return;
    case "cut":
      network.cut(installation.name);
      return;
    case "part":
      network.part(installation.name, relays[action.relay]!.name, action.forMs);
      return;
    default:
      performMeeting(world, installation, action);
  }
}

async function performFor(world: World, action: For): Promise<void> {
  const person = world.people[action.person]!;
  const first = world.find({ person: action.person, device: 0 });
  const second = world.find({ person: action.person, device: 1 });
  switch (action.do) {
    case "link-device":
      if (second === undefined && first !== undefined) await linkDevice(world, person, first);
      return;
    case "confirm-device":
      first?.act("confirms a device", async (messenger) => {
        for (const { id, state } of messenger.devices()) {
          if (state === "unconfirmed") await messenger.confirmDevice(id, first.signer);
        }
      });
      return;
    case "withdraw-device":
      if (second !== undefined) {
        const { device } = second;
        first?.act("withdraws a device", (messenger) => messenger.withdrawDevice(device, first.signer));
      }
      return;
    case "lose-device":
      (second ?? first)?.lose();
      // Without another one there is nobody to confirm the new one: contacts must tell of two lists.
      if (second === undefined) await world.install(person);
      return;
    case "flood":
      flood(world, action.person, action.envelopes);
  }
}

/** A card that has ended is refused, as its owner would be. */
async function linkDevice(world: World, person: Person, first: Installation): Promise<void> {
  try {
    await world.install(person, first.messenger?.card() ?? first.lastCard);
  } catch (error) {
    if (!(error instanceof MessengerError)) throw error;
    world.scheduler.note(`no second device: ${error.code}`);
  }
}

async function performOn(world: World, action: On): Promise<void> {
  const { scheduler, random } = world;
  const relay = world.relays[action.relay]!;
  switch (action.do) {
    case "restart":
      relay.stop();
      scheduler.after(action.forMs, `${relay.name} starts`, async () => {
        if (!relay.isUp) await relay.start();
      });
      return;
    case "lie":
      relay.lies = action.lies;
      scheduler.after(action.forMs, `${relay.name} is honest`, () => {
        relay.lies = undefined;
      });
      return;
    case "take-over":
      relay.takeOver(random);
  }
}

/** The card goes from hand to hand, so the one may rest meanwhile. */
function addCard(world: World, installation: Installation, of: Installation): void {
  const card = of.messenger?.card() ?? of.lastCard;
  if (card === undefined || of.person === installation.person) return;
  of.lastCard = card;
  world.meetings.allow(installation.person, of.person, "own");
  installation.act(`gets the card of ${of.name}`, (messenger) =>
    messenger.addCard(card, `person ${of.person}`),
  );
}

/** Accepts whoever asks. */
export function acceptRequests(world: World, installation: Installation): void {
  for (const { id, state, identities } of installation.messenger?.contacts() ?? []) {
    if (state !== "request") continue;
    for (const { number, fingerprint } of world.people)
      if (identities.includes(fingerprint)) world.meetings.allow(installation.person, number, "own");
    installation.act("accepts", (messenger) => messenger.accept(id));
  }
}

function say(world: World, installation: Installation, to: number): void {
  const text = world.ledger.newText();
  let said: Said | undefined;
  installation.act(
    `says something to ${to}`,
    async (messenger) => {
      const contact = contactOf(world, messenger, to) ?? (await meet(world, installation, messenger, to));
      if (contact === undefined) return undefined;
      said = note(world, installation, messenger, to, text);
      return messenger.send(contact, text);
    },
    (message) => {
      if (said !== undefined && message !== undefined) said.id = message.id;
    },
  );
}

/** Nobody writes to somebody whose card they have not got. */
async function meet(
  world: World,
  { person }: Installation,
  messenger: Played,
  to: number,
): Promise<number | undefined> {
  const card = world.find({ person: to, device: 0 })?.lastCard;
  if (card === undefined || !world.plan.hasCards) return undefined;
  world.meetings.allow(person, to, "own");
  return (await messenger.addCard(card, `person ${to}`)).id;
}

function change(
  world: World,
  installation: Installation,
  action: Extract<At, { readonly line: number }>,
): void {
  const { messenger } = installation;
  const contact = messenger === undefined ? undefined : contactOf(world, messenger, action.to);
  if (messenger === undefined || contact === undefined) return;
  const isOwnOnly = action.do === "edit" || action.do === "delete";
  const lines = messenger
    .history(contact)
    .filter((line) => line.kind !== "notice" && !line.deleted && (line.isOwn || !isOwnOnly));
  const line = lines[lines.length - 1 - Math.floor(action.line * lines.length)];
  if (line === undefined) return;
  if (action.do === "reply") reply(world, installation, action.to, contact, line);
  else if (action.do === "edit") edit(world, installation, contact, line);
  else if (action.do === "react") {
    const emoji = EMOJI[Math.floor(action.line * 97) % EMOJI.length]!;
    installation.act("reacts", (one) => one.react(contact, line.id, emoji));
  } else {
    const said = world.ledger.find(line);
    // From when it is asked for: it may be killed when that is kept and before it has said so.
    if (said !== undefined) said.isDeleted = true;
    installation.act("deletes", (one) => one.delete(contact, line.id));
  }
}

function reply(
  world: World,
  installation: Installation,
  to: number,
  contact: number,
  line: MessageView,
): void {
  const text = world.ledger.newText();
  let said: Said | undefined;
  installation.act(
    `answers ${to}`,
    (messenger) => {
      said = note(world, installation, messenger, to, text);
      return messenger.reply(contact, line.id, text);
    },
    ({ id }) => {
      if (said !== undefined) said.id = id;
    },
  );
}

function edit(world: World, installation: Installation, contact: number, line: MessageView): void {
  const text = world.ledger.newText();
  const said = world.ledger.find(line);
  said?.texts.push(text);
  said?.editors.add(installation.name);
  installation.act("edits", (messenger) => messenger.edit(contact, line.id, text));
}

/** Written down before it is said, since whoever says it may be killed over it. */
function note(
  world: World,
  { name, person }: Installation,
  messenger: Played,
  to: number,
  text: string,
): Said {
  const contact = contactOf(world, messenger, to);
  const devices = messenger.contacts().find(({ id }) => id === contact)?.devices ?? [];
  const own = messenger.devices().slice(1);
  const confirmed = (all: typeof devices): string[] =>
    all.filter(({ state }) => state === "confirmed").map(({ id }) => id);
  return world.ledger.add({
    id: undefined,
    by: name,
    person,
    to,
    texts: [text],
    editors: new Set(),
    isDeleted: false,
    devices: confirmed(devices),
    ownDevices: confirmed(own),
    at: world.scheduler.now,
  });
}

function contactOf({ people }: World, messenger: Played, to: number): number | undefined {
  const { fingerprint } = people[to]!;
  return messenger
    .contacts()
    .find(({ identities, state }) => state !== "me" && identities.includes(fingerprint))?.id;
}
