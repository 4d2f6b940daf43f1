/** Where somebody else may have us dial. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "@asfaleia/protocol";
import { mayDial } from "../../src/rules/dialling.ts";

const REMOTE = parseAddress("asfaleia://relay.example");
const HERE = parseAddress("asfaleia://127.0.0.1:3308");
const SOCKET = parseAddress("asfaleia+unix:/run/relay");

const OF_THIS_MACHINE = [
  "127.0.0.1",
  "127.1.2.3:22",
  "0.0.0.0",
  "0.1.2.3",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[::]",
  "[::1%lo]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:127.9.9.9]",
  "localhost",
  "localhost.",
  "LOCALHOST:80",
  "sub.localhost",
].map((place) => parseAddress(`asfaleia://${place}`));

const ELSEWHERE = [
  "relay.example",
  "192.168.1.1",
  "10.0.0.1",
  "128.0.0.1",
  "126.255.255.255",
  "[fe80::1%eth0]",
  "[2001:db8::1]",
  "[::ffff:192.0.2.1]",
  "localhost.example",
  "notlocalhost",
  `${"a".repeat(56)}.onion`,
].map((place) => parseAddress(`asfaleia://${place}`));

test("an address of this machine is dialled only by who has a relay here", () => {
  for (const address of OF_THIS_MACHINE) {
    const text = JSON.stringify(address);
    assert.equal(mayDial(address, [REMOTE]), false, text);
    assert.equal(mayDial(address, []), false, text);
    for (const own of [HERE, SOCKET, ...OF_THIS_MACHINE])
      assert.equal(mayDial(address, [REMOTE, own]), true, text);
  }
});

test("every other one is dialled by all", () => {
  for (const address of ELSEWHERE)
    for (const own of [[], [REMOTE], [HERE], [SOCKET]])
      assert.equal(mayDial(address, own), true, JSON.stringify(address));
  for (const own of ELSEWHERE) assert.equal(mayDial(HERE, [own]), false, JSON.stringify(own));
});

test("a socket in the file system is dialled only where it is that of an own relay", () => {
  assert.equal(mayDial(SOCKET, [SOCKET]), true);
  assert.equal(mayDial(SOCKET, [HERE, parseAddress("asfaleia+unix:/run/other")]), false);
});
