/** Commands about asfaleia itself. */

import { search, switcher } from "../model/finding.ts";
import { help } from "../model/help.ts";
import { deviceStatus } from "../model/infos.ts";
import { step } from "../model/step.ts";
import type { Command } from "./command.ts";
import { deliveries } from "./talk.ts";

export const APP_COMMANDS: readonly Command[] = [
  { name: "open", args: "[NAME]", help: "go to a conversation", run: switcher },
  { name: "search", args: "[WORDS]", help: "find messages", run: search },
  { name: "delivery", args: "", help: "how far your last message is", run: deliveries },
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
