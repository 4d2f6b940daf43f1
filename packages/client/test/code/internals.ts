/** What an attacker on a spoken code needs of a client's inside. */
export {
  openSealedCard,
  PACKET_BYTES,
  type Packet,
  readPacket,
  sealCard,
  writePacket,
} from "../../src/code/packet.ts";
export { agreementOf, cardKey, rendezvousSeed } from "../../src/code/secrets.ts";
export { finish, scalarFrom, start } from "../../src/code/spake2.ts";
export { FIRST_WORDS, SECOND_WORDS } from "../../src/code/words.ts";
export { MAX_RUBBISH } from "../../src/engine/codereader.ts";
