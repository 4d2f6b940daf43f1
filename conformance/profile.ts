/** What every Profile must do, wherever it keeps things. */
import { describe } from "node:test";
import type { Profile } from "../packages/client/test/profile/internals.ts";
import { contactsConform } from "./profile/contacts.ts";
import { deliveriesConform } from "./profile/deliveries.ts";
import { invitesConform } from "./profile/invites.ts";
import { messagesConform } from "./profile/messages.ts";
import { roomConforms } from "./profile/room.ts";
import { sessionsConform } from "./profile/sessions.ts";
import { transactionsConform } from "./profile/transactions.ts";

/** A test on an empty profile of its own. */
export type OnProfile = (name: string, work: (profile: Profile) => void) => void;

/** @param test runs a test on an empty profile */
export function profileConforms(test: OnProfile): void {
  describe("transactions", () => transactionsConform(test));
  describe("sessions", () => sessionsConform(test));
  describe("contacts", () => contactsConform(test));
  describe("invites", () => invitesConform(test));
  describe("messages", () => messagesConform(test));
  describe("deliveries", () => deliveriesConform(test));
  describe("room", () => roomConforms(test));
}
