/**
 * Somebody who talks, in a process that may die at any moment. It reports on standard output (reports.ts).
 *
 *   talker.ts init FOLDER RELAY CARD       makes a profile, and writes its card into a file
 *   talker.ts talk FOLDER NAME COUNT CARD  says `NAME 1` to `NAME COUNT` to whose card it is, until standard input ends
 *
 * What it said before it died, it knows from its own history only.
 */
import { readFileSync, writeFileSync } from "node:fs";
import {
  createProfile,
  type Delays,
  initProfile,
  type Messenger,
  type MessengerEvent,
  openMessenger,
  openProfile,
} from "@asfaleia/client/messenger";
import { parseAddress } from "@asfaleia/protocol";
import { environment, QUICK } from "../engine/kit.ts";
import { newEd25519 } from "../kit/keys.ts";
import { PEER, type Report, WHOLE_HISTORY } from "./reports.ts";

/** What a death has lost is soon sent again, however often that has been. */
const DELAYS: Delays = { ...QUICK, resendFirstMs: 1_000, resendMostMs: 4_000 };
/** Own texts on their way at a time: always some, so that a kill hits them, and never all of them. */
const IN_FLIGHT = 32;

interface Talk {
  readonly messenger: Messenger;
  readonly contact: number;
  readonly name: string;
  readonly count: number;
  /** Ids of own texts that the other one has not confirmed. */
  readonly open: Set<string>;
  said: number;
  heard: number;
}

const [verb, folder = "", ...args] = process.argv.slice(2);
if (verb === "init") await init(args[0] ?? "", args[1] ?? "");
else await talk(args[0] ?? "", Number(args[1]), args[2] ?? "");

async function init(relay: string, cardFile: string): Promise<void> {
  const profile = await createProfile(folder, { kind: "none" });
  const { signer } = newEd25519();
  await initProfile({ profile, environment, signer, relays: [parseAddress(relay)] });
  const messenger = openMessenger({ profile, environment });
  writeFileSync(cardFile, messenger.card());
  await messenger.close();
  profile.close();
}

async function talk(name: string, count: number, cardFile: string): Promise<void> {
  const profile = await openProfile(folder, {});
  const messenger = openMessenger({ profile, environment, delays: DELAYS });
  const { id: contact } = messenger.contact(PEER) ?? (await messenger.addCard(readFileSync(cardFile), PEER));
  const lines = messenger.history(contact, { limit: WHOLE_HISTORY });
  const own = lines.filter(({ isOwn }) => isOwn);
  const talk: Talk = {
    messenger,
    contact,
    name,
    count,
    open: new Set(own.filter(({ state }) => state !== "delivered").map(({ id }) => id)),
    said: own.length,
    heard: lines.filter(({ isOwn, kind }) => !isOwn && kind === "text").length,
  };
  const events = messenger.events();
  messenger.start();
  process.stdin.resume().once("end", () => void messenger.close());
  await goOn(talk);
  for await (const event of events) {
    take(talk, event);
    await goOn(talk);
  }
  profile.close();
}

function take(talk: Talk, event: MessengerEvent): void {
  if (event.type === "notice") report({ type: "notice", what: event.what });
  if (event.type === "state" && event.state === "delivered") talk.open.delete(event.id);
  if (event.type === "message") {
    talk.heard++;
    report({ type: "received", text: event.message.text });
  }
}

/** Says what there is room for. */
async function goOn(talk: Talk): Promise<void> {
  const { messenger, contact, name, count, open } = talk;
  while (talk.said < count && open.size < IN_FLIGHT) {
    const n = talk.said + 1;
    const { id } = await messenger.send(contact, `${name} ${n}`);
    talk.said = n;
    open.add(id);
    report({ type: "sent", n });
  }
  if (talk.said === count && open.size === 0 && talk.heard >= count) report({ type: "done" });
}

function report(what: Report): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
