/**
 * Makes docs/vectors/letter-*.json anew, with fresh keys, all at once:
 *
 *     npx node --conditions=asfaleia-source packages/identity/test/make-letter-vectors.ts
 *
 * What must come out is written down here by hand; letter-vectors.test.ts then holds the code to it.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { armor, Encrypter } from "age-encryption";
import { encryptAgeFile } from "../src/age-file.ts";
import { fileSigner } from "../src/file.ts";
import { publicKeyLine } from "../src/keyline.ts";
import { type LetterErrorCode, type LetterToSeal, sealLetter } from "../src/letter.ts";
import { parsePrivateKey } from "../src/privatekey.ts";
import { fingerprint, type PublicKey } from "../src/publickey.ts";
import { sshsigSign } from "../src/sshsig.ts";
import { SshOracle } from "./oracle.ts";

const FOLDER = new URL("../../../docs/vectors/", import.meta.url);
const ID = "000102030405060708090a0b0c0d0e0f";
const DATE = "2026-11-22T20:00:00Z";
const TEXT = "text/plain; charset=utf-8";
const HELLO = "Hello Bob\n";

using oracle = new SshOracle();
function draw(name: string, kind: { type: "ed25519" } | { type: "rsa"; bits: number }) {
  oracle.generate(name, { name, ...kind });
  const key = parsePrivateKey(oracle.read(name));
  return { key, publicKey: key.publicKey, signer: fileSigner(key), file: oracle.readText(name) };
}
const bob = draw("bob", { type: "ed25519" });
const bobRsa = draw("bob-rsa", { type: "rsa", bits: 2048 });
const alice = draw("alice", { type: "ed25519" });
const eve = draw("eve", { type: "ed25519" });

const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64");
const fromAlice = { origin: "proven", from: publicKeyLine(alice.publicKey) };
const letterFor = (to: PublicKey) => ({
  kind: "letter",
  id: ID,
  date: DATE,
  to: fingerprint(to),
  type: TEXT,
});
const helloTo = (to: PublicKey) => ({ ...letterFor(to), body: base64(HELLO) });

function seal(fields: Partial<LetterToSeal> = {}): Promise<Uint8Array> {
  const [id, now] = [Buffer.from(ID, "hex"), new Date(DATE)];
  return sealLetter({ to: bob.publicKey, type: TEXT, body: Buffer.from(HELLO), now, id, ...fields });
}

/** An age file for Bob around any text. */
async function envelope(plaintext: string | Uint8Array, to = bob.publicKey): Promise<Uint8Array> {
  return (await encryptAgeFile(to, Buffer.from(plaintext)))!;
}

/** Header lines of a small letter from Alice to Bob, by field, so that a scenario can spoil one. */
function lines(from: string | undefined = publicKeyLine(alice.publicKey)): Map<string, string | undefined> {
  const to = fingerprint(bob.publicKey);
  const fields = {
    "asfaleia-letter": "1",
    id: ID,
    date: DATE,
    to,
    type: TEXT,
    name: undefined,
    from,
    card: undefined,
  };
  return new Map(Object.entries({ ...fields, pad: "0".repeat(64) }));
}

function plaintext(fields: Map<string, string | undefined>, body = HELLO): string {
  const given = [...fields].filter(([, value]) => value !== undefined);
  return `${given.map(([field, value]) => `${field}: ${value}\n`).join("")}\n${body}`;
}

/** The small letter, signed by Alice where nothing else is said. */
async function signed(
  fields: Map<string, string | undefined>,
  signer = alice.signer,
  namespace = "letter@asfaleia",
) {
  const signature = await sshsigSign(signer, namespace, Buffer.from(plaintext(fields)));
  return new Map([...fields, ["signature", base64(signature)]]);
}

function write(
  name: string,
  about: string,
  content: Uint8Array,
  result: object | LetterErrorCode,
  keys = [bob],
): void {
  const outcome = typeof result === "string" ? { error: result } : { opens: result };
  const vector = { about, keys: keys.map(({ file }) => file), envelope: base64(content), ...outcome };
  writeFileSync(new URL(`letter-${name}.json`, FOLDER), `${JSON.stringify(vector, null, 2)}\n`);
}

mkdirSync(FOLDER, { recursive: true });

// Good ones.
const good = await seal({ from: alice.signer });
write("signed-text", "A text from Alice, signed.", good, { ...helloTo(bob.publicKey), ...fromAlice });
const toRsa = await seal({ from: alice.signer, to: bobRsa.publicKey });
const viaRsa = { ...helloTo(bobRsa.publicKey), ...fromAlice };
write("signed-text-rsa", "For an RSA key; the other key of ours is not asked.", toRsa, viaRsa, [bob, bobRsa]);
const anonymous = { ...helloTo(bob.publicKey), origin: "anonymous" };
write("anonymous-text", "Without from and signature.", await seal(), anonymous);
const unproven = { ...helloTo(bob.publicKey), ...fromAlice, origin: "unproven" };
write(
  "unproven",
  "With from and without signature: anybody wrote it.",
  await envelope(plaintext(lines())),
  unproven,
);
const picture = {
  type: "image/png",
  name: "Käse.png",
  body: Buffer.from("89504e470d0a1a0a", "hex"),
  card: Buffer.from("card"),
};
write("picture", "A picture with a name, and a card.", await seal({ from: alice.signer, ...picture }), {
  ...letterFor(bob.publicKey),
  ...fromAlice,
  ...picture,
  body: base64(picture.body),
  card: base64(picture.card),
});
const stock = { kind: "text", origin: "anonymous", to: fingerprint(bob.publicKey), body: base64(HELLO) };
write("stock-age", "What age -R bob.pub makes of a text.", await envelope(HELLO), stock);
const armored = Buffer.from(armor.encode(await envelope(HELLO)));
write("stock-age-armored", "What age -a -R bob.pub makes of a text.", armored, stock);

// What is around the letter.
const withPassphrase = new Encrypter();
withPassphrase.setPassphrase("x");
withPassphrase.setScryptWorkFactor(2);
write("passphrase", "An age file under a passphrase.", await withPassphrase.encrypt(HELLO), "not-for-us");
write("not-for-us", "For a key that is not ours.", await seal({ to: eve.publicKey }), "not-for-us");
write("truncated", "The last byte is missing.", good.subarray(0, -1), "damaged");
write("trailing-byte", "A byte behind the age file.", Buffer.concat([good, Buffer.of(0)]), "damaged");
const flipped = good.map((byte, i) => (i === good.length - 1000 ? byte ^ 1 : byte));
write("flipped-bit", "One bit of the age file's payload is another.", flipped, "damaged");

// Letters that open and break a rule.
const spoilt: [string, string, string, string][] = [
  ["unknown-version", "Version 2.", "asfaleia-letter", "2"],
  ["bad-id", "The id is in capitals.", "id", ID.toUpperCase()],
  ["bad-date", "The date has a fraction.", "date", "2026-11-22T20:00:00.0Z"],
  ["bad-name", "The name leads out of its folder.", "name", "../cat.png"],
  ["bad-pad", "The padding holds another digit.", "pad", "0001000"],
];
for (const [name, about, field, value] of spoilt) {
  const fields = await signed(lines().set(field, value));
  write(name, `${about} The signature is good.`, await envelope(plaintext(fields)), "malformed");
}
const letter = plaintext(await signed(lines()));
const twice = letter.replace(/^id: .*\n/m, "$&$&");
write("duplicated-header", "The id stands twice.", await envelope(twice), "malformed");
const swapped = letter.replace(/^(id: .*\n)(date: .*\n)/m, "$2$1");
write("header-out-of-order", "The date stands before the id.", await envelope(swapped), "malformed");
write("crlf", "Lines end in CR LF.", await envelope(letter.replaceAll("\n", "\r\n")), "malformed");
const latin1 = Buffer.from(plaintext(lines(), "Gr\xfc\xdfe\n"), "latin1");
write("not-utf-8", "The body says to be UTF-8 and is ISO 8859-1.", await envelope(latin1), "malformed");
const lone = new Map([...(await signed(lines()))].filter(([field]) => field !== "from"));
write("signature-without-sender", "A signature, and no from.", await envelope(plaintext(lone)), "malformed");
const unsignedCard = plaintext(lines().set("card", base64("card")));
write("card-without-signature", "A card, and no signature.", await envelope(unsignedCard), "malformed");

// Letters that say what is not so.
const passedOn = await envelope(letter, bobRsa.publicKey);
write("wrong-recipient", "Written to Bob, sealed again for another.", passedOn, "wrong-recipient", [
  bobRsa,
  bob,
]);
const tampered = await envelope(letter.replace(HELLO, "Hello Eve\n"));
write("tampered-body", "The body is not the signed one.", tampered, "bad-signature");
const bySomebody = plaintext(await signed(lines(), eve.signer));
write("signed-by-another", "From Alice, signed by Eve.", await envelope(bySomebody), "bad-signature");
const elsewhere = plaintext(await signed(lines(), alice.signer, "file"));
write(
  "other-namespace",
  "Signed by Alice in the namespace file.",
  await envelope(elsewhere),
  "bad-signature",
);
