/** Somebody who knows where a mailbox is, and nothing else: fills it with envelopes that open for nobody. */
import { drawKey } from "./keys.ts";
import type { World } from "./world.ts";

const SIZES = [4096, 16_384];
const NAME = "stranger";

/** Begins to fill a mailbox that the person has read. */
export function flood(world: World, person: number, envelopes: number): void {
  const { network, scheduler, witness, relays } = world;
  const random = world.random.for(`flood of ${person} at ${scheduler.now}`);
  const read = witness.connections.filter(
    ({ from, subscribes }) => subscribes > 0 && from.startsWith(`p${person}d`),
  );
  const mailbox = read[random.below(Math.max(1, read.length))];
  const relay = relays.find(({ name }) => name === mailbox?.relay);
  const [receiver] = mailbox?.keys ?? [];
  if (relay === undefined || receiver === undefined) return;
  const dial = network.dialFor({ name: NAME, clock: { now: () => scheduler.now, after: () => () => {} } });
  const fill = async (): Promise<void> => {
    const link = await dial(relay.address, { signal: new AbortController().signal });
    const token = await link.authenticate(drawKey(random).signer);
    for (let i = 0; i < envelopes; i++) await link.send(token, receiver, random.bytes(random.pick(SIZES)));
    link.close();
  };
  // A stranger who is refused is nobody's trouble.
  fill().catch(() => {});
}
