/** The vectors of contents, for make-format-vectors.ts. */
import type { FormatErrorCode } from "../../src/format/errors.ts";
import { cbor, head, Pairs, Raw } from "./cbororacle.ts";
import { type BadContent, type GoodContent, inWords } from "./formatvectors.ts";
import { type Fields, utf8, without, write } from "./making.ts";
import { DAY_MS, MAILBOX, NOW } from "./people.ts";

const ID = Uint8Array.from({ length: 16 }, (_, at) => at);
const OTHER_ID = Uint8Array.from({ length: 16 }, (_, at) => 0xf0 + at);
const SHA = new Uint8Array(32).fill(0xaa);
const HEADER = { v: 1, id: ID, n: 1, at: NOW };

const OFFER = { file: OTHER_ID, name: "cat.png", type: "image/png", size: 5, sha256: SHA, part: 260_000 };

const KINDS: readonly (readonly [name: string, kind: string, body: Fields])[] = [
  ["text", "text", { text: "Hello Bob \u{1f44b}" }],
  ["text with a byte order mark", "text", { text: "\ufeffHello Bob" }],
  ["reply", "reply", { to: OTHER_ID, text: "Hello Alice" }],
  ["reaction", "reaction", { to: OTHER_ID, emoji: "\u{1f44d}" }],
  ["reaction taken back", "reaction", { to: OTHER_ID, emoji: "" }],
  ["edit", "edit", { to: OTHER_ID, text: "Hello Bob!" }],
  ["deletion", "deletion", { to: OTHER_ID }],
  ["offer", "offer", OFFER],
  ["offer with everything", "offer", { ...OFFER, thumb: Uint8Array.of(1, 2, 3), text: "My cat" }],
  ["request to start", "request", { file: OTHER_ID, want: "start" }],
  [
    "request for what is missing",
    "request",
    {
      file: OTHER_ID,
      want: "missing",
      ranges: [
        [0, 3],
        [7, 7],
      ],
    },
  ],
  ["request that has all", "request", { file: OTHER_ID, want: "missing", ranges: [] }],
  ["request to stop", "request", { file: OTHER_ID, want: "cancel" }],
  ["part", "part", { file: OTHER_ID, index: 0, bytes: utf8("meow!") }],
  ["receipt", "receipt", { what: "delivered", ids: [ID, OTHER_ID] }],
  ["read receipt", "receipt", { what: "read", ids: [OTHER_ID] }],
  ["hello", "hello", {}],
  ["mailbox", "mailbox", { card: Uint8Array.of(1), say: OTHER_ID }],
  ["devices", "devices", { list: Uint8Array.of(1), cards: [Uint8Array.of(2), Uint8Array.of(3)] }],
  ["copy of what was sent", "sync", { to: MAILBOX, content: Uint8Array.of(1) }],
  [
    "copy of what arrived",
    "sync",
    { to: MAILBOX, content: Uint8Array.of(1), arrived: true, name: "Bob", card: Uint8Array.of(2) },
  ],
  ["resend", "resend", {}],
  ["profile", "profile", { name: "Alice" }],
  ["timer", "timer", { ms: DAY_MS }],
  ["dummy", "dummy", {}],
  ["invite that was used", "invite", { what: "used" }],
  ["invite that has ended", "invite", { what: "ended" }],
];

export function contents(): void {
  const hex = (value: unknown): string => Buffer.from(cbor(value)).toString("hex");
  const good: GoodContent[] = KINDS.map(([name, kind, body]) => {
    const content = { ...HEADER, kind, body };
    const opens = { content: inWords({ ...content, isKnown: true }) };
    return { name, about: `A content of kind ${kind}.`, plaintext: hex({ c: content }), opens };
  });
  const text = { ...HEADER, kind: "text", body: { text: "Hello" } };
  const hello = { card: Uint8Array.of(1), to: SHA, from: new Uint8Array(32).fill(0xbb), say: OTHER_ID };
  const timed = { ...text, n: 0, until: NOW + DAY_MS };
  const poll = { ...HEADER, kind: "poll", body: { choices: ["yes", "no"], closed: false } };
  const later = { ...text, v: 2, body: { spans: [] }, more: true };
  const unknown = (raw: Fields): unknown => {
    const { more: _more, kind, ...rest } = raw;
    return inWords({ ...rest, kind: "unknown", name: kind, isKnown: false, raw });
  };
  good.push(
    {
      name: "first content",
      about: "With what a first one says besides.",
      plaintext: hex({ c: text, h: hello }),
      opens: { content: inWords({ ...text, isKnown: true }), hello: inWords(hello) },
    },
    {
      name: "answer to an invite",
      about: "With the proof that it is one.",
      plaintext: hex({ c: text, h: { ...hello, invite: SHA } }),
      opens: {
        content: inWords({ ...text, isKnown: true }),
        hello: inWords({ ...hello, invite: SHA }),
      },
    },
    {
      name: "disappears",
      about: "Not counted, and with an end.",
      plaintext: hex({ c: timed }),
      opens: { content: inWords({ ...timed, isKnown: true }) },
    },
    {
      name: "unknown kind",
      about: "Kept as it is.",
      plaintext: hex({ c: poll }),
      opens: { content: unknown(poll) },
    },
    {
      name: "kind of an object's own",
      about: "No kind, whatever the language says.",
      plaintext: hex({ c: { ...poll, kind: "constructor" } }),
      opens: { content: unknown({ ...poll, kind: "constructor" }) },
    },
    {
      name: "unknown version",
      about: "A later version may have more fields, and other bodies.",
      plaintext: hex({ c: later }),
      opens: { content: unknown(later) },
    },
  );
  const bad: BadContent[] = [];
  const refuse = (name: string, about: string, error: FormatErrorCode, value: unknown) =>
    bad.push({ name, about, plaintext: hex(value), error });
  const withHeader = (changes: Fields) => ({ c: { ...text, ...changes } });
  const withBody = (kind: string, body: Fields) => ({ c: { ...HEADER, kind, body } });
  refuse("empty", "No bytes.", "bad-cbor", new Raw());
  refuse("trailing byte", "A byte too many.", "bad-cbor", new Raw(cbor({ c: text }), 0));
  refuse("key twice", "`c` stands twice.", "bad-cbor", new Pairs(["c", text], ["c", text]));
  refuse("hello first", "Keys out of order.", "bad-cbor", new Pairs(["h", hello], ["c", text]));
  refuse("short proof", "The proof of an answer has 31 bytes.", "malformed", {
    c: text,
    h: { ...hello, invite: SHA.subarray(1) },
  });
  refuse("no content", "Nothing but a hello.", "malformed", { h: hello });
  refuse("another field", "The outer map has a field too many.", "malformed", { c: text, more: 1 });
  refuse(
    "another field in version 1",
    "The content has a field too many.",
    "malformed",
    withHeader({ more: 1 }),
  );
  refuse("version 0", "There is none.", "malformed", withHeader({ v: 0 }));
  refuse("short id", "15 bytes.", "malformed", withHeader({ id: ID.subarray(1) }));
  refuse("negative counter", "-1.", "malformed", withHeader({ n: -1 }));
  refuse("huge counter", "2^53.", "bad-cbor", withHeader({ n: new Raw(head(0, 2 ** 53)) }));
  refuse(
    "a time that no calendar knows",
    "One millisecond past the last.",
    "malformed",
    withHeader({ at: 8_640_000_000_000_001 }),
  );
  refuse(
    "null for an end",
    "What is not there is left out.",
    "bad-cbor",
    withHeader({ until: new Raw(0xf6) }),
  );
  refuse("a kind with a space", "No name of a kind.", "malformed", withHeader({ kind: "new text" }));
  refuse("a later version without an id", "Later versions keep these fields.", "malformed", {
    c: without({ ...text, v: 2 }, "id"),
  });
  refuse(
    "another field in a body",
    "A text with a field too many.",
    "malformed",
    withBody("text", { text: "Hello", more: 1 }),
  );
  refuse("prototype in a body", "A text with a field too many, called __proto__.", "malformed", {
    c: { ...HEADER, kind: "hello", body: new Pairs(["__proto__", {}]) },
  });
  refuse("body that is no map", "An array.", "malformed", { c: { ...HEADER, kind: "hello", body: [] } });
  refuse("body of bytes", "An empty byte string.", "malformed", {
    c: { ...HEADER, kind: "dummy", body: new Uint8Array(0) },
  });
  refuse("empty text", "Nothing is said.", "malformed", withBody("text", { text: "" }));
  refuse(
    "text that is no UTF-8",
    "A byte that never stands in UTF-8.",
    "bad-cbor",
    withBody("text", { text: new Raw(0x61, 0xff) }),
  );
  refuse(
    "lone surrogate",
    "Half of a character.",
    "bad-cbor",
    withBody("text", { text: new Raw(0x63, 0xed, 0xa0, 0x80) }),
  );
  refuse("reply to nothing", "`to` is missing.", "malformed", withBody("reply", { text: "Hello" }));
  refuse("long reaction", "33 bytes.", "malformed", withBody("reaction", { to: ID, emoji: "a".repeat(33) }));
  refuse("path for a name", "A slash.", "malformed", withBody("offer", { ...OFFER, name: "../cat.png" }));
  refuse(
    "backslash in a name",
    "A path of another world.",
    "malformed",
    withBody("offer", { ...OFFER, name: "a\\cat.png" }),
  );
  refuse(
    "name with a dot in front",
    "A hidden file.",
    "malformed",
    withBody("offer", { ...OFFER, name: ".profile" }),
  );
  refuse(
    "name with a control character",
    "A line feed.",
    "malformed",
    withBody("offer", { ...OFFER, name: "cat\n.png" }),
  );
  refuse(
    "name that turns the text around",
    "A bidirectional control.",
    "malformed",
    withBody("offer", { ...OFFER, name: "cat\u202egnp.exe" }),
  );
  refuse("long name", "256 bytes.", "malformed", withBody("offer", { ...OFFER, name: "a".repeat(256) }));
  refuse(
    "large file",
    "A byte more than 100 MiB.",
    "malformed",
    withBody("offer", { ...OFFER, size: 104_857_601 }),
  );
  refuse(
    "parts of nothing",
    "No number of parts would do.",
    "malformed",
    withBody("offer", { ...OFFER, part: 0 }),
  );
  refuse("large parts", "260,001 bytes.", "malformed", withBody("offer", { ...OFFER, part: 260_001 }));
  refuse(
    "large thumbnail",
    "8,193 bytes.",
    "malformed",
    withBody("offer", { ...OFFER, thumb: new Uint8Array(8193) }),
  );
  refuse(
    "wants something else",
    "No such wish.",
    "malformed",
    withBody("request", { file: ID, want: "accept" }),
  );
  refuse(
    "range that runs back",
    "From 3 to 2.",
    "malformed",
    withBody("request", { file: ID, want: "missing", ranges: [[3, 2]] }),
  );
  refuse(
    "65 ranges",
    "One more than there may be.",
    "malformed",
    withBody("request", { file: ID, want: "missing", ranges: new Array(65).fill([0, 0]) }),
  );
  refuse("receipt for nothing", "No ids.", "malformed", withBody("receipt", { what: "read", ids: [] }));
  refuse(
    "65 ids",
    "One more than there may be.",
    "malformed",
    withBody("receipt", { what: "read", ids: new Array(65).fill(ID) }),
  );
  refuse(
    "17 cards",
    "One more than there may be.",
    "malformed",
    withBody("devices", { list: ID, cards: new Array(17).fill(ID) }),
  );
  refuse(
    "copy for nobody",
    "`to` is no fingerprint.",
    "malformed",
    withBody("sync", { to: "Bob", content: ID }),
  );
  refuse(
    "long timer",
    "A millisecond more than a year.",
    "malformed",
    withBody("timer", { ms: 365 * DAY_MS + 1 }),
  );
  refuse("short hash in a hello", "31 bytes.", "malformed", {
    c: text,
    h: { ...hello, to: SHA.subarray(1) },
  });
  write("content-good.json", "Contents that open, and what to.", "Contents", good);
  write("content-bad.json", "Contents that must be refused, and with which code.", "Contents", bad);
}
