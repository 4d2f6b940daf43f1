/** The contacts that a running agent can name, for completions. */
import { findAgent } from "./face/open.ts";
import { whereIs } from "./profile/where.ts";

/** Somebody is typing. */
const PATIENCE_MS = 300;

/** How a shell asks for names while somebody types: nothing is started, asked or waited for. Never rejects. */
export async function runningAgentContacts(): Promise<string[]> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const face = await findAgent(whereIs({}), signal);
    if (face === undefined) return [];
    try {
      if (face.hello.state === "locked") return [];
      const contacts = await face.call("contacts.list", {}, { signal });
      return contacts.filter(({ state }) => state === "contact" || state === "me").map(({ name }) => name);
    } finally {
      await face.close();
    }
  } catch {
    return [];
  }
}
