/** A world: relays, installations and what lies between them, made for a plan and driven by it. */
import { fingerprint, type Signer } from "@asfaleia/identity";
import { DEFAULT_DELAYS } from "../../packages/client/test/internals.ts";
import { Scheduler } from "./clock.ts";
import { Installation } from "./installation.ts";
import { drawKey } from "./keys.ts";
import { Ledger } from "./ledger.ts";
import { Meetings } from "./meetings.ts";
import { Network } from "./network.ts";
import type { Engine } from "./person.ts";
import type { Plan, Who } from "./plan.ts";
import { Seeded } from "./random.ts";
import { SimulatedRelay } from "./relay.ts";
import { Witness } from "./witness.ts";

const HOUR_MS = 3_600_000;

/** In weeks of peace nobody need look every five minutes whether a clock was set. */
const DELAYS = { ...DEFAULT_DELAYS, lookAgainMs: 6 * HOUR_MS };

export interface Person {
  readonly number: number;
  readonly signer: Signer;
  /** Fingerprint of the SSH key. */
  readonly fingerprint: string;
  /** In the order they were made; the last ones run, those before are lost. */
  readonly installations: Installation[];
}

export class World {
  readonly plan: Plan;
  readonly random: Seeded;
  readonly scheduler = new Scheduler();
  readonly witness = new Witness();
  readonly ledger = new Ledger();
  readonly meetings = new Meetings();
  readonly relays: readonly SimulatedRelay[];
  readonly network: Network;
  readonly people: readonly Person[];
  /** What was thrown that must not be. */
  readonly unexpected: string[] = [];
  readonly engine: Engine;

  constructor(plan: Plan, engine: Engine) {
    const { scheduler, witness } = this;
    this.plan = plan;
    this.engine = engine;
    this.random = new Seeded(`world ${plan.seed}`);
    this.relays = Array.from({ length: plan.relays }, (_, number) => {
      const name = `relay${number}`;
      const settings = { "token-time": plan.tokenSeconds, "mailbox-messages": plan.mailboxMessages };
      return new SimulatedRelay({ name, scheduler, witness, random: this.random.for(name), settings });
    });
    const { latency } = plan;
    this.network = new Network({ scheduler, random: this.random.for("net"), latency, relays: this.relays });
    this.people = plan.homes.map((_, number) => {
      const { signer } = drawKey(this.random.for(`key of ${number}`));
      const name = fingerprint(signer.publicKey);
      witness.guard({ name: `SSH key of ${number}`, bytes: signer.publicKey.blob });
      witness.guard({ name: `fingerprint of ${number}`, bytes: Buffer.from(name.slice("SHA256:".length)) });
      return { number, signer, fingerprint: name, installations: [] };
    });
  }

  /** Relays and first installations run. */
  async begin(): Promise<void> {
    for (const relay of this.relays) {
      this.scheduler.waitFor(relay);
      await relay.start();
    }
    for (const person of this.people) await this.install(person);
    await this.scheduler.quiet();
  }

  /** Those that run, or will again. */
  get installations(): Installation[] {
    return this.people.flatMap(({ installations }) => installations.filter(({ isLost }) => !isLost));
  }

  /** A person's installation: their first one or their second one, of those that are not lost. */
  find({ person, device }: Who): Installation | undefined {
    return this.people[person]?.installations.filter(({ isLost }) => !isLost)[device];
  }

  /** One more installation of a person. @param link a card of another one */
  async install(person: Person, link?: Uint8Array): Promise<Installation> {
    const { engine, scheduler, network, plan, random, relays, witness } = this;
    const name = `p${person.number}d${person.installations.length}`;
    const home = relays[plan.homes[person.number] ?? 0]!;
    const installation = new Installation({
      name,
      person: person.number,
      engine,
      scheduler,
      network,
      random: random.for(name),
      signer: person.signer,
      relays: [home.address],
      delays: { ...DELAYS, expireMs: plan.expireMs },
      onUnexpected: (error) => this.onUnexpected(name, error),
    });
    await installation.init(link);
    for (const secret of engine.secrets(installation.profile)) {
      witness.guard({ name: `${secret.name} of ${name}`, bytes: secret.bytes });
    }
    person.installations.push(installation);
    installation.start();
    return installation;
  }

  onUnexpected(who: string, error: unknown): void {
    this.scheduler.note(`${who} threw`);
    this.unexpected.push(
      `${who}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }

  /** Ends all of it; nothing keeps the process from ending. */
  close(): void {
    for (const installation of this.installations) installation.kill();
    this.network.close();
    for (const relay of this.relays) relay.stop();
  }
}
