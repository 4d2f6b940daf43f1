/** Lines of JSON for programs: the names in them do not change. docs/cli.md lists them. */
import type { ContactView, DeviceView, FileView, MessageView } from "@asfaleia/client/messenger";
import { jsonLine } from "./display.ts";

/** A `Date` takes no more. */
const LATEST_MS = 8.64e15;

/** ISO 8601, UTC; undefined for a time that no calendar has, as a stranger's clock may claim. */
export function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined || !(Math.abs(ms) <= LATEST_MS) ? undefined : new Date(ms).toISOString();
}

export function messageJson(type: MessageLine, view: MessageView, saved?: string): string {
  return jsonLine(messageFacts(type, view, saved));
}

type MessageLine = "message" | "request" | "changed";

/** A message as programs are told it. @param saved where its file has been written */
export function messageFacts(type: MessageLine, view: MessageView, saved?: string): object {
  return {
    type,
    id: view.id,
    with: view.with,
    contact: view.contact,
    from: view.from,
    own: view.isOwn,
    kind: view.kind,
    text: view.text,
    replyTo: view.replyTo,
    file: view.file && fileFacts(view.file),
    at: isoTime(view.at),
    arrivedAt: isoTime(view.arrivedAt),
    until: isoTime(view.until),
    edited: view.edited,
    deleted: view.deleted,
    read: view.read,
    reactions: view.reactions,
    state: view.state,
    saved,
  };
}

export function fileFacts({ id, name, type, size, state, done }: FileView): object {
  return { id, name, type, size, state, done };
}

export function contactJson(view: ContactView): string {
  return jsonLine({
    type: "contact",
    contact: view.id,
    name: view.name,
    state: view.state,
    verified: view.verified,
    identities: view.identities,
    devices: view.devices.map(deviceFacts),
    unread: view.unread,
    invite: view.invite,
  });
}

export function deviceFacts({ id, identity, state, isOwn }: DeviceView): object {
  return { id, identity, state, own: isOwn };
}

export function stateJson(id: string, name: string, state: string): string {
  return jsonLine({ type: "state", id, with: name, state });
}

/** @param saved where the file has been written */
export function fileJson(name: string, contact: number, file: FileView, saved: string | undefined): string {
  return jsonLine({ type: "file", with: name, contact, file: fileFacts(file), saved });
}
