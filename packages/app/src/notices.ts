/** What happened to the keys of a contact, in words. */
import type { MessengerEvent } from "@asfaleia/client/messenger";
import { cleanLine } from "./display.ts";

type ChangeKind = Exclude<Extract<MessengerEvent, { type: "notice" }>["what"], "gap">;

/** What leads on from a notice, as a face calls it. */
interface Leads {
  readonly device: string;
  readonly verify: string;
}

const VERBS: Leads = {
  device: "asfaleia device accept|refuse NAME ID",
  verify: "asfaleia verify NAME",
};
const COMMANDS: Leads = { device: "/devices", verify: "/verify" };

const LEADS: Partial<Record<ChangeKind, keyof Leads>> = {
  "device-added": "device",
  "verification-fell": "verify",
};

const TEXTS: Readonly<Record<ChangeKind, string>> = {
  "identity-pinned": "an SSH key is pinned",
  "paired-by-code": "a contact by spoken code",
  "device-added": "a device was added; it gets nothing before it is confirmed",
  "device-confirmed": "a device was confirmed",
  "device-withdrawn": "a device was withdrawn",
  "device-refused": "you have refused a device",
  "lists-conflict": "TWO DIFFERENT LISTS OF DEVICES under one number: somebody else may use this SSH key",
  "session-reset": "the session was begun anew",
  verified: "verified",
  "verification-fell": "no longer verified: compare the safety number again",
  blocked: "blocked",
  unblocked: "no longer blocked",
  "invite-used": "the invite was used by somebody else before: nothing reaches them; ask for a new one",
  "invite-ended": "the invite has ended: nothing reaches them; ask for a new one",
  "room-used-up":
    "NO MORE IS TAKEN IN: what they said takes as much of the disk as it may. The rest waits with them (asfaleia config quota, or retention)",
  "room-again": "there is room again: what waited with them comes now",
};

/** To be said where an event says it, and where somebody begins to listen. */
export const DISK_SHORT =
  "THE DISK IS NEARLY FULL: what comes stays at the relays until there is room (asfaleia config reserve)";
export const DISK_FREE = "there is room on the disk again: what waited at the relays comes now";

/** @param what a kind of change, perhaps with a number behind it */
export function noticeText(what: string, about = "", count?: number): string {
  return textOf(VERBS, what, about, count);
}

/** The same in the chat, which has commands for verbs. */
export function chatNoticeText(what: string, about = ""): string {
  return textOf(COMMANDS, what, about);
}

function textOf(leads: Leads, what: string, about: string, count?: number): string {
  const [kind = "", number] = what.split(" ");
  if (kind === "gap") return `${count ?? Number(number ?? 1)} messages never arrived`;
  const text = Object.hasOwn(TEXTS, kind) ? textOfKind(leads, kind as ChangeKind) : cleanLine(what);
  return about === "" ? text : `${text}: ${cleanLine(about)}`;
}

function textOfKind(leads: Leads, kind: ChangeKind): string {
  const lead = LEADS[kind];
  return lead === undefined ? TEXTS[kind] : `${TEXTS[kind]} (${leads[lead]})`;
}
