/** The contacts that a running agent can name, for completions. */

/** How a shell asks for names while somebody types: nothing is started, asked or waited for. */
export function runningAgentContacts(): Promise<string[]> {
  return Promise.resolve([]);
}
