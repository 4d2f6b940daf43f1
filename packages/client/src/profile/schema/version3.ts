/**
 * What version 3 adds: how much of the disk what each contact has said takes, counted as it comes and goes; and an index by
 * which files on their way are found among all that ever were.
 */

const FILES = `
CREATE INDEX filesOpen ON files (contact) WHERE state IN ('offered', 'accepted');
`;

/** Measured, with what the indexes take (conformance/profile/room.ts): a line, a byte of its text, a ciphertext. */
const LINE_BYTES = 512;
const TEXT_FACTOR = 5;
const SEEN_BYTES = 320;

function weight(row: string): string {
  return `(${LINE_BYTES} + octet_length(${row}body) + ${TEXT_FACTOR} * ifnull(octet_length(${row}text), 0))`;
}

function charge(contact: string, bytes: string): string {
  return `INSERT INTO room (contact, bytes) VALUES (${contact}, ${bytes})
    ON CONFLICT (contact) DO UPDATE SET bytes = bytes + excluded.bytes;`;
}

const ROOM = `
CREATE TABLE room (
  contact INTEGER PRIMARY KEY REFERENCES contacts ON DELETE CASCADE,
  bytes INTEGER NOT NULL DEFAULT 0,
  fullAt INTEGER
) STRICT;
CREATE INDEX roomFull ON room (contact) WHERE fullAt IS NOT NULL;
ALTER TABLE seen ADD COLUMN contact INTEGER;
UPDATE seen SET contact = (
  SELECT identities.contact FROM devices JOIN identities ON identities.fingerprint = devices.identity
    WHERE devices.id = seen.device
);
INSERT INTO room (contact, bytes)
  SELECT contact, sum(bytes) FROM (
    SELECT contact, ${weight("")} AS bytes FROM messages WHERE isOwn = 0
    UNION ALL SELECT contact, ${SEEN_BYTES} FROM seen WHERE contact IS NOT NULL
  ) GROUP BY contact;
CREATE TRIGGER messagesCharged AFTER INSERT ON messages WHEN new.isOwn = 0 BEGIN
  ${charge("new.contact", weight("new."))}
END;
CREATE TRIGGER messagesChanged AFTER UPDATE OF body, text ON messages WHEN old.isOwn = 0 BEGIN
  UPDATE room SET bytes = bytes + ${weight("new.")} - ${weight("old.")} WHERE contact = old.contact;
END;
CREATE TRIGGER messagesCredited AFTER DELETE ON messages WHEN old.isOwn = 0 BEGIN
  UPDATE room SET bytes = bytes - ${weight("old.")} WHERE contact = old.contact;
END;
CREATE TRIGGER seenCharged AFTER INSERT ON seen WHEN new.contact IS NOT NULL BEGIN
  ${charge("new.contact", String(SEEN_BYTES))}
END;
CREATE TRIGGER seenCredited AFTER DELETE ON seen WHEN old.contact IS NOT NULL BEGIN
  UPDATE room SET bytes = bytes - ${SEEN_BYTES} WHERE contact = old.contact;
END;
`;

export const VERSION_3: string = FILES + ROOM;
