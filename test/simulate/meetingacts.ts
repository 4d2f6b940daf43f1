/** What the steps about invites and spoken codes do to a world. Links and codes go from mouth to mouth, unseen by relays. */
import { formatAddress } from "@asfaleia/protocol";
import {
  formatCode,
  makeInviteLink,
  parseCode,
  readInviteLink,
  wordsFrom,
} from "../../packages/client/test/internals.ts";
import type { Installation } from "./installation.ts";
import type { MeetingAction } from "./meetingplan.ts";
import { type Invited, overBy, type Told } from "./meetings.ts";
import type { World } from "./world.ts";

const MINUTE = 60_000;
/** A code is over after ten minutes. */
const CODE_PATIENCE_MS = 11 * MINUTE;
/** A connection that swallows everything is given up after ten minutes, and a dial before. */
const PATIENCE_MS = 15 * MINUTE;

export function performMeeting(world: World, installation: Installation, action: MeetingAction): void {
  switch (action.do) {
    case "invite": {
      const { uses, expiresMs } = action;
      const told = world.meetings.begin(installation);
      installation.actAfar("invites", (messenger) => messenger.makeInvite({ uses, expiresMs }), {
        told,
        patienceMs: PATIENCE_MS,
      });
      return;
    }
    case "use-invite":
      useInvite(world, installation, action);
      return;
    case "revoke-invite": {
      const views = installation.messenger?.invites() ?? [];
      const view = views[fromLast(action.link, views.length)];
      if (view !== undefined)
        installation.act("takes an invite back", (messenger) => messenger.revokeInvite(view.id));
      return;
    }
    case "make-code":
      makeCode(world, installation);
      return;
    case "join-code":
      joinCode(world, installation, action);
  }
}

type Using = Extract<MeetingAction, { readonly do: "use-invite" }>;
type Joining = Extract<MeetingAction, { readonly do: "join-code" }>;

function useInvite(world: World, installation: Installation, { of, link, isRight }: Using): void {
  const invites = learnInvites(world).filter(({ person }) => person === of);
  const invite = invites[fromLast(link, invites.length)];
  if (invite === undefined || of === installation.person) return;
  const told = world.meetings.begin(installation);
  invite.guests.push(Object.assign(told, { isRight }));
  if (isRight) allowBoth(world, of, installation.person, `invite ${world.meetings.invites.indexOf(invite)}`);
  const text = isRight ? invite.link : withAnotherSecret(invite.link);
  const what = isRight ? "uses an invite" : "uses an invite with another secret";
  installation.actAfar(what, (messenger) => messenger.acceptInvite(text), { told, patienceMs: PATIENCE_MS });
}

/** Invites that were made, also those whose maker was killed before it could tell. */
export function learnInvites(world: World): readonly Invited[] {
  const { invites } = world.meetings;
  for (const { messenger, name, person } of world.installations) {
    for (const { link, uses } of messenger?.invites() ?? []) {
      if (invites.some((known) => known.link === link)) continue;
      const bytes = readInviteLink(link)!.secret;
      world.witness.guard({ name: "the secret of an invite", bytes });
      const secret = Buffer.from(bytes).toString("hex");
      invites.push({ by: name, person, link, secret, uses, guests: [] });
    }
  }
  return invites;
}

function makeCode(world: World, installation: Installation): void {
  const { meetings } = world;
  const inviter = meetings.begin(installation);
  const make = async (messenger: NonNullable<Installation["messenger"]>): Promise<unknown> => {
    const { code, result } = await messenger.makeCode();
    world.witness.guard({ name: "the words of a code", bytes: Buffer.from(code.slice("12345-".length)) });
    meetings.codes.push({ code, inviter, guests: [] });
    return result;
  };
  installation.actAfar("makes a code", make, { told: inviter, patienceMs: CODE_PATIENCE_MS });
}

function joinCode(world: World, installation: Installation, { of, isRight }: Joining): void {
  const { meetings, relays, plan } = world;
  const coded = meetings.codes.findLast(({ inviter }) => inviter.person === of);
  if (coded === undefined || of === installation.person) return;
  const told: Told = meetings.begin(installation);
  coded.guests.push(Object.assign(told, { isRight, before: overBy(coded) }));
  if (isRight) allowBoth(world, of, installation.person, `code ${meetings.codes.indexOf(coded)}`);
  const text = isRight ? coded.code : withOtherWords(coded.code);
  const relay = formatAddress(relays[plan.homes[of] ?? 0]!.address);
  const what = isRight ? "uses a code" : "guesses at a code";
  installation.actAfar(what, (messenger) => messenger.joinCode(text, { relay }), {
    told,
    patienceMs: CODE_PATIENCE_MS,
  });
}

function allowBoth(
  { meetings }: World,
  one: number,
  other: number,
  reason: `${"invite" | "code"} ${number}`,
) {
  meetings.allow(one, other, reason);
  meetings.allow(other, one, reason);
}

function withAnotherSecret(link: string): string {
  const invite = readInviteLink(link)!;
  return makeInviteLink({ ...invite, secret: invite.secret.map((byte) => byte ^ 1) });
}

function withOtherWords(text: string): string {
  const code = parseCode(text)!;
  const [word] = wordsFrom(new Uint8Array(2));
  const first = code.words[0] === word ? wordsFrom(Uint8Array.of(1, 0))[0] : word;
  return formatCode({ ...code, words: [first, code.words[1]] });
}

/** @param from 0: the last one; below 1: the first */
function fromLast(from: number, count: number): number {
  return count - 1 - Math.floor(from * count);
}
