/** Finds a method, holds its parameters to its schema, and runs it: the same for a face in another process and in this one. */
import * as v from "valibot";
import { usage } from "../exit.ts";
import type { Caller } from "./caller.ts";
import type { Method } from "./method.ts";
import { NoMethod } from "./nomethod.ts";
import type { Session } from "./session.ts";
import { API, type MethodName } from "./table.ts";

export function isMethod(name: string): name is MethodName {
  return Object.hasOwn(API, name);
}

/** @throws NoMethod, Failure `usage` for parameters that are not as the schema says, and what the method throws */
export async function dispatch(
  session: Session,
  name: string,
  params: unknown,
  caller: Caller,
): Promise<unknown> {
  if (!isMethod(name)) throw new NoMethod();
  const method = API[name] as unknown as Method;
  return method.run(session, readParams(method.params, params), caller);
}

/**
 * Only the place of what is wrong is told: the value may be anything.
 * @throws Failure `usage`
 */
export function readParams<const S extends v.GenericSchema>(schema: S, params: unknown): v.InferOutput<S> {
  const read = v.safeParse(schema, params, { abortEarly: true });
  if (read.success) return read.output;
  const at = read.issues[0].path?.map(({ key }) => String(key)).join(".");
  const isKnown = at !== undefined && /^[A-Za-z.0-9]{1,64}$/.test(at);
  throw usage(
    isKnown ? `the parameter ${at} is not as docs/rpc.md says` : "the parameters are not as docs/rpc.md says",
  );
}
