/** What version 3 adds: an index by which files on their way are found among all that ever were. */

const FILES = `
CREATE INDEX filesOpen ON files (contact) WHERE state IN ('offered', 'accepted');
`;

export const VERSION_3: string = FILES;
