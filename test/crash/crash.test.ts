/** Two people and a relay, each a process of its own, and each killed again and again while they talk. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { type MessageView, openMessenger, openProfile } from "@asfaleia/client/messenger";
import { LAUNCHER, Place } from "../cli/kit.ts";
import { environment } from "../engine/kit.ts";
import { Seeded } from "../simulate/random.ts";
import { Mortal } from "./mortal.ts";
import { PEER, type Report, WHOLE_HISTORY } from "./reports.ts";

const NAMES = ["alice", "bob"] as const;
/** Texts that each of them says. */
const TEXTS = 1_000;
/** Of each process. */
const KILLS = 5;
/** Sent and received texts that are reported, by when all kills are over. Less than there are: dying, a report may be lost. */
const LAST_KILL = 3_200;
const LONGEST_MS = 240_000;

const TALKER = join(import.meta.dirname, "talker.ts");
const FLAGS = ["--conditions=asfaleia-source", "--disable-warning=ExperimentalWarning"];

test("a relay and two messengers are killed five times each, and every message arrives once and in order", {
  timeout: LONGEST_MS,
}, async (t) => {
  const seed = process.env.ASFALEIA_CRASH_SEED ?? randomBytes(4).toString("hex");
  t.diagnostic(`ASFALEIA_CRASH_SEED=${seed}`);
  const place = new Place();
  const mortals = new Map<string, Mortal>();
  t.after(async () => {
    await Promise.all([...mortals.values()].map((mortal) => mortal.dispose()));
    await place[Symbol.asyncDispose]();
  });
  const over = Promise.withResolvers<void>();
  const relay = newRelay(place, over.reject);
  mortals.set("relay", relay.mortal);
  const address = await Promise.race([relay.address, over.promise.then(() => "")]);
  for (const name of NAMES) await node("init", place.path(name), address, card(place, name));

  const plan = planOf(new Seeded(seed));
  const done = new Set<string>();
  const received = new Map<string, string[]>(NAMES.map((name) => [name, []]));
  let reports = 0;
  const begun = performance.now();

  const take = (name: string, line: string): void => {
    const report = JSON.parse(line) as Report;
    if (report.type === "notice") t.diagnostic(`${name}: ${report.what}`);
    if (report.type === "done") done.add(name);
    if (report.type === "received") received.get(name)!.push(report.text);
    if (report.type === "sent" || report.type === "received") reports++;
    while (plan[0] !== undefined && plan[0].after <= reports) {
      const { name: victim } = plan.shift()!;
      mortals.get(victim)!.kill();
    }
    if (done.size === NAMES.length && plan.length === 0) over.resolve();
  };
  for (const name of NAMES) {
    const other = NAMES.find((one) => one !== name)!;
    const talker = new Mortal({
      name,
      start: () =>
        started(place, [...FLAGS, TALKER, "talk", place.path(name), name, String(TEXTS), card(place, other)]),
      onLine: (line) => take(name, line),
      onEnd: over.reject,
    });
    mortals.set(name, talker);
  }
  await over.promise;
  for (const name of NAMES) assert.equal(await mortals.get(name)!.end(), 0, name);
  t.diagnostic(`${reports} reports in ${Math.round(performance.now() - begun)} ms`);

  for (const { name, deaths } of mortals.values()) assert.equal(deaths, KILLS, `${name} was killed`);
  const [alice, bob] = await Promise.all(NAMES.map((name) => historyOf(place.path(name))));
  const said = (name: string): string[] =>
    Array.from({ length: TEXTS }, (_, index) => `${name} ${index + 1}`);
  for (const [mine, theirs, name] of [
    [alice!, bob!, "alice"],
    [bob!, alice!, "bob"],
  ] as const) {
    const sent = mine.filter(({ isOwn }) => isOwn);
    const heard = theirs.filter(({ isOwn }) => !isOwn);
    assert.deepEqual(texts(sent), said(name));
    assert.deepEqual(texts(heard), said(name));
    assert.deepEqual(
      heard.map(({ id }) => id),
      sent.map(({ id }) => id),
    );
    assert.ok(
      sent.every(({ state }) => state === "delivered"),
      "everything is known to have arrived",
    );
    const told = received.get(name)!;
    assert.equal(new Set(told).size, told.length, "nothing is told twice, by whichever life of the process");
  }
});

interface Kill {
  /** So many texts have been reported. */
  readonly after: number;
  readonly name: string;
}

function planOf(random: Seeded): Kill[] {
  const victims = ["relay", ...NAMES].flatMap((name) => Array.from({ length: KILLS }, () => name));
  return victims
    .map((name) => ({ after: 1 + random.below(LAST_KILL), name }))
    .sort((a, b) => a.after - b.after);
}

/** A relay with a key and a port that outlive it. */
function newRelay(
  place: Place,
  onEnd: (error: Error) => void,
): { readonly mortal: Mortal; readonly address: Promise<string> } {
  const key = place.key("relay_key");
  const listening = Promise.withResolvers<string>();
  let port = "0";
  const mortal = new Mortal({
    name: "relay",
    start: () => {
      const args = ["relay", "--key", key, "--listen", `127.0.0.1:${port}`, "--rate", "100000"];
      return started(place, [LAUNCHER, ...args]);
    },
    onLine: (line) => {
      const [, address, first] = /^listening (asfaleia:\S+:(\d+)#\S+)$/.exec(line) ?? [];
      if (address === undefined || first === undefined) return;
      port = first;
      listening.resolve(address);
    },
    onEnd,
  });
  return { mortal, address: listening.promise };
}

function started(place: Place, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, {
    env: place.environment(),
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
}

async function node(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [...FLAGS, TALKER, ...args]);
}

function card(place: Place, name: string): string {
  return place.path(`${name}.card`);
}

async function historyOf(folder: string): Promise<MessageView[]> {
  const profile = await openProfile(folder, {});
  const messenger = openMessenger({ profile, environment });
  try {
    const contact = messenger.contact(PEER) ?? assert.fail("no such contact");
    return messenger.history(contact.id, { limit: WHOLE_HISTORY });
  } finally {
    await messenger.close();
    profile.close();
  }
}

function texts(lines: readonly MessageView[]): string[] {
  return lines.map(({ text }) => text);
}
