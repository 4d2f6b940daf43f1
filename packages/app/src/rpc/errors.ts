/** Failures on their way from an agent to a face. */
import * as v from "valibot";
import { NoMethod } from "../api/nomethod.ts";
import { EXIT, type Exit, Failure, failureOf, Interrupted } from "../exit.ts";
import { RPC_ERROR, type RpcErrorBody } from "./message.ts";
import { HungUp, RpcError } from "./peer.ts";

const Data = v.object({ exit: v.number(), code: v.exactOptional(v.string()) });

/** What an error becomes on the line. */
export function errorBody(error: unknown): RpcErrorBody {
  if (error instanceof NoMethod) return { code: RPC_ERROR.noMethod, message: error.message };
  if (error instanceof Interrupted) return { code: RPC_ERROR.interrupted, message: "interrupted" };
  if (error instanceof RpcError) return { code: error.code, message: error.message };
  const { message, exit } = failureOf(error);
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const isUsage = exit === EXIT.usage && error instanceof Failure;
  return { code: isUsage ? RPC_ERROR.params : RPC_ERROR.failed, message, data: { exit, ...code } };
}

/** What it is again at the other end. */
export function failureFrom(error: unknown): unknown {
  if (error instanceof HungUp)
    return new Failure(EXIT.failed, "the agent has hung up; asfaleia status tells how it is");
  if (!(error instanceof RpcError)) return error;
  if (error.code === RPC_ERROR.interrupted) return new Interrupted("Ctrl-C");
  const data = v.is(Data, error.data) ? error.data : { exit: EXITS[error.code] ?? EXIT.failed };
  return new Failure(exitOf(data.exit), error.message, "code" in data ? data.code : undefined);
}

/** Of refusals that come without an exit code. */
const EXITS: Readonly<Record<number, Exit>> = {
  [RPC_ERROR.noMethod]: EXIT.usage,
  [RPC_ERROR.locked]: EXIT.key,
};

/** A number from elsewhere, as far as it is one of ours. */
export function exitOf(code: unknown): Exit {
  return (Object.values(EXIT) as unknown[]).includes(code) ? (code as Exit) : EXIT.failed;
}
