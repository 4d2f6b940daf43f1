/** The verbs: what the command line, the completions and the man pages know of them before one is loaded. */

/** What a file under verbs/ exports. */
export interface Verb {
  /** The text of `--help`. */
  readonly help: string;
  /**
   * @param args behind the verb
   * @param signal aborts when the person or the system wants us to end
   * @returns the exit code
   */
  run(args: string[], signal: AbortSignal): Promise<number>;
}

/** A row of the table. */
export interface Entry {
  readonly summary: string;
  /** Loaded when it is used: `--help` must not wait for the cryptography. */
  load(): Promise<Verb>;
}

/** By what is typed behind `asfaleia`, in the order of the overview. */
export const VERBS: Readonly<Record<string, Entry>> = {
  whoami: { summary: "show your key", load: () => import("./verbs/whoami.ts") },
  init: {
    summary: "make a profile: this installation becomes a device of your key",
    load: () => import("./verbs/init.ts"),
  },
  card: {
    summary: "print your card: with it others can write to you",
    load: () => import("./verbs/card.ts"),
  },
  add: {
    summary: "make a contact of a link, a code, a card, or SSH keys",
    load: () => import("./verbs/add.ts"),
  },
  invite: {
    summary: "invite somebody by a link or a spoken code",
    load: () => import("./verbs/invite.ts"),
  },
  contacts: { summary: "list, rename and remove contacts", load: () => import("./verbs/contacts.ts") },
  verify: { summary: "compare the safety number with somebody", load: () => import("./verbs/verify.ts") },
  send: {
    summary: "send a message, or a letter to the holder of an SSH key",
    load: () => import("./verbs/send.ts"),
  },
  reply: { summary: "answer a message", load: () => import("./verbs/reply.ts") },
  react: { summary: "react to a message", load: () => import("./verbs/react.ts") },
  edit: { summary: "give a message another text", load: () => import("./verbs/edit.ts") },
  delete: { summary: "delete a message everywhere", load: () => import("./verbs/delete.ts") },
  listen: { summary: "show messages as they come", load: () => import("./verbs/listen.ts") },
  save: { summary: "fetch and save the file of a message", load: () => import("./verbs/save.ts") },
  show: { summary: "show the picture of a message", load: () => import("./verbs/show.ts") },
  history: { summary: "show what was said", load: () => import("./verbs/history.ts") },
  search: { summary: "find messages", load: () => import("./verbs/search.ts") },
  requests: {
    summary: "first messages of people you do not know",
    load: () => import("./verbs/requests.ts"),
  },
  block: { summary: "take nothing from a contact any more", load: () => import("./verbs/block.ts") },
  unblock: { summary: "take messages of a blocked contact again", load: () => import("./verbs/unblock.ts") },
  status: { summary: "show this device, or how far a message is", load: () => import("./verbs/status.ts") },
  device: { summary: "your devices: confirm, withdraw, renew", load: () => import("./verbs/device.ts") },
  config: { summary: "show and change settings", load: () => import("./verbs/config.ts") },
  export: { summary: "write contacts and history in the clear", load: () => import("./verbs/export.ts") },
  backup: {
    summary: "write contacts and history into a sealed file",
    load: () => import("./verbs/backup.ts"),
  },
  restore: { summary: "make a profile out of a backup", load: () => import("./verbs/restore.ts") },
  wipe: { summary: "remove a profile", load: () => import("./verbs/wipe.ts") },
  "letters get": { summary: "fetch your letters", load: () => import("./verbs/letters-get.ts") },
  "letters listen": { summary: "show letters as they come", load: () => import("./verbs/letters-listen.ts") },
  "letters open": {
    summary: "open letters that were kept sealed",
    load: () => import("./verbs/letters-open.ts"),
  },
  completion: {
    summary: "print the completions of bash, zsh or fish",
    load: () => import("./verbs/completion.ts"),
  },
  agent: {
    summary: "hold a profile open for the other verbs",
    load: () => import("./verbs/agent.ts"),
  },
  "agent stop": { summary: "end the agent of a profile", load: () => import("./verbs/agent-stop.ts") },
  rpc: { summary: "call a method of the agent, for programs", load: () => import("./verbs/rpc.ts") },
  relay: { summary: "run a relay", load: () => import("./verbs/relay.ts") },
};

/** The settings that every verb heeds, for the overview and asfaleia(1). */
export const ENVIRONMENT: readonly { readonly name: string; readonly text: string }[] = [
  { name: "ASFALEIA_RELAY", text: "the relay, as asfaleia://host:port#SHA256:…" },
  {
    name: "ASFALEIA_HOME",
    text: "the folder of what asfaleia keeps (default: XDG_DATA_HOME/asfaleia or ~/.local/share/asfaleia)",
  },
  { name: "ASFALEIA_AGENT", text: "off: no verb starts or uses an agent, as with --no-agent" },
  {
    name: "ASFALEIA_PICTURES",
    text: "how pictures are shown: kitty, iterm2, sixel, blocks or off (default: as the terminal can)",
  },
  { name: "ASFALEIA_PROXY", text: "a SOCKS5 proxy for everything: socks5h://host:port" },
];
