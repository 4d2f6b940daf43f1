/** What an agent understands besides the API of an open profile, and what it says by itself. docs/rpc.md lists it too. */
import * as v from "valibot";
import { Event } from "./views.ts";

/** Raised when a method or an event changes in a way that a face must know of. */
export const API_VERSION = 1;

const Nothing = v.strictObject({});
const Question = v.strictObject({ question: v.string() });
/** As much as is typed at a terminal, and more. */
const MAX_ANSWER_CHARACTERS = 4096;
const Reply = v.strictObject({ answer: v.nullable(v.pipe(v.string(), v.maxLength(MAX_ANSWER_CHARACTERS))) });

interface Described {
  readonly summary: string;
  readonly params: v.GenericSchema;
  readonly result?: v.GenericSchema;
  readonly example: { readonly params: unknown; readonly result?: unknown };
}

/** Calls of a face that need no open profile. */
export const CONTROL = {
  "agent.hello": {
    summary:
      "Who is there. `canAsk`: this face answers questions (`ask.…`); `canAskSecret`: it answers those for secrets, whatever `canAsk` says; `sshAgent`: where its ssh-agent listens. A face that says no hello is asked nothing. Other parameters are passed over.",
    // What a later face says besides is passed over: it hears the version, and decides.
    params: v.object({
      canAsk: v.exactOptional(v.boolean()),
      canAskSecret: v.exactOptional(v.boolean()),
      sshAgent: v.exactOptional(v.pipe(v.string(), v.maxLength(4096))),
    }),
    result: v.strictObject({
      api: v.number(),
      version: v.string(),
      profile: v.string(),
      state: v.picklist(["locked", "open"]),
      pid: v.number(),
      /** What faces with the same ASFALEIA_PROXY have in common with it; empty where it uses none. */
      proxy: v.string(),
    }),
    example: {
      params: { canAsk: false },
      result: { api: API_VERSION, version: "0.1.0", profile: "default", state: "open", pid: 4711, proxy: "" },
    },
  },
  "agent.unlock": {
    summary:
      "Opens the profile where it is locked: the agent asks this face for what it takes. Where another face has answered first, the question is taken back (`call.cancel`), and the call done.",
    params: Nothing,
    result: Nothing,
    example: { params: {}, result: {} },
  },
  "agent.stop": {
    summary: "Ends the agent. What was said is kept.",
    params: Nothing,
    result: Nothing,
    example: { params: {}, result: {} },
  },
  "events.subscribe": {
    summary: "Sends every `event` from now on to this face. A face that falls too far behind is hung up on.",
    params: Nothing,
    result: Nothing,
    example: { params: {}, result: {} },
  },
  "events.unsubscribe": {
    summary: "No more events.",
    params: Nothing,
    result: Nothing,
    example: { params: {}, result: {} },
  },
} as const satisfies Record<string, Described>;

/** Calls of the agent: questions for the person behind a face. */
export const QUESTIONS = {
  "ask.secret": {
    summary: "A question whose answer is not shown, such as a passphrase; null where nobody answers.",
    params: Question,
    result: Reply,
    example: {
      params: { question: "Enter passphrase for the profile 'default': " },
      result: { answer: null },
    },
  },
  "ask.line": {
    summary: "A question whose answer is shown.",
    params: Question,
    result: Reply,
    example: {
      params: { question: "Trust it from now on (yes/no/[fingerprint])? " },
      result: { answer: "no" },
    },
  },
} as const satisfies Record<string, Described>;

/** Notifications of the agent. */
export const TOLD = {
  event: {
    summary: "Something happened.",
    params: Event,
    example: {
      params: { type: "connection", relay: "asfaleia://relay.example.org:3308#SHA256:…", isUp: true },
    },
  },
  note: {
    summary: "A remark on a call that is under way, for the person behind it.",
    params: v.strictObject({ text: v.string() }),
    example: { params: { text: "Your card is not published: the relay is full (relay-full)." } },
  },
  closing: {
    summary: "The agent ends, and why; `exit` is the code that the command line ends with.",
    params: v.strictObject({ message: v.string(), exit: v.number() }),
    example: { params: { message: "the agent was stopped", exit: 1 } },
  },
} as const satisfies Record<string, Described>;
