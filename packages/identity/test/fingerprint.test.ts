import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fingerprint, type PublicKey, publicKeyLine, randomart } from "@asfaleia/identity";
import { drawAuthenticator, drawEcdsa, drawEd25519, drawRsa } from "./keys.ts";
import { missing, SshOracle } from "./oracle.ts";

describe("fingerprints and randomart", { skip: missing("ssh-keygen") }, () => {
  it("are those of ssh-keygen -lv, for every type and a thousand keys", () => {
    using oracle = new SshOracle();
    const keys: PublicKey[] = [
      drawRsa(1024).publicKey,
      drawRsa(2048).publicKey,
      drawEcdsa("P-384").publicKey,
      drawEcdsa("P-521").publicKey,
      ...Array.from({ length: 20 }, () => drawEcdsa("P-256").publicKey),
      ...Array.from({ length: 20 }, () => drawAuthenticator("sk-ssh-ed25519@openssh.com").publicKey),
      drawAuthenticator("sk-ecdsa-sha2-nistp256@openssh.com", "ssh:other").publicKey,
      ...Array.from({ length: 1000 }, () => drawEd25519().publicKey),
    ];
    oracle.write("keys", keys.map((key, index) => `${publicKeyLine(key, `key ${index}`)}\n`).join(""));
    const told = oracle.keygen(["-lvf", "keys"]).split("\n");
    const LINES_PER_KEY = 12;
    for (const [index, key] of keys.entries()) {
      const [line, ...picture] = told.slice(index * LINES_PER_KEY, (index + 1) * LINES_PER_KEY);
      assert.match(line!, new RegExp(`^${key.bits} \\S+ key ${index} \\(`));
      assert.equal(line!.split(" ")[1], fingerprint(key));
      assert.equal(randomart(key), picture.join("\n"));
    }
    assert.equal(told.length, keys.length * LINES_PER_KEY + 1);
  });
});
