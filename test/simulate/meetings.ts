/** Who may know whom, and by what: the invites and spoken codes of a world, and what its people were told of them. */

/** What somebody was told of something that takes its time; all of it undefined while they have not been. */
export interface Told {
  /** The installation. */
  readonly by: string;
  readonly person: number;
  outcome: "worked" | "refused" | undefined;
  /** Why it was refused. */
  code: string | undefined;
  /** It went on when it was long over. */
  isLate: boolean;
}

export interface Invited {
  readonly by: string;
  readonly person: number;
  readonly link: string;
  /** In hex. */
  readonly secret: string;
  readonly uses: number;
  readonly guests: (Told & { readonly isRight: boolean })[];
}

export interface Coded {
  readonly code: string;
  /** Whoever made it. */
  readonly inviter: Told;
  /** In the order in which they began. */
  readonly guests: (Told & {
    readonly isRight: boolean;
    /** It was known to be over when this began: why the one who was told so was refused, or `worked`. */
    readonly before: string | undefined;
  })[];
}

/** Why one person may have another as a contact: the user's own doing, or the number of an invite or code. */
export type Reason = "own" | `invite ${number}` | `code ${number}`;

export class Meetings {
  readonly invites: Invited[] = [];
  readonly codes: Coded[] = [];
  /** What was begun, to be told of: making an invite too. */
  readonly begun: Told[] = [];
  readonly #reasons = new Map<string, Set<Reason>>();

  /** From now on a person may have another one as a contact. */
  allow(person: number, other: number, reason: Reason): void {
    const key = `${person} ${other}`;
    const reasons = this.#reasons.get(key) ?? new Set();
    this.#reasons.set(key, reasons.add(reason));
  }

  reasons(person: number, other: number): ReadonlySet<Reason> {
    return this.#reasons.get(`${person} ${other}`) ?? new Set();
  }

  /** Somebody begins something. */
  begin({ name, person }: { readonly name: string; readonly person: number }): Told {
    const told: Told = { by: name, person, outcome: undefined, code: undefined, isLate: false };
    this.begun.push(told);
    return told;
  }
}

/** Why a code is over, if anybody was told so. */
export function overBy({ inviter, guests }: Coded): string | undefined {
  if (inviter.outcome !== undefined) return inviter.code ?? inviter.outcome;
  const guest = guests.find(({ outcome, code }) => outcome === "worked" || code === "code-wrong");
  return guest && (guest.code ?? guest.outcome);
}
