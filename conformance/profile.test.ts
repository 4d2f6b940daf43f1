/** The suite of profiles, in memory and in a folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createProfile, openMemoryProfile } from "../packages/client/test/profile/internals.ts";
import { profileConforms } from "./profile.ts";

describe("a profile in memory", () => {
  profileConforms((name, work) => {
    it(name, () => {
      const profile = openMemoryProfile();
      try {
        work(profile);
      } finally {
        profile.close();
      }
    });
  });
});

describe("a profile in a folder", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "asfaleia-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  let made = 0;
  profileConforms((name, work) => {
    it(name, async () => {
      const profile = await createProfile(join(folder, `${++made}`), { kind: "none" });
      try {
        work(profile);
      } finally {
        profile.close();
      }
    });
  });
});
