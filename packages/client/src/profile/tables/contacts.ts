/** Contacts and their pinned SSH keys. */
import type { Database } from "../database.ts";
import type { Contact, ContactTable, Identity, IdentityTable } from "../profile.ts";
import { Rows, type Shape } from "../rows.ts";

type ContactRow = Contact & { readonly foldedName: string };

export const CONTACT_SHAPE: Shape<ContactRow> = {
  id: "plain",
  name: "plain",
  foldedName: "plain",
  state: "plain",
  verified: "boolean",
  retentionMs: "optional",
  timerMs: "plain",
  sent: "plain",
  createdAt: "plain",
};

export const IDENTITY_SHAPE: Shape<Identity> = {
  fingerprint: "plain",
  blob: "plain",
  contact: "plain",
  list: "optional",
  counter: "plain",
  pinnedAt: "plain",
  lookupAt: "optional",
  lookups: "plain",
};

/** Names that are alike but for letter case fold to one. */
export function foldedName(name: string): string {
  // Upper case first: ß and SS, or the two forms of a small sigma, are told apart by lower case alone.
  return name.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

export function contactTable(db: Database): ContactTable {
  const contacts = new Rows<ContactRow>(db, "contacts", CONTACT_SHAPE);

  function plain({ foldedName: _, ...contact }: ContactRow): Contact {
    return contact;
  }
  function first(rest: string, cell: string | number): Contact | undefined {
    const contact = contacts.first(rest, cell);
    return contact && plain(contact);
  }
  function folded<C extends Partial<Contact>>(contact: C): C & { readonly foldedName?: string } {
    return contact.name === undefined ? contact : { ...contact, foldedName: foldedName(contact.name) };
  }

  return {
    add: (contact) => contacts.add(folded(withoutId(contact))),
    get: (id) => first("WHERE id = ?", id),
    byName: (name) => first("WHERE foldedName = ?", foldedName(name)),
    all: () => contacts.all("ORDER BY id").map(plain),
    update: (id, changes) => contacts.change(folded(withoutId(changes)), "id = ?", id),
    remove(id) {
      contacts.remove("id = ?", id);
    },
  };
}

/** Ids are drawn here; one that a caller copied along does not count. */
function withoutId(contact: Partial<Contact>): Partial<Contact> {
  const { id: _, ...others } = contact;
  return others;
}

export function identityTable(db: Database): IdentityTable {
  const identities = new Rows<Identity>(db, "identities", IDENTITY_SHAPE);
  return {
    add(identity) {
      identities.add(identity);
    },
    get: (fingerprint) => identities.first("WHERE fingerprint = ?", fingerprint),
    ofContact: (contact) => identities.all("WHERE contact = ? ORDER BY number", contact),
    update: (fingerprint, changes) => identities.change(changes, "fingerprint = ?", fingerprint),
    hasten(latest) {
      identities.change({ lookupAt: latest }, "lookupAt > ?", latest);
    },
    remove(fingerprint) {
      identities.remove("fingerprint = ?", fingerprint);
    },
    toLookUp: (now, limit) =>
      identities.all("WHERE lookupAt <= ? ORDER BY lookupAt, number LIMIT ?", now, limit),
    nextLookupAt: () => db.number("SELECT min(lookupAt) FROM identities WHERE lookupAt IS NOT NULL"),
  };
}
