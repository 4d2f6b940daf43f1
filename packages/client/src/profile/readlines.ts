/** Reads the lines of a backup, strictly: a line of an unknown kind or shape is damage. */
import { isFingerprint } from "@asfaleia/protocol";
import * as v from "valibot";
import { ProfileError } from "./errors.ts";
import { LINES_VERSION, type Line } from "./lines.ts";
import { MAX_SOURCE_CHARACTERS } from "./profile.ts";

/** The longest has a text of 64 KiB twice, once of them in base64, and its reactions. */
export const MAX_LINE_CHARACTERS = 1024 * 1024;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const base64 = v.pipe(
  v.string(),
  v.check((text) => Buffer.from(text, "base64").toString("base64") === text),
);

const LINE = v.variant("type", [
  v.strictObject({
    type: v.literal("asfaleia"),
    version: v.literal(LINES_VERSION),
    what: v.picklist(["export", "backup"]),
  }),
  v.strictObject({ type: v.literal("setting"), name: v.string(), value: v.string() }),
  v.strictObject({
    type: v.literal("contact"),
    id: whole,
    name: v.pipe(v.string(), v.minLength(1)),
    state: v.picklist(["contact", "request", "blocked", "me"]),
    verified: v.boolean(),
    retentionMs: v.optional(whole),
    timerMs: whole,
    createdAt: whole,
    identities: v.array(
      v.strictObject({
        fingerprint: v.string(),
        blob: base64,
        list: v.optional(base64),
        counter: whole,
        pinnedAt: whole,
      }),
    ),
    sources: v.optional(
      v.array(
        v.strictObject({
          source: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_SOURCE_CHARACTERS)),
          checkedAt: whole,
          fingerprints: v.array(v.pipe(v.string(), v.check(isFingerprint))),
        }),
      ),
    ),
  }),
  v.strictObject({
    type: v.literal("message"),
    contact: whole,
    id,
    sender: v.string(),
    isOwn: v.boolean(),
    n: whole,
    at: whole,
    arrivedAt: whole,
    until: v.optional(whole),
    readAt: v.optional(whole),
    kind: v.string(),
    body: base64,
    text: v.optional(v.string()),
    editedAt: v.optional(whole),
    isDeleted: v.boolean(),
    reactions: v.array(v.strictObject({ by: v.string(), emoji: v.string() })),
  }),
  v.strictObject({ type: v.literal("end"), messages: whole, unreadable: whole }),
]);

/**
 * All lines between the head and the end.
 * @throws ProfileError `damaged`; `newer-version` for a head of a later version
 */
export function readLines(lines: Iterable<string>): Line[] {
  const [head, ...others] = Array.from(lines, (line, index) => readLine(line, index === 0));
  if (head?.type !== "asfaleia") throw damaged();
  const end = others.pop();
  const messages = others.filter(({ type }) => type === "message").length;
  if (end?.type !== "end" || end.messages !== messages) throw damaged();
  if (others.some(({ type }) => type === "asfaleia" || type === "end")) throw damaged();
  return others;
}

function readLine(text: string, isHead: boolean): Line {
  if (text.length > MAX_LINE_CHARACTERS) throw damaged();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged();
  }
  if (isHead && isLater(json)) throw new ProfileError("newer-version");
  const result = v.safeParse(LINE, json);
  if (!result.success) throw damaged();
  return result.output;
}

function isLater(head: unknown): boolean {
  const { type, version } = Object(head) as { type?: unknown; version?: unknown };
  return type === "asfaleia" && typeof version === "number" && version > LINES_VERSION;
}

function damaged(): ProfileError {
  return new ProfileError("damaged", { detail: "this is no backup, or not a whole one" });
}
