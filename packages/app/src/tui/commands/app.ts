/** Commands about asfaleia itself. */

import { SETTINGS } from "../../configuration.ts";
import { configure } from "../model/configuring.ts";
import { search, switcher } from "../model/finding.ts";
import { help } from "../model/help.ts";
import { deviceStatus } from "../model/infos.ts";
import type { State } from "../model/state.ts";
import { step } from "../model/step.ts";
import type { Candidate, Command } from "./command.ts";
import { deliveries } from "./talk.ts";

/** Names of settings, and behind one the values that it takes where they are a few words. */
function settings(_: State, rest: string): readonly Candidate[] {
  return SETTINGS.flatMap(({ name, help, values = [] }) =>
    rest.startsWith(`${name} `)
      ? values.map((value) => ({ text: `${name} ${value}`, detail: "" }))
      : [{ text: name, detail: help.join(" ") }],
  ).filter(({ text }) => text.startsWith(rest));
}

export const APP_COMMANDS: readonly Command[] = [
  { name: "open", args: "[NAME]", help: "go to a conversation", run: switcher },
  { name: "search", args: "[WORDS]", help: "find messages", run: search },
  { name: "delivery", args: "", help: "how far your last message is", run: deliveries },
  {
    name: "config",
    args: "[KEY [VALUE]]",
    help: "settings",
    complete: settings,
    run: configure,
  },
  {
    name: "status",
    args: "",
    help: "this device and its relays",
    run: (state) => step(state, deviceStatus()),
  },
  { name: "help", args: "", help: "keys and commands", run: (state) => step(help(state)) },
  {
    name: "quit",
    args: "",
    help: "end asfaleia here; the agent goes on",
    run: (state) => step(state, { do: "quit" }),
  },
];
