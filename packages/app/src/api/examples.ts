/** What stands in the examples of docs/rpc.md. */
import type * as v from "valibot";
import type { Contact, Message } from "./views.ts";

export const IDENTITY = "SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE";
export const DEVICE = "0f3c8a52-9d1e-8b7a-a1c0-5e2f6b7d8c90";
export const MESSAGE_ID = "3f2a9c1e5b7d8c90a1c05e2f6b7d8c90";
export const FILE_ID = "5e2f6b7d8c90a1c03f2a9c1e5b7d8c90";
export const KEY_LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… bob@laptop";
export const AT = 1_790_000_000_000;

export const BOB: v.InferInput<typeof Contact> = {
  id: 2,
  name: "bob",
  state: "contact",
  verified: false,
  identities: [IDENTITY],
  devices: [],
  unread: 0,
  timerMs: 0,
  hasCard: false,
  lookups: 1,
};

export const SAID: v.InferInput<typeof Message> = {
  id: MESSAGE_ID,
  contact: 2,
  with: "bob",
  from: IDENTITY,
  isOwn: true,
  kind: "text",
  text: "See you at eight",
  at: AT,
  arrivedAt: AT,
  edited: false,
  deleted: false,
  read: true,
  reactions: [],
  state: "queued",
};
