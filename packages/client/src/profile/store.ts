/** A profile over a database that has its tables. */
import type { Database } from "./database.ts";
import type { Profile } from "./profile.ts";
import { gapTable, seenTable } from "./tables/arrivals.ts";
import { changeTable } from "./tables/changes.ts";
import { contactTable, identityTable } from "./tables/contacts.ts";
import { deliveryTable, receiptTable } from "./tables/deliveries.ts";
import { deviceTable, mailboxTable } from "./tables/devices.ts";
import { fileTable } from "./tables/files.ts";
import { answerTable, inviteTable } from "./tables/invites.ts";
import { messageTable } from "./tables/messages.ts";
import { ownTable, settingsTable } from "./tables/own.ts";
import { roomTable } from "./tables/room.ts";
import { sessionTable } from "./tables/sessions.ts";
import { sourceTable } from "./tables/sources.ts";

/** @param closed called once, when the profile has been closed */
export function profileOver(db: Database, closed: () => void = () => {}): Profile {
  let isOpen = true;
  return {
    transaction: (work) => db.transaction(work),
    settings: settingsTable(db),
    own: ownTable(db),
    sessions: sessionTable(db),
    contacts: contactTable(db),
    identities: identityTable(db),
    devices: deviceTable(db),
    mailboxes: mailboxTable(db),
    invites: inviteTable(db),
    answers: answerTable(db),
    sources: sourceTable(db),
    messages: messageTable(db),
    deliveries: deliveryTable(db),
    receipts: receiptTable(db),
    seen: seenTable(db),
    gaps: gapTable(db),
    files: fileTable(db),
    changes: changeTable(db),
    room: roomTable(db),
    close() {
      if (!isOpen) return;
      isOpen = false;
      try {
        db.close();
      } finally {
        closed();
      }
    },
  };
}
