/** JSON-RPC 2.0 (https://www.jsonrpc.org/specification), one message a line, read strictly. Batches are not served. */
import * as v from "valibot";

export const RPC_ERROR = {
  parse: -32_700,
  invalid: -32_600,
  noMethod: -32_601,
  params: -32_602,
  /** Ours: what was asked for cannot be done, and the message tells the user why. */
  failed: 1,
  /** Ours: too many calls of one face are under way. */
  busy: 2,
  /** Ours: the profile is locked; `agent.unlock` opens it. */
  locked: 3,
  /** Ours: somebody pressed Ctrl-C at a question, or the call was taken back. */
  interrupted: 4,
} as const;

const Id = v.union([v.pipe(v.number(), v.safeInteger()), v.pipe(v.string(), v.maxLength(64))]);
export type RpcId = v.InferOutput<typeof Id>;

const ErrorBody = v.strictObject({
  code: v.pipe(v.number(), v.safeInteger()),
  message: v.string(),
  data: v.exactOptional(v.unknown()),
});
export type RpcErrorBody = v.InferOutput<typeof ErrorBody>;

const version = { jsonrpc: v.literal("2.0") };
/** `v.record` would take a list, and pass over names such as `__proto__`. */
const Named = v.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);
const named = {
  method: v.pipe(v.string(), v.maxLength(64)),
  params: v.exactOptional(Named),
};
const RequestMessage = v.strictObject({ ...version, id: Id, ...named });
const Notification = v.strictObject({ ...version, ...named });
const Answer = v.strictObject({ ...version, id: Id, result: v.unknown() });
const Refusal = v.strictObject({ ...version, id: v.nullable(Id), error: ErrorBody });

export type RpcMessage =
  | {
      readonly kind: "request";
      readonly id: RpcId;
      readonly method: string;
      readonly params: Record<string, unknown>;
    }
  | { readonly kind: "notification"; readonly method: string; readonly params: Record<string, unknown> }
  | { readonly kind: "answer"; readonly id: RpcId; readonly result: unknown }
  | { readonly kind: "refusal"; readonly id: RpcId | null; readonly error: RpcErrorBody }
  /** No message. What is to be answered, and to which id. */
  | { readonly kind: "broken"; readonly id: RpcId | null; readonly error: RpcErrorBody };

/** Reads a line. Throws for none. */
export function readMessage(line: string): RpcMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return broken(null, RPC_ERROR.parse, "this is not JSON");
  }
  if (v.is(RequestMessage, value))
    return { kind: "request", id: value.id, method: value.method, params: value.params ?? {} };
  if (v.is(Notification, value))
    return { kind: "notification", method: value.method, params: value.params ?? {} };
  if (v.is(Answer, value) && "result" in value) return { kind: "answer", id: value.id, result: value.result };
  if (v.is(Refusal, value)) return { kind: "refusal", id: value.id, error: value.error };
  return broken(idOf(value), RPC_ERROR.invalid, "this is no JSON-RPC 2.0 request with named parameters");
}

export function request(id: RpcId, method: string, params: object): string {
  return `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
}

export function notification(method: string, params: object): string {
  return `${JSON.stringify({ jsonrpc: "2.0", method, params })}\n`;
}

export function answer(id: RpcId, result: unknown): string {
  return `${JSON.stringify({ jsonrpc: "2.0", id, result })}\n`;
}

export function refusal(id: RpcId | null, error: RpcErrorBody): string {
  return `${JSON.stringify({ jsonrpc: "2.0", id, error })}\n`;
}

function broken(id: RpcId | null, code: number, message: string): RpcMessage {
  return { kind: "broken", id, error: { code, message } };
}

/** An id is answered where there is one, whatever else is wrong. */
function idOf(value: unknown): RpcId | null {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : null;
  return v.is(Id, id) ? id : null;
}
