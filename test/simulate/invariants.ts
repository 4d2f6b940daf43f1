/** What holds in the end whatever happened. Each looks at plain data and says what it found wrong, or nothing. */
import type { Aftermath, Found, Line } from "./aftermath.ts";
import type { Said } from "./ledger.ts";
import { answered, counted, entitled, forgotten, mutual, single } from "./meetinginvariants.ts";
import { isSeparate } from "./separate.ts";

/** `patient` is the one that a world sees while it goes on: messengers wait ever longer for what does not come. */
export interface Violation {
  readonly invariant: InvariantName | "patient";
  readonly what: string;
}

export type Invariant = (aftermath: Aftermath) => string[];

/** Still on its way, or waiting to be. */
const OPEN: ReadonlySet<string> = new Set(["queued", "at-relay"]);
/** A messenger forgets after this what became of a message, at the earliest: a month from when it expires. */
const REMEMBERED_MS = 30 * 86_400_000;
const ARRIVED: ReadonlySet<string> = new Set(["delivered", "read"]);

export const INVARIANTS = {
  /** Nothing throws but what its docstring names. */
  unharmed: ({ unexpected }) => [...unexpected],
  /** What a user was told is kept stands in the conversation. */
  kept,
  /** Every message comes to every confirmed device of the receiver, or its sender is told that it did not. */
  delivered,
  /** What a device has of a message it has once. */
  once,
  /** What one device says to one person is shown in the order it was said. */
  ordered,
  /** What is shown was said by whom it is from. */
  true: shownAreTrue,
  /** What an own device says, the other confirmed ones show. */
  copied,
  /** Edits and deletions come to everybody who has the message. */
  changed,
  /** No envelope holds a text, a name or a key of a person. */
  sealed: ({ leaks }) => leaks.map((name) => `${name} stood in an envelope`),
  /** No two envelopes of honest clients are alike. */
  fresh,
  /** A connection tells a relay one thing only. */
  separate: isSeparate,
  /** What is settled leaves nothing behind that grows. */
  bounded,
  /** An invite makes no more contacts than it has uses. */
  counted,
  /** Nobody becomes a contact but by the user's own doing, a valid link, or a right code. */
  entitled,
  /** Whoever was told that a link or a code worked is a contact on both sides. */
  mutual,
  /** A code serves one guess. */
  single,
  /** Whoever makes or uses an invite or a code hears what became of it. */
  answered,
  /** Nothing of an invite or a code that is over stays in a profile. */
  forgotten,
} satisfies Record<string, Invariant>;

export type InvariantName = keyof typeof INVARIANTS;

export function violationsOf(aftermath: Aftermath): Violation[] {
  return (Object.keys(INVARIANTS) as InvariantName[]).flatMap((invariant) =>
    INVARIANTS[invariant](aftermath).map((what) => ({ invariant, what })),
  );
}

function kept({ said, found }: Aftermath): string[] {
  return said.flatMap((one) => {
    const sender = found.find(({ name }) => name === one.by);
    if (sender === undefined || linesOf(sender, one).length > 0) return [];
    return [`${nameOf(one)} is not at its sender`];
  });
}

function delivered({ said, found, isSettled, at }: Aftermath): string[] {
  const wrong: string[] = isSettled ? [] : ["something was on its way when all time was over"];
  for (const one of said) {
    const sender = found.find(({ name }) => name === one.by);
    const fates = sender?.fates.get(one.id ?? "");
    if (sender === undefined || fates === undefined) continue;
    if (fates.length === 0 && sender.isConfirmed && at - one.at < REMEMBERED_MS)
      wrong.push(`${nameOf(one)} goes to nobody`);
    for (const { device, state } of fates) {
      const receiver = found.find((other) => other.device === device);
      if (OPEN.has(state))
        wrong.push(`${nameOf(one)} is ${state} to ${receiver?.name ?? "a device that is gone"}`);
      if (receiver !== undefined && ARRIVED.has(state) && linesOf(receiver, one).length === 0) {
        wrong.push(`${nameOf(one)} is ${state}, and not at ${receiver.name}`);
      }
    }
    for (const device of one.devices) {
      if (at - one.at >= REMEMBERED_MS) break;
      const isMeant = sender.confirmed.has(device) && found.some((other) => other.device === device);
      if (isMeant && !fates.some((fate) => fate.device === device)) {
        wrong.push(`${nameOf(one)} was never on its way to a confirmed device`);
      }
    }
  }
  return wrong;
}

function once({ found, said }: Aftermath): string[] {
  return found.flatMap(({ name, lines }) => {
    const ids = countOf(lines.map(({ id }) => id));
    // Deleted ones have no text left, and two of them are no repeat.
    const texts = countOf(lines.filter(({ isDeleted }) => !isDeleted).map(({ text }) => text));
    const twice = [...ids, ...texts].filter(([, count]) => count > 1).map(([of]) => of);
    const shown = new Set(
      twice.map((of) => {
        const one = said.find(({ id, texts: all }) => id === of || all.includes(of));
        return one === undefined ? "something" : nameOf(one);
      }),
    );
    return [...shown].map((of) => `${of} is at ${name} more than once`);
  });
}

function ordered({ said, found }: Aftermath): string[] {
  const wrong: string[] = [];
  for (const sender of found) {
    const order = new Map(
      sender.lines
        .filter(({ id }) => said.some((one) => one.id === id && one.by === sender.name))
        .map(({ id }, at) => [id, at]),
    );
    for (const receiver of found) {
      if (receiver === sender) continue;
      for (const lines of Map.groupBy(receiver.lines, ({ contact }) => contact).values()) {
        const places = lines.flatMap(({ id }) => order.get(id) ?? []);
        if (places.some((place, at) => place < (places[at - 1] ?? -1))) {
          wrong.push(`what ${sender.name} said stands in another order at ${receiver.name}`);
        }
      }
    }
  }
  return wrong;
}

function shownAreTrue({ said, found, identities }: Aftermath): string[] {
  return found.flatMap(({ name, lines }) =>
    lines
      .filter((line) => {
        const one = said.find(({ id }) => id === line.id);
        if (one === undefined || identities[one.person] !== line.from) return true;
        return line.isDeleted ? !one.isDeleted : !one.texts.includes(line.text);
      })
      .map(() => `a line at ${name} that nobody said so`),
  );
}

function copied({ said, found, isSwift }: Aftermath): string[] {
  if (!isSwift) return [];
  return said.flatMap((one) => {
    const sender = found.find(({ name }) => name === one.by);
    if (sender === undefined) return [];
    return found
      .filter(
        ({ device, isConfirmed }) =>
          isConfirmed && one.ownDevices.includes(device) && sender.confirmed.has(device),
      )
      .filter((other) => linesOf(other, one).length === 0)
      .map((other) => `${nameOf(one)} is not at ${other.name}, the same person's`);
  });
}

function changed({ said, found, isSwift }: Aftermath): string[] {
  if (!isSwift) return [];
  return said.flatMap((one) => {
    const sender = found.find(({ name }) => name === one.by);
    const [own] = sender === undefined ? [] : linesOf(sender, one);
    // Two devices that edit one message at a time have no order between them.
    const isByOne = [...one.editors].every((name) => name === one.by);
    if (sender === undefined || own === undefined || !isByOne) return [];
    return found
      .filter(({ device }) => one.devices.includes(device) && sender.confirmed.has(device))
      .filter((receiver) => linesOf(receiver, one).some((line) => !isAlike(line, own)))
      .map((receiver) => `${nameOf(one)} is another text at ${receiver.name}`);
  });
}

function fresh({ connections }: Aftermath): string[] {
  const heads = countOf(connections.flatMap(({ envelopes }) => envelopes.map(({ head }) => head)));
  return heads.filter(([, count]) => count > 1).map(([, count]) => `an envelope was sent ${count} times`);
}

function bounded({ found }: Aftermath): string[] {
  return found.flatMap(({ name, counts }) =>
    counts
      .filter(({ count, most }) => count > most)
      .map((of) => `${of.count} ${of.name} at ${name}, ${of.most} at most`),
  );
}

function linesOf({ lines }: Found, { id }: Said): Line[] {
  return lines.filter((line) => line.id === id);
}

function isAlike(line: Line, other: Line): boolean {
  return line.isDeleted === other.isDeleted && (line.isDeleted || line.text === other.text);
}

/** Texts hold the number of the message, so a trace can be read along with it. */
function nameOf({ texts, by }: Said): string {
  return `"${texts[0]}" of ${by}`;
}

function countOf(all: readonly string[]): [of: string, count: number][] {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts];
}
