/** What is to happen in a world: made from the seed before anything happens, so that it can be cut down. */
import type { Lies } from "./lies.ts";
import { invitation, type MeetingAction, spokenCode } from "./meetingplan.ts";
import { Seeded } from "./random.ts";
import type { Latency } from "./wire.ts";

/** An installation: the person's number, and which of their devices, 0 or 1. */
export interface Who {
  readonly person: number;
  readonly device: number;
}

export type Action =
  | MeetingAction
  /** Puts the card of somebody into a messenger, by hand. */
  | { readonly do: "add-card"; readonly who: Who; readonly of: Who }
  /** Pins somebody's SSH key, whose card a relay may have. */
  | { readonly do: "add-key"; readonly who: Who; readonly of: number }
  | { readonly do: "publish"; readonly who: Who }
  | { readonly do: "send"; readonly who: Who; readonly to: number }
  /** To a line of the conversation: 0 the last one, below 1 the first. */
  | {
      readonly do: "reply" | "edit" | "react" | "delete";
      readonly who: Who;
      readonly to: number;
      readonly line: number;
    }
  | { readonly do: "accept" | "read"; readonly who: Who }
  /** A second installation of a person, which knows the first one's card. */
  | {
      readonly do: "link-device" | "confirm-device" | "withdraw-device" | "lose-device";
      readonly person: number;
    }
  | {
      readonly do: "kill";
      readonly who: Who;
      readonly commits: number;
      readonly when: "before" | "after";
      readonly forMs: number;
    }
  | { readonly do: "close"; readonly who: Who; readonly forMs: number }
  | { readonly do: "set-clock"; readonly who: Who; readonly byMs: number }
  | { readonly do: "cut"; readonly who: Who }
  | { readonly do: "part"; readonly who: Who; readonly relay: number; readonly forMs: number }
  | { readonly do: "restart"; readonly relay: number; readonly forMs: number }
  | { readonly do: "lie"; readonly relay: number; readonly forMs: number; readonly lies: Lies }
  | { readonly do: "take-over"; readonly relay: number }
  /** A stranger fills the mailbox on somebody's card. */
  | { readonly do: "flood"; readonly person: number; readonly envelopes: number }
  | { readonly do: "wait" };

export type Step = Action & {
  /** Milliseconds after the step before. */
  readonly afterMs: number;
};

export interface Plan {
  readonly seed: string;
  /** The number of each person's relay. */
  readonly homes: readonly number[];
  readonly relays: number;
  readonly latency: Latency;
  /** How long the relays' tokens are good for. */
  readonly tokenSeconds: number;
  /** How long messengers try before they give a message up. */
  readonly expireMs: number;
  /** How many messages a mailbox holds; an eighth where nobody came to read. */
  readonly mailboxMessages: number;
  readonly steps: readonly Step[];
  /** Whether cards go from hand to hand; otherwise people know each other by invites and codes only. */
  readonly hasCards: boolean;
  /** Whether those asked say yes in the end, and every card can be looked up. */
  readonly endsWell: boolean;
}

export interface PlanSize {
  readonly people: readonly [least: number, most: number];
  readonly steps: readonly [least: number, most: number];
}

export const USUAL_SIZE: PlanSize = { people: [2, 4], steps: [5, 20] };

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

export function makePlan(seed: string, size: PlanSize = USUAL_SIZE): Plan {
  const random = new Seeded(`plan ${seed}`);
  const people = Math.min(whole(random, size.people), whole(random, size.people));
  const relays = 1 + random.below(2);
  const homes = Array.from({ length: people }, () => random.below(relays));
  const least = random.scaled(1, 200);
  const isCalm = random.chance(0.2);
  // Weeks cost as much as people do: most worlds are short, and the others have time for all that rotates.
  const isLong = random.chance(0.06);
  const pause = isLong ? longPause : shortPause;
  const actions = isCalm ? CALM : ALL;
  const meetings = random.chance(0.4) ? meet(random, people, relays) : [];
  const hasCards = meetings.length === 0 || random.chance(0.4);
  const acquainted = hasCards ? people : 0;
  const talk = Array.from({ length: whole(random, size.steps) }, () => ({
    ...draw(random, actions)(random, people, relays),
    afterMs: pause(random),
  }));
  return {
    seed,
    homes,
    relays,
    latency: { least, most: least * random.scaled(1, 20) },
    expireMs: (isLong ? 30 : 3) * DAY,
    tokenSeconds: random.chance(0.2) ? 30 : 3600,
    mailboxMessages: random.chance(0.2) ? 64 : 4096,
    steps: [
      ...Array.from({ length: acquainted }, () => ({ ...acquaint(random, people), afterMs: pause(random) })),
      ...(hasCards && random.chance(0.3) ? meetAtOnce(random, people, pause(random)) : []),
      ...interleaved(random, talk, meetings),
    ],
    hasCards,
    endsWell: random.chance(0.85),
  };
}

/** One way or the other, and now and then again. */
function meet(random: Seeded, people: number, relays: number): Step[] {
  const one = random.chance(0.65) ? invitation : spokenCode;
  const steps = one(random, people, relays);
  return random.chance(0.2) ? [...steps, ...meet(random, people, relays)] : steps;
}

/** At the beginning or in the middle; all the rest comes after it, or in between. */
function interleaved(random: Seeded, talk: readonly Step[], meetings: readonly Step[]): Step[] {
  const at = random.chance(0.5) ? 0 : random.below(talk.length + 1);
  return [...talk.slice(0, at), ...meetings, ...talk.slice(at)];
}

type Draw = (random: Seeded, people: number, relays: number) => Action;

function acquaint(random: Seeded, people: number): Action {
  const [a, b] = two(random, people);
  return random.chance(0.8)
    ? { do: "add-card", who: first(a), of: first(b) }
    : { do: "add-key", who: first(a), of: b };
}

/** Two people write to each other before either has heard of the other. */
function meetAtOnce(random: Seeded, people: number, afterMs: number): Step[] {
  const [a, b] = two(random, people);
  return [
    { do: "add-card", who: first(a), of: first(b), afterMs },
    { do: "add-card", who: first(b), of: first(a), afterMs: 0 },
    { do: "send", who: first(a), to: b, afterMs: 0 },
    { do: "send", who: first(b), to: a, afterMs: 0 },
  ];
}

/** How often each is drawn, against the others. */
const TALK: readonly (readonly [weight: number, Draw])[] = [
  [24, (random, people) => ({ do: "send", ...speaking(random, people) })],
  [2, (random, people) => ({ do: "reply", ...speaking(random, people), line: random.fraction() })],
  [2, (random, people) => ({ do: "edit", ...speaking(random, people), line: random.fraction() })],
  [2, (random, people) => ({ do: "react", ...speaking(random, people), line: random.fraction() })],
  [1, (random, people) => ({ do: "delete", ...speaking(random, people), line: random.fraction() })],
  [3, (random, people) => ({ do: "accept", who: anyone(random, people) })],
  [2, (random, people) => ({ do: "read", who: anyone(random, people) })],
  [3, (random, people) => acquaint(random, people)],
  [2, (random, people) => ({ do: "publish", who: anyone(random, people) })],
  [1, (random, people) => ({ do: "link-device", person: random.below(people) })],
  [2, (random, people) => ({ do: "confirm-device", person: random.below(people) })],
  [1, () => ({ do: "wait" })],
];

const TROUBLE: readonly (readonly [weight: number, Draw])[] = [
  [
    3,
    (random, people) => ({
      do: "kill",
      who: anyone(random, people),
      commits: 1 + random.below(6),
      when: random.chance(0.5) ? "before" : "after",
      forMs: random.scaled(SECOND, 2 * HOUR),
    }),
  ],
  [1, (random, people) => ({ do: "close", who: anyone(random, people), forMs: rest(random) })],
  [1, (random, people) => ({ do: "set-clock", who: anyone(random, people), byMs: clockJump(random) })],
  [1, (random, people) => ({ do: "cut", who: anyone(random, people) })],
  [
    2,
    (random, people, relays) => ({
      do: "part",
      who: anyone(random, people),
      relay: random.below(relays),
      forMs: random.scaled(SECOND, 3 * DAY),
    }),
  ],
  [
    2,
    (random, _, relays) => ({ do: "restart", relay: random.below(relays), forMs: random.scaled(10, HOUR) }),
  ],
  [
    2,
    (random, _, relays) => ({
      do: "lie",
      relay: random.below(relays),
      forMs: random.scaled(SECOND, 3 * DAY),
      lies: liesOf(random),
    }),
  ],
  [1, (random, _, relays) => ({ do: "take-over", relay: random.below(relays) })],
  [1, (random, people) => ({ do: "flood", person: random.below(people), envelopes: 1 + random.below(12) })],
  [0.3, (random, people) => ({ do: "lose-device", person: random.below(people) })],
  [0.3, (random, people) => ({ do: "withdraw-device", person: random.below(people) })],
];

const CALM = TALK;
const ALL = [...TALK, ...TROUBLE];

function draw(random: Seeded, from: readonly (readonly [weight: number, Draw])[]): Draw {
  let at = random.fraction() * from.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, drawn] of from) {
    at -= weight;
    if (at < 0) return drawn;
  }
  return from[0]![1];
}

function liesOf(random: Seeded): Lies {
  const rate = (): number => (random.chance(0.5) ? 0 : random.scaled(0.02, 0.8));
  return {
    lose: rate(),
    delay: rate(),
    repeat: rate(),
    replay: rate(),
    damage: rate(),
    hide: rate(),
    stale: rate(),
    boot: rate(),
  };
}

/** Up to two hours either way, and now and then days. */
function clockJump(random: Seeded): number {
  const most = random.chance(0.2) ? 10 * DAY : 2 * HOUR;
  return Math.round(random.scaled(SECOND, most) * (random.chance(0.5) ? 1 : -1));
}

/** Now and then longer than prekeys live. */
function rest(random: Seeded): number {
  return random.chance(0.1) ? random.between(10 * DAY, 25 * DAY) : random.scaled(SECOND, 2 * DAY);
}

/** At once, or soon. */
function shortPause(random: Seeded): number {
  return random.chance(0.25) ? 0 : random.scaled(10, HOUR);
}

/** Or much later. */
function longPause(random: Seeded): number {
  return random.chance(0.15) ? random.between(DAY, 10 * DAY) : shortPause(random);
}

function speaking(random: Seeded, people: number): { readonly who: Who; readonly to: number } {
  const [a, b] = two(random, people);
  return { who: { person: a, device: random.chance(0.8) ? 0 : 1 }, to: b };
}

function anyone(random: Seeded, people: number): Who {
  return { person: random.below(people), device: random.chance(0.8) ? 0 : 1 };
}

function first(person: number): Who {
  return { person, device: 0 };
}

/** Two different people. */
function two(random: Seeded, people: number): [number, number] {
  const a = random.below(people);
  return [a, (a + 1 + random.below(people - 1)) % people];
}

function whole(random: Seeded, [least, most]: readonly [number, number]): number {
  return least + random.below(most - least + 1);
}
