/** What holds of invites and spoken codes in the end. */
import type { Aftermath, Found } from "./aftermath.ts";
import type { Told } from "./meetings.ts";

/** What is said of a code where the other side was lost. */
const LOST: ReadonlySet<string> = new Set(["code-ended", "closed"]);

/** An invite makes no more contacts than it has uses. */
export function counted({ meetings, found }: Aftermath): string[] {
  return meetings.invites.flatMap((invite, at) => {
    const host = found.find(({ name }) => name === invite.by);
    const guests = (host?.contacts ?? []).filter(({ person, state }) => {
      const reasons = meetings.reasons(invite.person, person);
      return state === "contact" && reasons.size === 1 && reasons.has(`invite ${at}`);
    });
    return guests.length > invite.uses
      ? [`invite ${at} of ${invite.by} has made ${guests.length} contacts, ${invite.uses} at most`]
      : [];
  });
}

/** Nobody becomes a contact but by the user's own doing, a valid link, or a right code. */
export function entitled({ meetings, found }: Aftermath): string[] {
  return found.flatMap(({ name, person, contacts }) =>
    contacts
      .filter((other) => other.state === "contact" && meetings.reasons(person, other.person).size === 0)
      .map((other) => `person ${other.person} is a contact of ${name} for no reason`),
  );
}

/** Whoever was told that a link or a code worked is a contact on both sides; nobody is told that it did not where it did. */
export function mutual({ meetings, found }: Aftermath): string[] {
  const at = (told: Pick<Told, "by">): Found | undefined => found.find(({ name }) => name === told.by);
  const wrong: string[] = [];
  for (const [number, invite] of meetings.invites.entries()) {
    const host = at(invite);
    for (const told of invite.guests) {
      const guest = at(told);
      if (told.outcome !== "worked" || host === undefined || guest === undefined) continue;
      const theirs = contactOf(guest, invite.person);
      const ours = contactOf(host, told.person);
      const of = `${told.by} by invite ${number} of ${invite.by}`;
      if (theirs === undefined) wrong.push(`${of} has no contact of it`);
      const reasons = meetings.reasons(told.person, invite.person);
      // Another way to them ends the answer: then it may be that nobody has answered.
      if (theirs !== undefined && theirs.invite === undefined && reasons.size === 1 && ours === undefined)
        wrong.push(`${of} is no contact there`);
      // Who is known there by something else may have come too late all the same.
      const isGuest = ours !== undefined && meetings.reasons(invite.person, told.person).size === 1;
      if (theirs?.invite !== undefined && theirs.invite !== "waiting" && isGuest)
        wrong.push(`${of} was told '${theirs.invite}', and is a contact there`);
    }
  }
  for (const [number, { inviter, guests }] of meetings.codes.entries()) {
    const guest = guests.find(({ outcome }) => outcome === "worked");
    const of = `code ${number} of ${inviter.by}`;
    const host = at(inviter);
    const other = guest && at(guest);
    if (other !== undefined && contactOf(other, inviter.person) === undefined)
      wrong.push(`${guest?.by} was told that ${of} worked, and has no contact`);
    const isMeant = (person: number): boolean => host !== undefined && contactOf(host, person) !== undefined;
    if (host !== undefined && inviter.outcome === "worked" && !guests.some(({ person }) => isMeant(person)))
      wrong.push(`${inviter.by} was told that ${of} worked, and has no contact`);
    // Over the last packet one side can be left without: it hears so, and of nothing else.
    const isLost = ({ outcome, code = "" }: Told): boolean => outcome !== "refused" || LOST.has(code);
    const knowing = guests.filter(({ isRight }) => isRight);
    if (inviter.outcome === "worked" && knowing.length > 0 && !knowing.some(isLost))
      wrong.push(`${of} worked, and everybody else was told that it did not`);
    if (guest !== undefined && !isLost(inviter))
      wrong.push(`${of} worked for ${guest.by}, and its maker was told '${inviter.code}'`);
  }
  return wrong;
}

/** A code serves one guess: a wrong one ends it, and so does a right one. */
export function single({ meetings }: Aftermath): string[] {
  return meetings.codes.flatMap(({ inviter, guests }, number) => {
    const served = guests.filter(({ outcome }) => outcome === "worked");
    const of = `code ${number} of ${inviter.by}`;
    return [
      ...(served.length > 1 ? [`${of} has served ${served.length}`] : []),
      ...served.filter(({ isRight }) => !isRight).map(({ by }) => `${by} has guessed ${of}`),
      ...served
        .filter(({ before }) => before !== undefined)
        .map(({ by, before }) => `${by} was served by ${of}, of which was said '${before}'`),
      ...(inviter.outcome === "worked" && !guests.some(({ isRight }) => isRight)
        ? [`${of} worked, and nobody knew it`]
        : []),
    ];
  });
}

/** Nothing waits for ever: whoever makes or uses an invite or a code hears what became of it. */
export function answered({ meetings, found }: Aftermath): string[] {
  const late = meetings.begun.filter(({ isLate }) => isLate).map(({ by }) => `${by} waited for too long`);
  const names = new Set(found.map(({ name }) => name));
  const guests = found.flatMap(({ name, contacts }) =>
    contacts
      .filter(({ invite }) => invite === "waiting")
      .filter(({ person }) =>
        meetings.invites.some((invite) => invite.person === person && names.has(invite.by)),
      )
      .map(({ person }) => `${name} waits for person ${person} to answer`),
  );
  const hosts = found.flatMap(({ name, isConfirmed, invites }) =>
    invites
      .filter(({ state, isPublished }) => isConfirmed && state === "open" && !isPublished)
      .map(() => `an invite of ${name} is not at its relay`),
  );
  return [...late, ...guests, ...hosts];
}

/** Nothing of an invite or a code that is over stays in a profile. */
export function forgotten({ found }: Aftermath): string[] {
  return found.flatMap(({ name, holds }) => holds.map((what) => `${name} has kept ${what}`));
}

function contactOf({ contacts }: Found, person: number): Found["contacts"][number] | undefined {
  return contacts.find((contact) => contact.person === person && contact.state === "contact");
}
