/**
 * The messenger: `@asfaleia/client/messenger`. Apart from the links, because it loads the cryptography of sessions and the
 * store, which takes a tenth of a second (docs/library.md).
 */
export { completeCode, formatCode, parseCode, type SpokenCode } from "./code/spokencode.ts";
export { initProfile } from "./engine/init.ts";
export { openMessenger } from "./engine/open.ts";
export { SETTING_NAMES } from "./engine/settings.ts";
export type { Clock, Dial, DialOptions, DiskSpace, Environment, Random } from "./environment.ts";
export { type Card, openCard } from "./format/card.ts";
export { readCardText, writeCardText } from "./format/cardtext.ts";
export { FormatError, type FormatErrorCode } from "./format/errors.ts";
export { type Invite, readInviteLink } from "./format/invite.ts";
export {
  type CodeOffer,
  type ContactView,
  type DeviceView,
  type FileView,
  type HistoryOptions,
  type InitOptions,
  type InviteOptions,
  type InviteState,
  type InviteView,
  type JoinOptions,
  type MakeCodeOptions,
  type MessageView,
  type Messenger,
  MessengerError,
  type MessengerErrorCode,
  type MessengerEvent,
  type MessengerOptions,
  type RelayStatus,
  type SendOptions,
  type SourceView,
  type Status,
} from "./messenger.ts";
export { readBackup, writeBackup } from "./profile/backup.ts";
export { ProfileError, type ProfileErrorCode } from "./profile/errors.ts";
export { exportLines } from "./profile/export.ts";
export type { Protection } from "./profile/keyfile.ts";
export { openMemoryProfile } from "./profile/memory.ts";
export { createProfile, openProfile, protectionOf } from "./profile/open.ts";
export type { ContactState, DeliveryState, DeviceState, FileState, Profile } from "./profile/profile.ts";
export { restoreBackup } from "./profile/restore.ts";
export { exportSane } from "./profile/salvage.ts";
export type { Seal, Unlock } from "./profile/sealed.ts";
export { wipeProfile } from "./profile/wipe.ts";
export { DEFAULT_DELAYS, type Delays } from "./rules/resend.ts";
