/** `asfaleia rpc`: any method of the API, for programs. */

import { parseArguments } from "../arguments.ts";
import { jsonLine } from "../display.ts";
import { EXIT, Failure, usage } from "../exit.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { print, readInput } from "../io.ts";

export const help = `Usage: asfaleia rpc METHOD [JSON] [--home DIR] [--profile NAME]
       asfaleia rpc events

Calls a method of the agent with an object of parameters, and prints its result as one line of JSON. With - in the place
of JSON the parameters are read from standard input, which is where texts and names are safe: arguments show in lists of
processes. events prints every event, one line of JSON each, until Ctrl-C.

docs/rpc.md lists the methods, their parameters and results, and the events.

${FACE_HELP}

Examples:
  asfaleia rpc contacts.list
  asfaleia rpc messages.history '{"contact": 2, "limit": 10}'
  echo '{"contact": 2, "text": "hello"}' | asfaleia rpc messages.send -
`;

/** As much as a line of the agent's socket holds. */
const MAX_JSON_BYTES = 1024 * 1024;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: FACE_OPTIONS, allowPositionals: true });
  const [method, json, more] = positionals;
  if (method === undefined) throw usage("which method? docs/rpc.md lists them");
  if (more !== undefined) throw usage("the parameters are one word: put them in quotes");
  const params = await paramsOf(json);
  return withFace(values, signal, async ({ face }) => {
    if (method !== "events") {
      // Whoever runs it knows whether there is such a method, and holds the parameters to its schema.
      const result = await face.call(method as "contacts.list", params as Record<string, never>);
      await print(jsonLine(result));
      return EXIT.done;
    }
    const events = await face.events({ signal });
    await face.call("outbox.start", {});
    for await (const event of events) await print(jsonLine(event));
    signal.throwIfAborted();
    throw new Failure(EXIT.failed, "the agent has ended");
  });
}

async function paramsOf(word: string | undefined): Promise<object> {
  if (word === undefined) return {};
  const text =
    word === "-"
      ? Buffer.from(await readInput(MAX_JSON_BYTES, EXIT.usage, "the JSON")).toString("utf8")
      : word;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usage("the parameters are not JSON");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw usage('the parameters are an object, such as {"contact": 2}');
}
