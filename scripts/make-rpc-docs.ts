/**
 * Writes docs/rpc.md, which describes the agent's API, from the tables that the agent itself works with.
 *
 *     npm run rpc-docs
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  API,
  API_VERSION,
  CONTROL,
  MAX_BACKLOG_BYTES,
  MAX_CALLS,
  MAX_FACES,
  MAX_FILE_BYTES,
  MAX_LINE_BYTES,
  MAX_PAGE,
  MAX_PIECE_BYTES,
  MAX_REQUEST_BYTES,
  QUESTIONS,
  RPC_ERROR,
  TOLD,
  views,
} from "../packages/app/test/internals.ts";
import { type Notable, notation } from "./schema-notation.ts";

export const RPC_DOCS = "docs/rpc.md";

interface Described {
  readonly summary: string;
  readonly params: unknown;
  readonly result?: unknown;
  readonly example: { readonly params: unknown; readonly result?: unknown };
}

/** Types that have a name in the document. */
const NAMED: readonly (readonly [name: string, schema: unknown, what: string])[] = [
  ["ContactId", views.ContactId, "the number of a contact"],
  ["MessageId", views.MessageId, "of a message or a file"],
  ["Uuid", views.Uuid, "of a device"],
  ["Count", views.Count, ""],
  ["Millis", views.Millis, "milliseconds since 1970, or a number of milliseconds"],
  ["DeliveryState", views.DeliveryState, "how far an own message is"],
  ["Device", views.Device, ""],
  [
    "Contact",
    views.Contact,
    "`timerMs`: how long new messages live on both sides, 0 for ever. `retentionMs`: how long messages are kept here; left out where they are kept for ever, 0 where not at all. `hasCard`: there is a device to write to. `lookups`: how often the relays were asked for a card of each of its keys, at least",
  ],
  ["File", views.File, "`done`: bytes that are here, or that the other side is known to have"],
  [
    "Message",
    views.Message,
    "`at`: by the sender's clock. Texts and names are as they came: clean them before a terminal sees them",
  ],
  ["Relay", views.Relay, ""],
  [
    "Event",
    views.Event,
    "what happened. `said`, `read`, `contacts` and `settings`: through a face of this profile",
  ],
];

const ERRORS: Readonly<Record<keyof typeof RPC_ERROR, string>> = {
  parse: "the line is not JSON; or it is not UTF-8 or too long, and the agent hangs up",
  invalid: "no JSON-RPC 2.0 request with named parameters; a batch; an id that is under way",
  noMethod: "there is no such method",
  params: "the parameters are not as this document says, or do not fit together (`card` and `keys` at once)",
  failed: "it cannot be done (a contact that is not there), and the message says why",
  busy: `more than ${MAX_CALLS} calls at once`,
  locked: "the profile is locked: `agent.unlock` opens it",
  interrupted: "somebody pressed Ctrl-C at a question, or the call was taken back",
};

const INTRODUCTION = `# The agent's API

Made from the code (\`npm run rpc-docs\`): change that, and not this.

[The agent](agent.md) serves JSON-RPC 2.0 on a Unix socket, one JSON object a line, in UTF-8, each line ended by LF. The command line
speaks this language too. This is version ${API_VERSION} of it; \`agent.hello\` tells which one an agent has. The number grows when a method or an event changes
in a way that a program must know of; new methods, events, parameters that may be left out, and names in results do not change it. So
take no notice of names and events that you do not know.

## Speak it
\`\`\`
$ asfaleia rpc contacts.list
$ asfaleia rpc messages.history '{"contact": 2, "limit": 10}'
$ echo '{"contact": 2, "text": "hello"}' | asfaleia rpc messages.send -
$ asfaleia rpc events
\`\`\`
starts the agent where none runs, asks for the passphrase where the profile is locked, and ends with the exit codes of every verb. Texts and names are
safe on standard input: arguments show in lists of processes. Or without any of ours:
\`\`\`
$ nc -U "$XDG_RUNTIME_DIR"/asfaleia/*.sock
{"jsonrpc":"2.0","id":1,"method":"agent.hello","params":{}}
{"jsonrpc":"2.0","id":2,"method":"events.subscribe","params":{}}
$ socat READLINE UNIX-CONNECT:"$(echo "$XDG_RUNTIME_DIR"/asfaleia/*.sock)"
\`\`\`
Keep the connection open until the answer is there: whoever hangs up takes their calls back.

## Where the socket is
In the folder \`asfaleia\` of \`XDG_RUNTIME_DIR\`, else of \`/run/user/UID\`, whichever is ours and closed to others; else in \`asfaleia-UID\` of the folder for temporary files (\`TMPDIR\`).
Its name is the first 16 hex digits of the SHA-256 of the real path of the profile's folder, and \`.sock\`. Folder and socket belong to the user, with
modes 0700 and 0600: check that before you say anything, since whoever else could put a socket there could hear everything. Nor may anybody else be able to
rename that folder, or one above it.

## Calls
A request has a \`method\`, an \`id\` (a whole number, or up to 64 characters) and \`params\`, an object that may be left out. Unknown parameters are refused (but by \`agent.hello\`), and so are batches. Calls
run beside each other: answers come when they are ready, in any order. A call is taken back by the notification \`call.cancel\` with the \`id\` in its
parameters; it is then answered with an error as soon as it can be left off, or with its result where it was done by then. Of a name that stands in an object
twice the last counts. Other notifications of a program do nothing.

Errors have a \`code\`, a \`message\` for the user, and mostly \`data\`: \`exit\`, the exit code of the command line ([cli.md](cli.md#exit-codes)), and \`code\`, where the error
has one, for programs. Nothing of what was sent stands in them.
`;

/** The document. */
export function makeRpcDocs(): string {
  return [
    INTRODUCTION,
    errors(),
    limits(),
    notationOf(),
    types(),
    section("Of the agent", "These need no open profile.", CONTROL),
    section(
      "Questions of the agent",
      "The agent calls these of a face that has said hello with `canAsk` or `canAskSecret`, with ids of its own. It takes one back by `call.cancel`, as faces do.",
      QUESTIONS,
    ),
    section("Notifications of the agent", "They have no `id`, and are not answered.", TOLD, "method"),
    section("Of the open profile", "", API),
  ].join("\n");
}

function errors(): string {
  const rows = Object.entries(ERRORS).map(
    ([name, what]) => `| ${RPC_ERROR[name as keyof typeof RPC_ERROR]} | ${what} |`,
  );
  return `| code | |\n|-|-|\n${rows.join("\n")}\n`;
}

function limits(): string {
  const rows = [
    ["bytes of a line that a program sends", MAX_REQUEST_BYTES],
    ["bytes of a line that the agent sends", MAX_LINE_BYTES],
    ["calls of one connection at a time", MAX_CALLS],
    ["bytes that wait for a program which does not read; then it is hung up on", MAX_BACKLOG_BYTES],
    ["connections at a time", MAX_FACES],
    ["messages of one answer", MAX_PAGE],
    ["bytes of a file", MAX_FILE_BYTES],
    ["bytes of a piece of a file", MAX_PIECE_BYTES],
  ] as const;
  return `## Limits\n| what | limit |\n|-|-|\n${rows.map(([what, limit]) => `| ${what} | ${limit.toLocaleString("en")} |`).join("\n")}\n`;
}

function notationOf(): string {
  return `## Notation
\`name?\` may be left out. \`integer(1..500)\` and \`string(1..64)\` have bounds, of characters where it is a string; \`/…/\` is the form that a string has. \`{}\` is an empty object: nothing is asked, or
nothing is to be told. \`[Message]\` is a list. Nothing else may stand in an object.
`;
}

function types(): string {
  const parts = NAMED.map(([name, schema, what]) => {
    const text = notation(schema as Notable, names(schema));
    return `\`\`\`\n${name} =${text.startsWith("\n") ? "" : " "}${text}\n\`\`\`\n${what === "" ? "" : `${what[0]?.toUpperCase()}${what.slice(1)}.\n`}`;
  });
  return `## Types\n${parts.join("")}`;
}

/** The names that stand for schemas, but for the one that is being explained. */
function names(but?: unknown): Map<unknown, string> {
  return new Map(NAMED.filter(([, schema]) => schema !== but).map(([name, schema]) => [schema, name]));
}

function section(
  title: string,
  intro: string,
  table: Readonly<Record<string, Described>>,
  kind: "call" | "method" = "call",
): string {
  const methods = Object.entries(table).map(([name, method]) => described(name, method, kind));
  return `## ${title}\n${intro === "" ? "" : `${intro}\n\n`}${methods.join("\n")}`;
}

function described(
  name: string,
  { summary, params, result, example }: Described,
  kind: "call" | "method",
): string {
  const head = { jsonrpc: "2.0", ...(kind === "call" ? { id: 1 } : {}) };
  const schemas = [
    `params ${notation(params as Notable, names())}`,
    ...(result === undefined ? [] : [`result ${notation(result as Notable, names())}`]),
  ];
  const lines = [
    JSON.stringify({ ...head, method: name, params: example.params }),
    ...(result === undefined ? [] : [JSON.stringify({ ...head, result: example.result })]),
  ];
  return `### ${name}\n${summary}\n\`\`\`\n${schemas.join("\n")}\n\`\`\`\n\`\`\`json\n${lines.join("\n")}\n\`\`\`\n`;
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "..", RPC_DOCS), makeRpcDocs());
