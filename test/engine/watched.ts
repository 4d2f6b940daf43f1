/** People whose traffic is recorded, whose time the test lets pass, and whose profiles can be copied. */
import type { TestContext } from "node:test";
import { type Delays, type Environment, initProfile } from "@asfaleia/client/messenger";
import type { Signer } from "@asfaleia/identity";
import { parseAddress } from "@asfaleia/protocol";
import type { Relay } from "@asfaleia/relay";
import type { Database } from "../../packages/client/test/profile/internals.ts";
import { newEd25519 } from "../kit/keys.ts";
import { environment, newPerson, type Person, QUICK } from "./kit.ts";
import { PassingTime } from "./passingtime.ts";
import { Recorder } from "./recorder.ts";
import { openProfileAndDatabase } from "./thief.ts";

/** So often in a row nothing is left to be done, so many milliseconds apart. */
const QUIET_LOOKS = 3;
const LOOK_MS = 1;

export interface Watched extends Person {
  readonly db: Database;
}

export class Watch {
  readonly recorder = new Recorder();
  readonly time = new PassingTime();
  readonly #t: TestContext;
  readonly #relay: Relay;
  readonly #delays: Delays;

  constructor(t: TestContext, relay: Relay, delays: Delays = QUICK) {
    this.#t = t;
    this.#relay = relay;
    this.#delays = delays;
  }

  environment(name: string): Environment {
    return { ...environment, clock: this.time, dial: this.recorder.dial(name, environment.dial) };
  }

  async person(
    name: string,
    options: { readonly signer?: Signer; readonly link?: Uint8Array } = {},
  ): Promise<Watched> {
    const { profile, db } = openProfileAndDatabase();
    const { signer = newEd25519().signer, ...link } = options;
    const world = this.environment(name);
    const relays = [parseAddress(this.#relay.addresses[0]!)];
    await initProfile({ profile, environment: world, signer, relays, ...link });
    this.#t.after(() => profile.close());
    return { ...(await this.again(name, { profile, signer })), db };
  }

  /** Somebody whose messenger was closed, or stolen. */
  again(name: string, { profile, signer }: Pick<Person, "profile" | "signer">): Promise<Person> {
    const world = this.environment(name);
    return newPerson(this.#t, this.#relay, { profile, signer, environment: world, delays: this.#delays });
  }

  /** Lets time pass until nobody has anything to say that was not confirmed. */
  async quiet(people: readonly Pick<Person, "profile" | "messenger">[], stepMs = 0): Promise<void> {
    const isQuiet = (): boolean =>
      this.recorder.isQuiet &&
      people.every(({ profile }) => profile.deliveries.countOpen() + (profile.receipts.nextAt() ?? 0) === 0);
    // What was just taken in may lead to more.
    for (let quiet = 0; quiet < QUIET_LOOKS; ) {
      if (stepMs > 0) this.time.pass(stepMs);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      await Promise.all(people.map(({ messenger }) => messenger.idle()));
      quiet = isQuiet() ? quiet + 1 : 0;
    }
  }

  /** The number of envelopes so far. */
  get mark(): number {
    return this.recorder.envelopes.length;
  }
}
