/** What tests need of the profile's inside. */
export { readBackup, writeBackup } from "../../src/profile/backup.ts";
export { type Database, openDatabase, openMemoryDatabase } from "../../src/profile/database.ts";
export { ProfileError, type ProfileErrorCode } from "../../src/profile/errors.ts";
export { exportLines } from "../../src/profile/export.ts";
export type { Protection } from "../../src/profile/keyfile.ts";
export { openMemoryProfile } from "../../src/profile/memory.ts";
export { createProfile, openProfile, protectionOf } from "../../src/profile/open.ts";
export type * from "../../src/profile/profile.ts";
export { restoreBackup } from "../../src/profile/restore.ts";
export { exportSane } from "../../src/profile/salvage.ts";
export { migrate, SCHEMA_STEPS, schemaVersion } from "../../src/profile/schema.ts";
export { profileOver } from "../../src/profile/store.ts";
export { wipeProfile } from "../../src/profile/wipe.ts";
