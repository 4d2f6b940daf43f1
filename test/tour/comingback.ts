/** Both end everything, and come back. */
import { PASSPHRASES } from "./beginning.ts";
import { type Chapter, press, type, wait } from "./step.ts";

/** At the end of the screen: above it stands what was asked before. */
const ASKED = /Enter passphrase for the profile 'default':\n*$/;

export const COMING_BACK: Chapter = {
  title: "Coming back",
  steps: [
    {
      name: "bob-ends",
      who: "bob",
      keys: [
        type("/quit"),
        ...press("Enter"),
        wait(/^\$ $|^\$$/m),
        type("asfaleia agent stop"),
        ...press("Enter"),
      ],
      shows: /agent stop\n[\s\S]*\$$/m,
      says:
        "`/quit` leaves the chat. The agent goes on and takes what comes; `asfaleia agent stop` ends it too, as the end of " +
        "the login would.",
    },
    {
      name: "alice-ends",
      who: "alice",
      keys: [
        type("/quit"),
        ...press("Enter"),
        wait(/^\$ $|^\$$/m),
        type("asfaleia agent stop"),
        ...press("Enter"),
      ],
      shows: /agent stop\n[\s\S]*\$$/m,
    },
    {
      name: "alice-asked",
      who: "alice",
      keys: [type("asfaleia"), ...press("Enter")],
      shows: ASKED,
      says: "The next start asks for the passphrase, once for as long as the agent runs.",
    },
    {
      name: "alice-again",
      who: "alice",
      keys: [type(PASSPHRASES.alice), ...press("Enter")],
      shows: /verified[\s\S]*plan\.txt[\s\S]*● 127/,
      says: "And everything is there.",
    },
    {
      name: "bob-again",
      who: "bob",
      keys: [type("asfaleia"), ...press("Enter"), wait(ASKED), type(PASSPHRASES.bob), ...press("Enter")],
      shows: /verified[\s\S]*plan\.txt[\s\S]*● 127/,
    },
    {
      name: "bob-writes-again",
      who: "bob",
      keys: [type("See you on Saturday."), ...press("Enter")],
      shows: /See you on Saturday[\s\S]*✓✓◉/,
    },
    {
      name: "alice-reads-again",
      who: "alice",
      keys: [],
      shows: /See you on Saturday/,
      says: "Alice's relay has forgotten everything, as relays do, and nothing is missing.",
    },
  ],
};
