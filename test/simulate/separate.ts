/** What one connection may tell a relay (docs/messaging.md, "Private mailboxes"): one kind of thing, under one key. */
import type { Aftermath } from "./aftermath.ts";
import type { Seen } from "./witness.ts";

/** @returns what a relay could put together from connections that should have nothing to do with each other */
export function isSeparate({ connections, identities }: Aftermath): string[] {
  const others = apartFromCodes(connections);
  const wrong = others.flatMap((seen) => ofOne(seen, identities).map((what) => `${seen.from}: ${what}`));
  return [...new Set([...wrong, ...acrossConnections(others)])];
}

/**
 * Where the number of a spoken code leads, the one side marks, looks and reads on one connection, and the other looks and
 * says hello. Both have keys that serve nothing else.
 */
function apartFromCodes(connections: readonly Seen[]): Seen[] {
  const marked = new Set(connections.filter(({ marks }) => marks > 0).flatMap(({ keys }) => keys));
  const isMarked = (key: string): boolean => marked.has(key);
  return connections.filter(({ keys, lookedUp, envelopes, subscribes, publishes, marks }) => {
    const leads = [...lookedUp, ...envelopes.map(({ receiver }) => receiver)].every(isMarked);
    const isHost = keys.every(isMarked) && publishes === marks && envelopes.length === 0;
    const isGuest = lookedUp.length > 0 && subscribes === 0 && publishes === 0;
    return keys.length !== 1 || !leads || !(isHost || isGuest);
  });
}

function ofOne(seen: Seen, identities: readonly string[]): string[] {
  const { keys, envelopes, lookedUp, subscribes, publishes } = seen;
  const receivers = new Set(envelopes.map(({ receiver }) => receiver));
  const kinds = [subscribes > 0, envelopes.length > 0, lookedUp.length > 0, publishes > 0].filter(
    Boolean,
  ).length;
  const isSignedIn = keys.some((key) => identities.includes(key));
  // The mailbox of the SSH key is that identity's anyway: its card may be published on the same connection.
  const isOfIdentity = subscribes > 0 && publishes > 0 && isSignedIn && kinds === 2;
  const wrong: string[] = [];
  if (kinds > 1 && !isOfIdentity) wrong.push("a connection for more than one thing");
  if (keys.length > 1) wrong.push("a connection under more than one key");
  if (receivers.size > 1) wrong.push("a connection that sends to more than one mailbox");
  if (lookedUp.length > 1) wrong.push("a connection that looks up more than one key");
  if (isSignedIn && envelopes.length > 0) wrong.push("an envelope sent under an SSH key");
  if (isSignedIn && lookedUp.length > 0) wrong.push("a card looked up under an SSH key");
  if (identities.some((identity) => receivers.has(identity)))
    wrong.push("an envelope sent to the mailbox of an SSH key");
  return wrong;
}

function acrossConnections(connections: readonly Seen[]): string[] {
  const sending = new Map<string, Set<string>>();
  const looking = new Map<string, number>();
  const reading = new Set<string>();
  for (const { keys, envelopes, lookedUp, subscribes } of connections) {
    for (const key of keys) {
      if (subscribes > 0) reading.add(key);
      if (lookedUp.length > 0) looking.set(key, (looking.get(key) ?? 0) + 1);
      if (envelopes.length === 0) continue;
      const receivers = sending.get(key) ?? new Set();
      for (const { receiver } of envelopes) receivers.add(receiver);
      sending.set(key, receivers);
    }
  }
  const wrong: string[] = [];
  for (const [key, receivers] of sending) {
    if (receivers.size > 1) wrong.push("a sender's key that serves more than one mailbox");
    if (reading.has(key)) wrong.push("a key that reads and sends");
    if (looking.has(key)) wrong.push("a key that looks up and sends");
  }
  if ([...looking.values()].some((count) => count > 1)) wrong.push("a key that looks up more than once");
  return wrong;
}
