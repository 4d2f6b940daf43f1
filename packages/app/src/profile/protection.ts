/** What protects a profile on the disk: chosen at its beginning, and what it takes to open it again. */
import type { Protection, Unlock } from "@asfaleia/client/messenger";
import { hasLetterForm } from "@asfaleia/identity/letter";
import { cleanLine } from "../display.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import { note } from "../io.ts";
import type { OwnKey } from "../keys.ts";
import { askPassphrase, currentPerson } from "../person.ts";
import type { Where } from "./where.ts";

/** The options of every verb that makes a profile. */
export const PROTECTION_OPTIONS = {
  passphrase: { type: "boolean" },
  "no-passphrase": { type: "boolean" },
} as const;

export const PROTECTION_HELP = `  --passphrase     protect the profile by a passphrase of its own, even where the SSH key has one
  --no-passphrase  ask for none: the profile is then only as safe as the folder and the SSH key file are`;

export interface ProtectionValues {
  readonly passphrase?: boolean;
  readonly "no-passphrase"?: boolean;
}

const TRIES = 3;

/**
 * Where the SSH key has a passphrase and can open files, the profile is sealed to it; else a passphrase is asked for.
 * @throws Failure `usage` where nobody can be asked; Interrupted
 */
export async function chooseProtection(
  values: ProtectionValues,
  key: OwnKey,
  signal: AbortSignal,
): Promise<Protection> {
  if (values.passphrase && values["no-passphrase"])
    throw usage("say --passphrase or --no-passphrase, not both");
  const opensFiles = key.file !== undefined && hasLetterForm(key.publicKey);
  const bySsh: Protection | undefined = opensFiles ? { kind: "ssh", publicKey: key.publicKey } : undefined;
  if (values["no-passphrase"]) return bySsh ?? { kind: "none" };
  if (!values.passphrase && bySsh !== undefined && (await key.hasPassphrase())) return bySsh;
  const passphrase = await newPassphrase("the profile", signal);
  return passphrase === "" ? (bySsh ?? { kind: "none" }) : { kind: "passphrase", passphrase };
}

/**
 * Asks for a new passphrase, twice.
 * @throws Failure `usage` where nobody can be asked; Interrupted
 */
export async function newPassphrase(what: string, signal: AbortSignal): Promise<string> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const first = await askText(`Enter a passphrase for ${what} (empty for none): `, signal);
    if (first === null) {
      throw usage(
        "a passphrase is needed, and nobody can be asked: run this at a terminal, name an askpass program in " +
          "SSH_ASKPASS (with SSH_ASKPASS_REQUIRE=force), or say --no-passphrase",
      );
    }
    if (first === "" || (await askText("Enter the same passphrase again: ", signal)) === first) return first;
    note("The two differ.");
  }
  throw new Failure(EXIT.key, "the passphrases differ");
}

/** What `openProfile` asks for. @param key finds the SSH key */
export function unlockWith(where: Where, key: () => Promise<OwnKey>, signal: AbortSignal): Unlock {
  return {
    passphrase: () => askFor(`Enter passphrase for the profile '${where.name}': `, signal),
    privateKey: async () => {
      const own = await key();
      const privateKey = await own.privateKey();
      if (privateKey !== null) return privateKey;
      throw new Failure(
        EXIT.key,
        "the profile is sealed to an SSH key, and an agent cannot open it: name the file with -i",
      );
    },
  };
}

/** @throws Failure `key` where nobody answers */
export async function askFor(question: string, signal: AbortSignal): Promise<string> {
  const answer = await askText(question, signal);
  if (answer !== null && answer !== "") return answer;
  throw new Failure(
    EXIT.key,
    currentPerson().canAskSecret()
      ? "nothing is opened without the passphrase"
      : "the passphrase is needed: run this at a terminal, or name an askpass program in SSH_ASKPASS (with SSH_ASKPASS_REQUIRE=force)",
  );
}

async function askText(question: string, signal: AbortSignal): Promise<string | null> {
  const bytes = await askPassphrase(cleanLine(question), signal);
  if (bytes === null) return null;
  const text = Buffer.from(bytes).toString("utf8");
  bytes.fill(0);
  return text;
}

/** The plain truth about what protects a profile. @param keyHasPassphrase of the SSH key's file; undefined: not known */
export function protectionText(
  kind: Protection["kind"] | "memory",
  keyHasPassphrase: boolean | undefined,
): string {
  switch (kind) {
    case "memory":
      return "nothing is on the disk";
    case "passphrase":
      return "a passphrase";
    case "none":
      return "nothing but the rights of its folder: whoever can read that reads everything";
    case "ssh":
      return keyHasPassphrase
        ? "the SSH key, whose file has a passphrase"
        : "the SSH key, whose file has no passphrase: whoever gets both reads everything";
  }
}
