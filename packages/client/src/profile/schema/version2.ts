/**
 * What version 2 adds: invites of the user's own, those that the user has answered, and where keys of contacts were
 * looked at. Mailboxes have one kind more; as a CHECK cannot be altered, their table is made anew, its numbers going on.
 */

const MAILBOXES = `
CREATE TABLE newMailboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('front', 'contact', 'invite')),
  contact INTEGER REFERENCES contacts ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('next', 'current', 'old')),
  relay TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  seed BLOB NOT NULL,
  createdAt INTEGER NOT NULL,
  changeAt INTEGER NOT NULL,
  endsAt INTEGER
) STRICT;
INSERT INTO newMailboxes (id, kind, contact, state, relay, fingerprint, seed, createdAt, changeAt, endsAt)
  SELECT id, kind, contact, state, relay, fingerprint, seed, createdAt, changeAt, endsAt FROM mailboxes;
DELETE FROM sqlite_sequence WHERE name = 'newMailboxes';
INSERT INTO sqlite_sequence (name, seq)
  SELECT 'newMailboxes', seq FROM sqlite_sequence WHERE name = 'mailboxes';
DROP TABLE mailboxes;
ALTER TABLE newMailboxes RENAME TO mailboxes;
CREATE INDEX mailboxesOfContact ON mailboxes (contact);
`;

const INVITES = `
CREATE TABLE invites (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox INTEGER NOT NULL UNIQUE REFERENCES mailboxes ON DELETE CASCADE,
  secret BLOB NOT NULL CHECK (length(secret) = 16),
  uses INTEGER NOT NULL,
  used INTEGER NOT NULL,
  "as" TEXT,
  once INTEGER,
  createdAt INTEGER NOT NULL,
  expiresAt INTEGER NOT NULL,
  spentAt INTEGER,
  revokedAt INTEGER,
  published TEXT,
  publishAt INTEGER
) STRICT;
CREATE INDEX invitesToPublish ON invites (publishAt) WHERE publishAt IS NOT NULL;
CREATE TABLE inviteUses (
  invite INTEGER NOT NULL REFERENCES invites ON DELETE CASCADE,
  identity TEXT NOT NULL,
  PRIMARY KEY (invite, identity)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER invitesRemoved AFTER DELETE ON invites WHEN old.once IS NOT NULL BEGIN
  DELETE FROM prekeys WHERE (kind = 'once' AND id = old.once) OR (kind = 'kyber-once' AND id = old.once + 1);
END;
CREATE TABLE answers (
  contact INTEGER PRIMARY KEY REFERENCES contacts ON DELETE CASCADE,
  relay TEXT NOT NULL,
  mailbox TEXT NOT NULL,
  secret BLOB NOT NULL CHECK (length(secret) = 16),
  expiresAt INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'used', 'ended')),
  lookAt INTEGER,
  looks INTEGER NOT NULL
) STRICT;
CREATE INDEX answersToLookAt ON answers (lookAt) WHERE lookAt IS NOT NULL;
`;

const SOURCES = `
CREATE TABLE sources (
  contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
  source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 512),
  checkedAt INTEGER NOT NULL,
  fingerprints TEXT NOT NULL,
  PRIMARY KEY (contact, source)
) STRICT, WITHOUT ROWID;
`;

export const VERSION_2: string = MAILBOXES + INVITES + SOURCES;
