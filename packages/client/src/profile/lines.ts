/** A profile as JSON lines (docs/profile.md, "Export and backup"): a head, settings, contacts, messages, an end. */
import type { Contact, Identity, Message, Reaction, Source } from "./profile.ts";

export const LINES_VERSION = 1;

export type Line = HeadLine | SettingLine | ContactLine | MessageLine | EndLine;

/** `export`: for other programs. `backup`: for a new profile; it has the settings too. */
export interface HeadLine {
  readonly type: "asfaleia";
  readonly version: number;
  readonly what: "export" | "backup";
}

export interface SettingLine {
  readonly type: "setting";
  readonly name: string;
  readonly value: string;
}

export interface ContactLine extends Omit<Contact, "retentionMs" | "sent"> {
  readonly type: "contact";
  readonly retentionMs?: number | undefined;
  readonly identities: readonly IdentityLine[];
  /** Left out where there is none. */
  readonly sources?: readonly SourceLine[] | undefined;
}

/** Where keys were found. */
export type SourceLine = Omit<Source, "contact">;

/** A pinned SSH key. Bytes are base64. */
export interface IdentityLine {
  readonly fingerprint: string;
  readonly blob: string;
  readonly list?: string | undefined;
  readonly counter: number;
  readonly pinnedAt: number;
}

/** `contact` is the `id` of a contact's line, and the message's own id is 32 hex digits. */
export interface MessageLine {
  readonly type: "message";
  readonly contact: number;
  readonly id: string;
  readonly sender: string;
  readonly isOwn: boolean;
  readonly n: number;
  readonly at: number;
  readonly arrivedAt: number;
  readonly until?: number | undefined;
  readonly readAt?: number | undefined;
  readonly kind: string;
  /** Base64. */
  readonly body: string;
  readonly text?: string | undefined;
  readonly editedAt?: number | undefined;
  readonly isDeleted: boolean;
  readonly reactions: readonly { readonly by: string; readonly emoji: string }[];
}

/** Without it lines are missing. */
export interface EndLine {
  readonly type: "end";
  readonly messages: number;
  /** Messages that were there and could not be read. */
  readonly unreadable: number;
}

/** A line without its line feed; what is undefined is left out. */
export function writeLine(line: Line): string {
  return JSON.stringify(line);
}

export function contactLine(
  { retentionMs, sent: _, ...contact }: Contact,
  identities: Identity[],
  sources: Source[],
): ContactLine {
  return {
    type: "contact",
    ...contact,
    retentionMs,
    identities: identities.map(({ fingerprint, blob, list, counter, pinnedAt }) => ({
      fingerprint,
      blob: base64(blob),
      list: list && base64(list),
      counter,
      pinnedAt,
    })),
    sources: sources.length === 0 ? undefined : sources.map(({ contact: _, ...source }) => source),
  };
}

export function messageLine({ row: _, ...message }: Message, reactions: Reaction[]): MessageLine {
  return {
    type: "message",
    ...message,
    id: Buffer.from(message.id).toString("hex"),
    body: base64(message.body),
    reactions: reactions.map(({ by, emoji }) => ({ by, emoji })),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
