/** Where somebody else may have us dial: a card, or the link of an invite, names a relay, and could name a service of this machine. */
import { BlockList, isIP } from "node:net";
import type { Address } from "@asfaleia/protocol";

/** RFC 1122 section 3.2.1.3 and RFC 4291 sections 2.5.2 and 2.5.3; IPv4 addresses in IPv6 ones are seen through. */
const THIS_MACHINE = new BlockList();
THIS_MACHINE.addSubnet("127.0.0.0", 8);
THIS_MACHINE.addSubnet("0.0.0.0", 8);
THIS_MACHINE.addAddress("::1", "ipv6");
THIS_MACHINE.addAddress("::", "ipv6");
/** RFC 6761 section 6.3. */
const LOCAL_NAME = /(^|\.)localhost\.?$/;

/**
 * Whether an address that somebody else gave may be dialled. One that leads to this very machine counts where a relay of one's
 * own is here too: a socket in the file system only if it is that relay's. What a name means is found out when it is dialled.
 * @param own the own relays
 */
export function mayDial(address: Address, own: readonly Address[]): boolean {
  if (address.transport === "unix")
    return own.some((relay) => relay.transport === "unix" && relay.path === address.path);
  return !isHere(address) || own.some(isHere);
}

function isHere(address: Address): boolean {
  if (address.transport === "unix") return true;
  const host = address.host.replace(/%.*$/, "");
  const kind = isIP(host);
  return kind === 0 ? LOCAL_NAME.test(host) : THIS_MACHINE.check(host, kind === 4 ? "ipv4" : "ipv6");
}
