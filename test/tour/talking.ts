/** What is written, answered, reacted to and edited, and what disappears. */
import { type Chapter, press, type, wait } from "./step.ts";

export const TALKING: Chapter = {
  title: "Talking",
  steps: [
    {
      name: "alice-writes",
      who: "alice",
      keys: [type("Hello Bob! Shall we walk to the old lighthouse on Saturday?"), ...press("Enter")],
      shows: /lighthouse[\s\S]*✓✓◉/,
      says:
        "Alice writes, Enter sends. Behind her message its way is shown: `⋯` kept here, `✓` at the relay, `✓✓` with Bob, `✓✓◉` " +
        "read.",
    },
    {
      name: "bob-chooses",
      who: "bob",
      keys: [wait(/lighthouse/), ...press("C-Up")],
      shows: /r reply/,
      says: "Bob chooses her message with Ctrl+Up. The line below it says what can be done with it.",
    },
    {
      name: "bob-replies",
      who: "bob",
      keys: [type("r"), wait(/reply to Alice/), type("Yes! At tne, by the ferry."), ...press("Enter")],
      shows: /↳ Alice: Hello[\s\S]*ferry\.[\s\S]*✓✓◉/,
      says: "He presses `r` and answers, with a slip of the finger.",
    },
    {
      name: "bob-edits",
      who: "bob",
      keys: [
        ...press("C-Up"),
        wait(/r reply/),
        type("e"),
        wait(/edit \(Esc/),
        ...press("C-u"),
        type("Yes! At ten, by the ferry."),
        ...press("Enter"),
      ],
      shows: /At ten[\s\S]*edited/,
      says: "Ctrl+Up and `e` mend it, on both sides.",
    },
    {
      name: "alice-picks-reaction",
      who: "alice",
      keys: [wait(/At ten/), ...press("C-Up"), wait(/r reply/), type("+")],
      shows: /› \/react/,
      says: "Alice only nods. `+` offers what is usual; any emoji can be typed.",
    },
    {
      name: "alice-reacts",
      who: "alice",
      keys: press("Tab", "Enter"),
      shows: /👍/,
    },
    {
      name: "bob-sees-reaction",
      who: "bob",
      keys: [],
      shows: /👍/,
    },
    {
      name: "alice-timer",
      who: "alice",
      keys: [type("/timer 1w"), ...press("Enter")],
      shows: /verified +messages disappear after/,
      says: "What is written from now on shall not stay: `/timer 1w`.",
    },
    {
      name: "alice-writes-briefly",
      who: "alice",
      keys: [type("The key lies under the third stone."), ...press("Enter")],
      shows: /third stone[\s\S]*✓✓◉/,
    },
    {
      name: "bob-timer",
      who: "bob",
      keys: [],
      shows: /disappear after[\s\S]*third stone/,
      says: "It holds for both: Bob sees it above the conversation, and with each message how long it still stays.",
    },
  ],
};
