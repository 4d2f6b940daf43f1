import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  KeyError,
  type KeyErrorCode,
  keyObject,
  parseAuthorizedKeys,
  publicKeyBase64,
  publicKeyFromLine,
  publicKeyFromText,
  publicKeyLine,
  publicKeySpki,
  sameKey,
} from "@asfaleia/identity";
import fc from "fast-check";
import { drawAuthenticator, drawEcdsa, drawEd25519, drawRsa } from "./keys.ts";

const fails = (code: KeyErrorCode, message?: RegExp) => (error: unknown) =>
  error instanceof KeyError && error.code === code && (message === undefined || message.test(error.message));

const ed = drawEd25519().publicKey;
const ec = drawEcdsa("P-256").publicKey;
const rsa = drawRsa(1024).publicKey;
const sk = drawAuthenticator("sk-ssh-ed25519@openssh.com").publicKey;
const line = publicKeyLine(ed);

describe("a public key line", () => {
  it("is written and read with its comment", () => {
    for (const key of [ed, ec, rsa, sk]) {
      for (const comment of ["", "alice@host", "two words  and blanks", "Ἀλίκη"]) {
        const read = publicKeyFromLine(publicKeyLine(key, comment));
        assert.ok(sameKey(read.key, key));
        assert.equal(read.comment, comment);
      }
    }
  });

  it("may have blanks around it and a line end, but not two lines", () => {
    assert.equal(publicKeyFromLine(` \t${line}   x  \r\n`).comment, "x");
    assert.throws(() => publicKeyFromLine(`${line}\n\n`), fails("bad-key"));
    assert.throws(() => publicKeyFromLine(`${line} a\n${line} b`), fails("bad-key"));
  });

  it("is refused with another type, bad base64, no key or too much of it", () => {
    const base64 = publicKeyBase64(ed);
    assert.throws(() => publicKeyFromLine(`ssh-rsa ${base64}`), fails("bad-key"));
    assert.throws(() => publicKeyFromLine(`ssh-dss ${base64}`), fails("unsupported-key"));
    for (const bad of [base64.slice(1), `${base64}=`, base64.replace("A", "*"), ""]) {
      assert.throws(() => publicKeyFromLine(`ssh-ed25519 ${bad}`), fails("bad-key"));
    }
    assert.throws(() => publicKeyFromLine(`${line} ${"x".repeat(9000)}`), fails("bad-key"));
  });

  it("is not written with a comment that would start another line", () => {
    for (const comment of ["a\nb", "a\rb", "\x1b[2J"]) {
      assert.throws(() => publicKeyLine(ed, comment), RangeError);
    }
  });
});

describe("what a person gives as a public key", () => {
  const wrap = (text: string, width: number) => text.match(new RegExp(`.{1,${width}}`, "g"))!.join("\n");

  it("may be a line, PEM or bare base64, wrapped or not", () => {
    for (const key of [ed, ec, rsa]) {
      const base64 = Buffer.from(publicKeySpki(key)).toString("base64");
      const pem = keyObject(key).export({ format: "pem", type: "spki" }).toString();
      const texts = [
        `\n${publicKeyLine(key, "me")}\n`,
        base64,
        `${wrap(base64, 64)}\n`,
        publicKeyBase64(key),
        wrap(publicKeyBase64(key), 40),
        pem,
        pem.replaceAll("\n", "\r\n"),
        `  ${pem}\n\n`,
      ];
      for (const text of texts) assert.ok(sameKey(publicKeyFromText(text).key, key), text);
    }
    assert.equal(publicKeyFromText(publicKeyLine(ed, "me")).comment, "me");
    assert.ok(sameKey(publicKeyFromText(publicKeyBase64(sk)).key, sk));
  });

  it("may be PKCS#1, as older tools write it", () => {
    const pem = keyObject(rsa).export({ format: "pem", type: "pkcs1" }).toString();
    assert.ok(sameKey(publicKeyFromText(pem).key, rsa));
  });

  it("is refused as PKCS#1 in DER that is not canonical", () => {
    const good = keyObject(rsa).export({ format: "der", type: "pkcs1" }).toString("hex");
    const armor = (hex: string) =>
      `-----BEGIN RSA PUBLIC KEY-----\n${Buffer.from(hex, "hex").toString("base64")}\n-----END RSA PUBLIC KEY-----`;
    assert.ok(sameKey(publicKeyFromText(armor(good)).key, rsa));
    const bad = [
      good.replace(/^3081/, "308200"),
      good
        .replace(/^3081../, (head) => `3081${(Number.parseInt(head.slice(4), 16) + 1).toString(16)}`)
        .replace(/0203010001$/, "020400010001"),
      good
        .replace(/^3081../, (head) => `3081${(Number.parseInt(head.slice(4), 16) + 2).toString(16)}`)
        .concat("0500"),
      `${good}00`,
      good.replace(/^30/, "31"),
    ];
    for (const hex of bad)
      assert.throws(() => publicKeyFromText(armor(hex)), fails("bad-key"), hex.slice(0, 8));
  });

  it("is refused with a warning when it is a private key", () => {
    const privates = [
      drawEd25519().privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg==\n-----END OPENSSH PRIVATE KEY-----\n",
      "PuTTY-User-Key-File-3: ssh-ed25519\n",
    ];
    for (const text of privates) {
      assert.throws(() => publicKeyFromText(text), fails("bad-key", /private key/));
    }
  });

  it("is refused when it is damaged or something else", () => {
    const pem = keyObject(ed).export({ format: "pem", type: "spki" }).toString();
    const certificate = pem.replaceAll("PUBLIC KEY", "CERTIFICATE");
    const bad = [
      "",
      "hello",
      pem.slice(0, -9),
      `${pem}${pem}`,
      `${pem}x`,
      pem.replace("END PUBLIC", "END RSA PUBLIC"),
    ];
    for (const text of bad) assert.throws(() => publicKeyFromText(text), KeyError, text);
    assert.throws(() => publicKeyFromText(certificate), fails("unsupported-key"));
    assert.throws(() => publicKeyFromText("---- BEGIN SSH2 PUBLIC KEY ----"), fails("unsupported-key"));
    assert.throws(() => publicKeyFromText(" ".repeat(20_000)), fails("bad-key"));
  });
});

describe("an authorized_keys file", () => {
  it("has options, comments and blank lines", () => {
    const text = [
      "# my keys",
      "",
      "   \t",
      `${line} plain`,
      `  # indented comment`,
      `no-pty,command="echo \\"hi there\\" # no comment",from="a b" ${publicKeyLine(ec)} with options\r`,
      `\trestrict\t${publicKeyLine(rsa, "tabs")}`,
      `environment="A=\\"" ${publicKeyLine(sk)}`,
    ].join("\n");
    assert.deepEqual(
      parseAuthorizedKeys(text).map(({ key, options, comment, line: number }) => [
        key.type,
        options,
        comment,
        number,
      ]),
      [
        ["ssh-ed25519", "", "plain", 4],
        [
          "ecdsa-sha2-nistp256",
          `no-pty,command="echo \\"hi there\\" # no comment",from="a b"`,
          "with options",
          6,
        ],
        ["ssh-rsa", "restrict", "tabs", 7],
        ["sk-ssh-ed25519@openssh.com", `environment="A=\\""`, "", 8],
      ],
    );
    assert.deepEqual(parseAuthorizedKeys(""), []);
  });

  it("names the line that is bad", () => {
    const bad: [line: string, code: KeyErrorCode][] = [
      ["ssh-ed25519 AAAA", "bad-key"],
      ["nonsense", "bad-key"],
      ["ssh-dss AAAAB3NzaC1kc3MAAACB dsa", "unsupported-key"],
      [`command="open ${line}`, "bad-key"],
      [`restrict, command="x" ${line}`, "unsupported-key"],
      [`${line} ${"x".repeat(9000)}`, "bad-key"],
    ];
    for (const [text, code] of bad) {
      assert.throws(() => parseAuthorizedKeys(`${line}\n# x\n${text}\n`), fails(code, /^line 3: /), text);
    }
    assert.throws(() => parseAuthorizedKeys("#".repeat(2 ** 20 + 1)), fails("bad-key"));
  });

  it("takes no time over hostile quoting", { timeout: 5_000 }, () => {
    const text = `${'\\"'.repeat(4000)} x`;
    assert.throws(() => parseAuthorizedKeys(text), KeyError);
    assert.throws(() => parseAuthorizedKeys(text.replaceAll("\\", '"')), KeyError);
  });
});

describe("parsers of key texts", () => {
  it("throw nothing but KeyError", () => {
    const pem = keyObject(ec).export({ format: "pem", type: "spki" }).toString();
    const pieces = fc.constantFrom(
      line,
      pem,
      publicKeyLine(sk, "c"),
      publicKeyBase64(rsa),
      '"',
      "\\",
      " ",
      "\n",
      "#",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 100 }),
      fc
        .array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 8 })
        .map((parts) => parts.join("")),
      fc
        .tuple(pieces, fc.nat(200), fc.string({ maxLength: 2 }))
        .map(([piece, at, put]) => piece.slice(0, at) + put + piece.slice(at + 1)),
    );
    fc.assert(
      fc.property(text, (input) => {
        for (const parse of [publicKeyFromLine, publicKeyFromText, parseAuthorizedKeys]) {
          try {
            parse(input);
          } catch (error) {
            assert.ok(error instanceof KeyError, String(error));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
