/** What a method of the API is: a name in the table, two schemas, an example, and what it does. docs/rpc.md shows them all. */
import type * as v from "valibot";
import type { Caller } from "./caller.ts";
import type { Session } from "./session.ts";

export type Schema = v.GenericSchema<unknown, unknown>;

export interface Method<P extends Schema = Schema, R extends Schema = Schema> {
  /** One sentence for docs/rpc.md. */
  readonly summary: string;
  readonly params: P;
  readonly result: R;
  readonly example: { readonly params: v.InferInput<P>; readonly result: v.InferInput<R> };
  /** @throws Failure, and what the messenger throws */
  run(
    session: Session,
    params: v.InferOutput<P>,
    caller: Caller,
  ): v.InferOutput<R> | Promise<v.InferOutput<R>>;
}

/** A method, its types inferred. */
export function method<const P extends Schema, const R extends Schema>(
  definition: Method<P, R>,
): Method<P, R> {
  return definition;
}
