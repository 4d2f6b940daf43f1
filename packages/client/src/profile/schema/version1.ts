/**
 * The tables of version 1. A column is called as the property of profile.ts that it keeps. Everything that hangs on a
 * contact goes with it; sessions, receipts and the like, which are named by device, go with the device.
 */

const OWN = `
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE own (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  identity BLOB NOT NULL,
  id TEXT NOT NULL,
  deviceKey BLOB NOT NULL,
  registration INTEGER NOT NULL,
  xwingSeed BLOB NOT NULL,
  certificate BLOB NOT NULL,
  createdAt INTEGER NOT NULL
) STRICT;
CREATE TABLE ownList (one INTEGER PRIMARY KEY CHECK (one = 1), list BLOB NOT NULL) STRICT;
`;

const SESSIONS = `
CREATE TABLE sessions (device TEXT PRIMARY KEY, record BLOB NOT NULL) STRICT;
CREATE TABLE deviceKeys (device TEXT PRIMARY KEY, "key" BLOB NOT NULL) STRICT;
CREATE TABLE prekeys (
  kind TEXT NOT NULL CHECK (kind IN ('signed', 'kyber', 'once', 'kyber-once')),
  id INTEGER NOT NULL,
  record BLOB NOT NULL,
  createdAt INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT;
CREATE TABLE prekeyIds (one INTEGER PRIMARY KEY CHECK (one = 1), highest INTEGER NOT NULL) STRICT;
CREATE TABLE kyberUsed (
  kyber INTEGER NOT NULL,
  signed INTEGER NOT NULL,
  baseKey BLOB NOT NULL,
  PRIMARY KEY (kyber, signed, baseKey)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER prekeysRemoved AFTER DELETE ON prekeys BEGIN
  DELETE FROM kyberUsed WHERE (old.kind IN ('kyber', 'kyber-once') AND kyber = old.id)
    OR (old.kind = 'signed' AND signed = old.id);
END;
`;

const CONTACTS = `
CREATE TABLE contacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  foldedName TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('contact', 'request', 'blocked', 'me')),
  verified INTEGER NOT NULL,
  retentionMs INTEGER,
  timerMs INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  createdAt INTEGER NOT NULL
) STRICT;
CREATE TABLE identities (
  number INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  blob BLOB NOT NULL,
  contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
  list BLOB,
  counter INTEGER NOT NULL,
  pinnedAt INTEGER NOT NULL,
  lookupAt INTEGER,
  lookups INTEGER NOT NULL
) STRICT;
CREATE INDEX identitiesOfContact ON identities (contact);
CREATE INDEX identitiesLookup ON identities (lookupAt) WHERE lookupAt IS NOT NULL;
CREATE TABLE changes (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
  kind TEXT NOT NULL,
  about TEXT NOT NULL
) STRICT;
CREATE INDEX changesOfContact ON changes (contact, row);
`;

const DEVICES = `
CREATE TABLE devices (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  identity TEXT NOT NULL REFERENCES identities (fingerprint) ON DELETE CASCADE,
  "key" BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('unconfirmed', 'confirmed', 'withdrawn')),
  card BLOB NOT NULL,
  relay TEXT NOT NULL,
  mailbox TEXT NOT NULL,
  routedAt INTEGER NOT NULL,
  sayAs BLOB,
  session TEXT NOT NULL CHECK (session IN ('none', 'opened', 'answered')),
  turn INTEGER NOT NULL,
  received INTEGER NOT NULL,
  resetAt INTEGER,
  resets INTEGER NOT NULL
) STRICT;
CREATE INDEX devicesOfIdentity ON devices (identity);
CREATE TABLE shortIds (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  shortId BLOB NOT NULL UNIQUE CHECK (length(shortId) = 16),
  device TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX shortIdsOfDevice ON shortIds (device);
CREATE TABLE mailboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('front', 'contact')),
  contact INTEGER REFERENCES contacts ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('next', 'current', 'old')),
  relay TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  seed BLOB NOT NULL,
  createdAt INTEGER NOT NULL,
  changeAt INTEGER NOT NULL,
  endsAt INTEGER
) STRICT;
CREATE INDEX mailboxesOfContact ON mailboxes (contact);
`;

/** What is deleted leaves no word in the index: it is told of every change, and rewrites the pages that had it. */
const MESSAGES = `
CREATE TABLE messages (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
  position INTEGER NOT NULL,
  id BLOB NOT NULL CHECK (length(id) = 16),
  sender TEXT NOT NULL,
  isOwn INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  arrivedAt INTEGER NOT NULL,
  until INTEGER,
  readAt INTEGER,
  kind TEXT NOT NULL,
  body BLOB NOT NULL,
  text TEXT,
  editedAt INTEGER,
  isDeleted INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX messagesById ON messages (id, contact, sender);
CREATE INDEX messagesInOrder ON messages (contact, position);
CREATE INDEX messagesOfSender ON messages (contact, sender, n, position);
CREATE INDEX messagesUntil ON messages (until) WHERE until IS NOT NULL;
CREATE INDEX messagesArrived ON messages (contact, arrivedAt);
CREATE INDEX messagesUnread ON messages (contact, position) WHERE isOwn = 0 AND readAt IS NULL;
CREATE VIRTUAL TABLE messageWords USING fts5 (
  text, content = 'messages', content_rowid = 'row', tokenize = 'signal_tokenizer'
);
INSERT INTO messageWords (messageWords, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER messagesAdded AFTER INSERT ON messages WHEN new.text IS NOT NULL BEGIN
  INSERT INTO messageWords (rowid, text) VALUES (new.row, new.text);
END;
CREATE TRIGGER messagesEdited AFTER UPDATE OF text ON messages BEGIN
  INSERT INTO messageWords (messageWords, rowid, text)
    SELECT 'delete', old.row, old.text WHERE old.text IS NOT NULL;
  INSERT INTO messageWords (rowid, text) SELECT new.row, new.text WHERE new.text IS NOT NULL;
END;
CREATE TABLE reactions (
  contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
  target BLOB NOT NULL CHECK (length(target) = 16),
  "by" TEXT NOT NULL,
  emoji TEXT NOT NULL,
  UNIQUE (contact, target, "by")
) STRICT;
CREATE TABLE early (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
  target BLOB NOT NULL,
  sender TEXT NOT NULL,
  content BLOB NOT NULL,
  arrivedAt INTEGER NOT NULL
) STRICT;
CREATE INDEX earlyOfTarget ON early (contact, target);
CREATE TABLE files (
  number INTEGER PRIMARY KEY,
  id BLOB NOT NULL CHECK (length(id) = 16),
  contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
  message BLOB NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 BLOB NOT NULL,
  partBytes INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'complete', 'cancelled', 'failed')),
  createdAt INTEGER NOT NULL,
  UNIQUE (contact, id)
) STRICT;
CREATE INDEX filesOfMessage ON files (contact, message);
CREATE TABLE parts (
  contact INTEGER NOT NULL,
  file BLOB NOT NULL,
  "index" INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (contact, file, "index"),
  FOREIGN KEY (contact, file) REFERENCES files (contact, id) ON DELETE CASCADE
) STRICT;
CREATE TRIGGER messagesRemoved AFTER DELETE ON messages BEGIN
  INSERT INTO messageWords (messageWords, rowid, text)
    SELECT 'delete', old.row, old.text WHERE old.text IS NOT NULL;
  DELETE FROM reactions WHERE contact = old.contact AND target = old.id
    AND NOT EXISTS (SELECT 1 FROM messages WHERE id = old.id AND contact = old.contact);
  DELETE FROM files WHERE contact = old.contact AND message = old.id
    AND NOT EXISTS (SELECT 1 FROM messages WHERE id = old.id AND contact = old.contact);
END;
`;

const DELIVERIES = `
CREATE TABLE deliveries (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL CHECK (length(id) = 16),
  contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
  device TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('message', 'copy', 'control')),
  content BLOB NOT NULL,
  ciphertext BLOB,
  isOpening INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'at-relay', 'delivered', 'read', 'expired', 'refused')),
  attempts INTEGER NOT NULL,
  nextAt INTEGER,
  bootId BLOB,
  acceptedAt INTEGER NOT NULL,
  expiresAt INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveriesOfContent ON deliveries (id, contact);
CREATE INDEX deliveriesOfContact ON deliveries (contact);
CREATE INDEX deliveriesOpen ON deliveries (device, row) WHERE state IN ('queued', 'at-relay');
CREATE INDEX deliveriesDue ON deliveries (nextAt) WHERE state IN ('queued', 'at-relay') AND device <> '';
CREATE INDEX deliveriesExpiry ON deliveries (expiresAt) WHERE state IN ('queued', 'at-relay');
CREATE INDEX deliveriesAccepted ON deliveries (acceptedAt);
CREATE TABLE receipts (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  device TEXT NOT NULL,
  id BLOB NOT NULL CHECK (length(id) = 16),
  kind TEXT NOT NULL CHECK (kind IN ('delivered', 'read')),
  dueAt INTEGER NOT NULL,
  UNIQUE (device, kind, id)
) STRICT;
CREATE INDEX receiptsDue ON receipts (dueAt);
CREATE TABLE seen (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  device TEXT NOT NULL,
  id BLOB NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX seenOfDevice ON seen (device);
CREATE INDEX seenUntil ON seen (until);
CREATE TABLE gaps (
  device TEXT NOT NULL,
  n INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (device, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX gapsSince ON gaps (since);
CREATE TRIGGER devicesRemoved AFTER DELETE ON devices BEGIN
  DELETE FROM sessions WHERE device = old.id;
  DELETE FROM deviceKeys WHERE device = old.id;
  DELETE FROM receipts WHERE device = old.id;
  DELETE FROM seen WHERE device = old.id;
  DELETE FROM gaps WHERE device = old.id;
END;
`;

export const VERSION_1: string = OWN + SESSIONS + CONTACTS + DEVICES + MESSAGES + DELIVERIES;
