/** What a simulated world needs of a client's inside: a link over any stream, and the engine with what it takes from the world. */
export { formatCode, parseCode, wordsFrom } from "../src/code/spokencode.ts";
export { initProfile } from "../src/engine/init.ts";
export { mailboxSigner } from "../src/engine/mailboxkey.ts";
export { openMessenger } from "../src/engine/open.ts";
export type { Clock, Dial, Environment, Random } from "../src/environment.ts";
export { type Card, makeCard, openCard } from "../src/format/card.ts";
export { makeCertificate } from "../src/format/certificate.ts";
export {
  type Content,
  decodeContent,
  decodePlaintext,
  encodeBody,
  encodePlaintext,
} from "../src/format/content.ts";
export { deviceId } from "../src/format/deviceid.ts";
export { makeDeviceList } from "../src/format/devicelist.ts";
export { ENVELOPE_SIZES, type Inner, openEnvelope, sealEnvelope } from "../src/format/envelope.ts";
export { sha256 } from "../src/format/hash.ts";
export { type Invite, makeInviteLink, pinPrefixOf, readInviteLink } from "../src/format/invite.ts";
export {
  INVITE_DOCUMENT_BYTES,
  INVITE_SLOT,
  type InviteDocument,
  inviteProof,
  openInvite,
  sealInvite,
} from "../src/format/invitedocument.ts";
export { xwingKeyFromSeed } from "../src/format/xwing.ts";
export type { AuthToken } from "../src/link/authenticate.ts";
export { Connection } from "../src/link/connection.ts";
export { LinkError, RefusedError } from "../src/link/errors.ts";
export type { Link } from "../src/link/link.ts";
export { checkRelayProof, hasPinPrefix } from "../src/link/proof.ts";
export { RelayLink } from "../src/link/relaylink.ts";
export {
  type ContactView,
  type InitOptions,
  type InviteOptions,
  type InviteView,
  type MessageView,
  type Messenger,
  MessengerError,
  type MessengerOptions,
} from "../src/messenger.ts";
export { type Database, openMemoryDatabase } from "../src/profile/database.ts";
export { openMemoryProfile } from "../src/profile/memory.ts";
export type { DeliveryState, OwnDevice, Profile } from "../src/profile/profile.ts";
export { migrate } from "../src/profile/schema.ts";
export { profileOver } from "../src/profile/store.ts";
export { DEFAULT_DELAYS, type Delays } from "../src/rules/resend.ts";
export { devicePublicKey, newDevice, newKyberPrekey, newSignedPrekey } from "../src/session/keys.ts";
export { openSessions, type Sessions, type Stage } from "../src/session/session.ts";
