/** How people meet in a plan: by invites and spoken codes, each with the trouble that becomes it. */
import type { Step, Who } from "./plan.ts";
import type { Seeded } from "./random.ts";

export type MeetingAction =
  | { readonly do: "invite"; readonly who: Who; readonly uses: number; readonly expiresMs: number }
  /** A link of somebody's: 0 the last one, below 1 the first; or one with another secret. */
  | {
      readonly do: "use-invite";
      readonly who: Who;
      readonly of: number;
      readonly link: number;
      readonly isRight: boolean;
    }
  /** One of the own invites, counted likewise. */
  | { readonly do: "revoke-invite"; readonly who: Who; readonly link: number }
  | { readonly do: "make-code"; readonly who: Who }
  /** The last code of somebody; or its number with other words. */
  | { readonly do: "join-code"; readonly who: Who; readonly of: number; readonly isRight: boolean };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Somebody invites, and others come: one after the other or at once, too late, too many, with a wrong link, twice. */
export function invitation(random: Seeded, people: number, relays: number): Step[] {
  const host = random.below(people);
  const who = { person: host, device: 0 };
  const uses = random.pick([1, 1, 1, 2, 3]);
  const expiresMs = Math.round(
    random.chance(0.3) ? random.scaled(MINUTE, HOUR) : random.between(HOUR, 2 * DAY),
  );
  const atOnce = random.chance(0.5);
  const use = (guest: Who, afterMs: number): Step => ({
    do: "use-invite",
    who: guest,
    of: host,
    link: random.chance(0.9) ? 0 : random.fraction(),
    isRight: random.chance(0.9),
    afterMs,
  });
  const steps: Step[] = [{ do: "invite", who, uses, expiresMs, afterMs: random.scaled(10, HOUR) }];
  const before = random.chance(0.2) ? secondDevice(random, random.below(people)) : [];
  let guest: Who | undefined;
  for (let guests = 1 + random.below(people); guests > 0; guests--) {
    if (guest === undefined || random.chance(0.8)) guest = another(random, people, host);
    const isNow = atOnce && steps.length > 1;
    steps.push(
      use(guest, isNow ? random.pick([0, random.scaled(1, SECOND)]) : random.scaled(10 * SECOND, HOUR)),
    );
    if (random.chance(0.25)) steps.push(killed(random, random.chance(0.5) ? who : guest));
  }
  if (random.chance(0.2)) insert(random, steps, { do: "revoke-invite", who, link: 0, afterMs: soon(random) });
  if (random.chance(0.5)) insert(random, steps, trouble(random, host, relays));
  return [...before, ...steps];
}

/** Somebody tells a code, and others use it or guess at it, while what can go wrong does. */
export function spokenCode(random: Seeded, people: number, relays: number): Step[] {
  const host = random.below(people);
  const who = { person: host, device: 0 };
  const join = (afterMs: number): Step => ({
    do: "join-code",
    who: another(random, people, host),
    of: host,
    isRight: random.chance(0.7),
    afterMs,
  });
  const steps: Step[] = [
    { do: "make-code", who, afterMs: soon(random) },
    join(random.scaled(SECOND, 2 * MINUTE)),
  ];
  if (random.chance(0.5)) steps.push(join(random.pick([0, random.scaled(1, MINUTE)])));
  if (random.chance(0.3)) {
    const kill = killed(random, random.chance(0.5) ? who : (steps[1] as Step & { readonly who: Who }).who);
    steps.push({ ...kill, commits: 1 } as Step);
  }
  if (random.chance(0.5)) insert(random, steps, { ...trouble(random, host, relays), afterMs: soon(random) });
  // Until everybody must have been told.
  return [...steps, { do: "wait", afterMs: 12 * MINUTE }];
}

function secondDevice(random: Seeded, person: number): Step[] {
  return [
    { do: "link-device", person, afterMs: random.scaled(10, MINUTE) },
    { do: "confirm-device", person, afterMs: random.scaled(10 * SECOND, 10 * MINUTE) },
    { do: "wait", afterMs: random.scaled(SECOND, 10 * MINUTE) },
  ];
}

function trouble(random: Seeded, host: number, relays: number): Step {
  const relay = random.below(relays);
  const afterMs = random.scaled(10, MINUTE);
  const forMs = random.scaled(SECOND, HOUR);
  const rate = (): number => (random.chance(0.5) ? 0 : random.scaled(0.1, 0.9));
  const who = { person: host, device: 0 };
  switch (random.below(6)) {
    case 0:
      return { do: "restart", relay, forMs: random.scaled(10, MINUTE), afterMs };
    case 1:
      return { do: "cut", who, afterMs };
    case 2:
      return { do: "part", who, relay, forMs, afterMs };
    case 3:
      return { do: "take-over", relay, afterMs };
    default: {
      const lies = {
        lose: rate(),
        delay: rate(),
        repeat: rate(),
        replay: rate(),
        damage: rate(),
        hide: rate(),
        stale: rate(),
        boot: rate(),
      };
      return { do: "lie", relay, forMs: random.scaled(MINUTE, DAY), lies, afterMs };
    }
  }
}

function killed(random: Seeded, who: Who): Step {
  const when = random.chance(0.5) ? "before" : "after";
  return {
    do: "kill",
    who,
    commits: 1 + random.below(4),
    when,
    forMs: random.scaled(SECOND, HOUR),
    afterMs: random.pick([0, random.scaled(1, SECOND)]),
  };
}

function another(random: Seeded, people: number, than: number): Who {
  const person = (than + 1 + random.below(people - 1)) % people;
  return { person, device: random.chance(0.7) ? 0 : 1 };
}

/** Behind the first step. */
function insert(random: Seeded, steps: Step[], step: Step): void {
  steps.splice(1 + random.below(steps.length), 0, step);
}

function soon(random: Seeded): number {
  return random.scaled(10, 10 * SECOND);
}
