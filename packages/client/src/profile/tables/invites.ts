/** Invites of the user's own, and those of others that the user has answered. */
import type { Database } from "../database.ts";
import type { Answer, AnswerTable, Invite, InviteTable } from "../profile.ts";
import { Rows } from "../rows.ts";

export function inviteTable(db: Database): InviteTable {
  const invites = new Rows<Invite>(db, "invites", {
    id: "plain",
    mailbox: "plain",
    secret: "plain",
    uses: "plain",
    used: "plain",
    as: "optional",
    once: "optional",
    createdAt: "plain",
    expiresAt: "plain",
    spentAt: "optional",
    revokedAt: "optional",
    published: "optional",
    publishAt: "optional",
  });
  return {
    add(invite) {
      const { id: _, ...others }: Partial<Invite> = invite;
      return invites.add(others);
    },
    get: (id) => invites.first("WHERE id = ?", id),
    ofMailbox: (mailbox) => invites.first("WHERE mailbox = ?", mailbox),
    all: () => invites.all("ORDER BY id"),
    update: (id, changes) => invites.change(changes, "id = ?", id),
    toPublish: (now) => invites.all("WHERE publishAt <= ? ORDER BY publishAt, id", now),
    nextPublishAt: () => db.number("SELECT min(publishAt) FROM invites WHERE publishAt IS NOT NULL"),
    hasten(latest) {
      invites.change({ publishAt: latest }, "publishAt > ?", latest);
    },
    wasUsedBy: (invite, identity) =>
      db.value("SELECT 1 FROM inviteUses WHERE invite = ? AND identity = ?", invite, identity) !== undefined,
    addUse(invite, identity) {
      db.run("INSERT INTO inviteUses VALUES (?, ?) ON CONFLICT DO NOTHING", invite, identity);
    },
  };
}

export function answerTable(db: Database): AnswerTable {
  const answers = new Rows<Answer>(db, "answers", {
    contact: "plain",
    relay: "plain",
    mailbox: "plain",
    secret: "plain",
    expiresAt: "plain",
    state: "plain",
    lookAt: "optional",
    looks: "plain",
  });
  return {
    put(answer) {
      db.atomically(() => {
        answers.remove("contact = ?", answer.contact);
        answers.add(answer);
      });
    },
    get: (contact) => answers.first("WHERE contact = ?", contact),
    update: (contact, changes) => answers.change(changes, "contact = ?", contact),
    remove(contact) {
      answers.remove("contact = ?", contact);
    },
    toLookAt: (now) => answers.first("WHERE lookAt <= ? ORDER BY lookAt, contact LIMIT 1", now),
    nextLookAt: () => db.number("SELECT min(lookAt) FROM answers WHERE lookAt IS NOT NULL"),
    hasten(latest) {
      answers.change({ lookAt: latest }, "lookAt > ?", latest);
    },
  };
}
