/** A process that tries seeds one after the other, and says after each how it went. */
import { type EngineName, engineNamed, trySeed } from "./trial.ts";

/** What a worker is told. */
export interface Order {
  readonly engine: EngineName;
  readonly seeds: readonly number[];
}

process.on("message", async ({ engine: name, seeds }: Order) => {
  const engine = engineNamed(name);
  for (const seed of seeds) {
    process.send?.({ seed, failure: await trySeed(seed, engine) });
  }
  process.disconnect();
});
