/** The table of commands: what a relay does with each packet. */
import {
  ACK,
  type AckFields,
  AUTH,
  copyInto,
  DOCUMENT_BYTES,
  decodeBase64,
  decodeBase64Into,
  decodedLength,
  formatAnswer,
  formatEnd,
  formatRelay,
  formatSent,
  formatToken,
  GET,
  HELLO,
  LOOKUP,
  type Lookup,
  malformed,
  ProtocolError,
  PUBLISH,
  type PublishFields,
  parseAckFields,
  parseAuth,
  parseGet,
  parseHello,
  parseLookup,
  parsePublishFields,
  parseSend,
  parseSubscribe,
  parseVerify,
  type RawPacket,
  SEND,
  SENT_LINE_BYTES,
  type Send,
  SUBSCRIBE,
  type Subscribe,
  splitLine,
  VERIFY,
  writeSentInto,
} from "@asfaleia/protocol";
import type { Connection } from "./connection.ts";
import type { Core } from "./core.ts";
import { GetRun, Subscription } from "./deliver.ts";
import { LookupRun } from "./lookup.ts";
import { fingerprintOf } from "./receivers.ts";
import { proveRelay } from "./relaykey.ts";
import type { Session } from "./sessions.ts";
import { badToken } from "./token.ts";

/** Subscriptions that one connection may hold. */
const MAX_SUBSCRIPTIONS = 16;

/**
 * Carries out one packet and writes its reply. A promise means that the connection's next packet waits for it; the
 * rest is then a copy, since a line lives only as long as the call.
 */
type Command = (connection: Connection, rest: Uint8Array) => void | Promise<void>;

const COMMANDS = new Map<number, Command>([
  [AUTH, auth],
  [VERIFY, verify],
  [SEND, withSession(parseSend, send)],
  [GET, withSession((rest) => ({ token: parseGet(rest) }), get)],
  [SUBSCRIBE, withSession(parseSubscribe, subscribe)],
  [ACK, withSession(parseAckFields, ack)],
  [PUBLISH, withSession(parsePublishFields, publish)],
  [LOOKUP, withSession(parseLookup, lookup)],
  [HELLO, hello],
]);

/**
 * Carries out one line.
 * @throws ProtocolError what ERROR is to say; from the promise too
 */
export function dispatch(connection: Connection, line: Uint8Array): void | Promise<void> {
  if (!connection.rate.take(connection.core.settings.rate, connection.core.now())) throw tooFast();
  const { id, rest }: RawPacket = splitLine(line);
  const command = COMMANDS.get(id);
  if (!command) throw malformed("a client sends the packets 0 and 2 to 9");
  return command(connection, rest);
}

function auth({ challenges, core, output }: Connection, rest: Uint8Array): void {
  takeProof(core);
  output.put(formatAnswer(challenges.begin(parseAuth(rest), core.now())));
}

async function verify(connection: Connection, rest: Uint8Array): Promise<void> {
  const { challenges, core, output, sessions } = connection;
  takeProof(core);
  const mailbox = challenges.finish(parseVerify(rest), core.now());
  core.mailboxes.open(mailbox).ownerCame = core.now();
  const issued = await core.tokens.issue(mailbox, core.now());
  if (connection.isOver) return;
  output.put(formatToken({ token: issued.token, seconds: core.settings["token-time"] }));
  sessions.remember(issued.token, issued, core.now());
}

async function hello({ core, channelBinding, output }: Connection, rest: Uint8Array): Promise<void> {
  const { info, key } = core;
  takeProof(core);
  const signature = await proveRelay(key, info, parseHello(rest), channelBinding());
  output.put(formatRelay({ ...info, signature }));
}

function send(connection: Connection, session: Session, { receiver, envelope }: Send): void {
  const { core, output } = connection;
  const length = decodedLength(envelope);
  if (length > core.room.length) {
    throw new ProtocolError("too-large", `an envelope has at most ${core.room.length} bytes here`);
  }
  const mailbox = core.mailboxes.open(connection.receivers.resolve(receiver));
  const bytes = core.room.subarray(0, Math.max(0, length));
  try {
    if (decodeBase64Into(envelope, bytes) < 0) throw malformed("the envelope is not base64");
    const message = core.mailboxes.put(mailbox, session.id, core.newId(), bytes, core.now());
    output.line(SENT_LINE_BYTES, (line, at) => writeSentInto(line, at, message.id));
    mailbox.subscriber?.onMessage(message, envelope);
  } finally {
    bytes.fill(0);
  }
}

function get(connection: Connection, { mailbox: name }: Session): void | Promise<void> {
  const mailbox = connection.core.mailboxes.open(name);
  if (mailbox.subscriber) throw subscribed();
  return connection.drain(new GetRun(connection, mailbox));
}

function subscribe(connection: Connection, { mailbox: name }: Session, { window }: Subscribe): void {
  const { core, output, subscriptions } = connection;
  const mailbox = core.mailboxes.open(name);
  const own = subscriptions.get(name);
  if (window === 0) {
    if (mailbox.subscriber && !own) throw subscribed();
    output.put(formatEnd(mailbox.messages.size));
    return;
  }
  if (!own && subscriptions.size >= MAX_SUBSCRIPTIONS) {
    throw new ProtocolError("slow-down", `a connection holds at most ${MAX_SUBSCRIPTIONS} subscriptions`);
  }
  output.put(formatEnd(mailbox.messages.size));
  const subscription = own ?? new Subscription(connection, mailbox, window, () => subscriptions.delete(name));
  subscription.window = window;
  if (!own) {
    subscription.start();
    subscriptions.set(name, subscription);
  }
  subscription.pump();
}

function ack({ core, output }: Connection, { mailbox: name }: Session, { ids }: AckFields): void {
  const mailbox = core.mailboxes.open(name);
  let removed = 0;
  for (const id of ids) {
    const message = mailbox.messages.get(id);
    if (!message) continue;
    core.mailboxes.remove(message);
    removed++;
  }
  output.put(formatEnd(removed));
  mailbox.subscriber?.pump();
}

function publish({ core, output }: Connection, { mailbox }: Session, packet: PublishFields): void {
  const longest = core.settings["document-time"];
  if (packet.seconds > longest) throw malformed(`a document is kept at most ${longest} seconds here`);
  const document = decodeBase64(packet.text, DOCUMENT_BYTES);
  try {
    core.documents.publish(mailbox, { ...packet, document }, core.now());
  } catch (error) {
    document.fill(0);
    throw error;
  }
  output.put(formatSent(Buffer.from(core.newId(), "base64")));
}

function lookup(connection: Connection, _session: Session, { of }: Lookup): Promise<void> {
  const { core, output } = connection;
  const key = fingerprintOf(of);
  const documents = core.documents.lookup(key, core.now());
  if (documents.length === 0) throw new ProtocolError("not-found", "nothing is published under that key");
  const slots = documents.map(({ slot }) => slot);
  return connection.drain(new LookupRun(output, slots, (slot) => core.documents.read(key, slot, core.now())));
}

/** A command whose packet carries a token: it runs with the session of that token, once the token has been found to hold. */
function withSession<Packet extends { readonly token: Uint8Array }>(
  parse: (rest: Uint8Array) => Packet,
  run: (connection: Connection, session: Session, packet: Packet) => void | Promise<void>,
): Command {
  return (connection, rest) => {
    const packet = parse(rest);
    const session = connection.sessions.recall(packet.token, connection.core.now());
    return session ? admitted(connection, session, packet) : checked(connection, copyOf(rest));
  };

  function admitted(connection: Connection, session: Session, packet: Packet): void | Promise<void> {
    if (!session.rate.take(connection.core.settings.rate, connection.core.now())) throw tooFast();
    return run(connection, session, packet);
  }

  async function checked(connection: Connection, rest: Uint8Array): Promise<void> {
    const { core, sessions } = connection;
    try {
      const packet = parse(rest);
      const claims = await core.tokens.check(packet.token, core.now());
      if (connection.isOver) return;
      sessions.remember(packet.token.slice(), claims, core.now());
      const session = sessions.recall(packet.token, core.now());
      if (!session) throw badToken();
      await admitted(connection, session, packet);
    } finally {
      rest.fill(0);
    }
  }
}

function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  copyInto(copy, bytes);
  return copy;
}

/** Signatures and RSA cost a thousand times what a message costs: all strangers together get only so much of the processor. */
function takeProof(core: Core): void {
  if (core.proofs.take(core.settings.proofs, core.now())) return;
  throw new ProtocolError("slow-down", "too many are proving their keys just now: try again in a moment");
}

function subscribed(): ProtocolError {
  return new ProtocolError("not-allowed", "a subscription reads this mailbox");
}

function tooFast(): ProtocolError {
  return new ProtocolError("slow-down", "more requests a second than this relay takes");
}
