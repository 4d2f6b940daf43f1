/** From nothing to an empty chat, on both sides. */
import { type Chapter, type Key, press, type, wait } from "./step.ts";

const ALICES_PASSPHRASE = "correct horse";
const BOBS_PASSPHRASE = "battery staple";

/**
 * Receipts wait some random seconds, so that a relay cannot tell by them who reads what; the walk would wait with them. And that
 * something was read is told by those who want it told. Settings count from the next start on.
 */
const SETTINGS = "asfaleia config delays 0; asfaleia config receipts on; asfaleia agent stop; clear";
const SHELL = /^\$$/m;

function setUp(passphrase: string): readonly Key[] {
  return [
    type("/quit"),
    ...press("Enter"),
    wait(SHELL),
    type(SETTINGS),
    ...press("Enter"),
    wait(/^\$\n*$/),
    type("asfaleia"),
    ...press("Enter"),
    wait(/passphrase for the profile/),
    type(passphrase),
    ...press("Enter"),
  ];
}

const ALICE: Chapter = {
  title: "Beginning",
  steps: [
    {
      name: "alice-begins",
      who: "alice",
      keys: [type("asfaleia"), ...press("Enter")],
      shows: /Welcome[\s\S]*Make a new key/,
      says:
        "Alice has neither an SSH key nor a relay. She starts `asfaleia` and is asked four questions. Whoever has keys in " +
        "`~/.ssh` or in an ssh-agent finds them listed here; she has one made, with Enter.",
    },
    {
      name: "alice-relay",
      who: "alice",
      keys: press("Enter"),
      shows: /Start one here/,
      says: "She knows no relay, so she starts one: Down, then Enter. It runs on her machine for as long as her agent does.",
    },
    {
      name: "alice-host-wrong",
      who: "alice",
      keys: [
        ...press("Down", "Enter"),
        wait(/A name or an address/),
        ...press("C-u"),
        type("alice's laptop"),
        ...press("Enter"),
      ],
      shows: /That does not work/,
      says: "What does not work is told at once, and the answer can be mended. Ctrl+U clears the line.",
    },
    {
      name: "alice-host",
      who: "alice",
      keys: [...press("C-u"), type("127.0.0.1:{port}")],
      shows: /127\.0\.0\.1:\d+/,
    },
    {
      name: "alice-name",
      who: "alice",
      keys: [...press("Enter"), wait(/What are you called/), ...press("C-u"), type("Alice")],
      shows: /› Alice$/m,
      says: "A name for others to see.",
    },
    {
      name: "alice-passphrase",
      who: "alice",
      keys: [...press("Enter"), wait(/Enter a passphrase/), type(ALICES_PASSPHRASE)],
      shows: /\(hidden\)/,
      says: "And a passphrase, which seals what is kept on the disk. It is asked for twice.",
    },
    {
      name: "alice-empty",
      who: "alice",
      keys: [...press("Enter"), wait(/same passphrase again/), type(ALICES_PASSPHRASE), ...press("Enter")],
      shows: /Nobody is here yet[\s\S]*● 127\.0\.0\.1/,
      says:
        "That was all. At the left are conversations, at the bottom is where one writes, and the dot says that the relay is " +
        "connected.",
    },
    {
      name: "alice-set-up",
      who: "alice",
      keys: setUp(ALICES_PASSPHRASE),
      shows: /Nobody is here yet[\s\S]*● 127\.0\.0\.1/,
    },
    {
      name: "alice-status",
      who: "alice",
      keys: [type("/status"), ...press("Enter")],
      shows: /connected +asfaleia:\/\//,
      learns: ["address", addressOn],
      says:
        "`/status` shows the address of her relay. She gives the whole of it to Bob; what stands behind `#` is how his " +
        "asfaleia knows that it is hers.",
    },
    {
      name: "alice-status-closed",
      who: "alice",
      keys: press("Escape"),
      shows: /Nobody is here yet/,
    },
  ],
};

const BOB: Chapter = {
  title: "Bob begins",
  steps: [
    {
      name: "bob-begins",
      who: "bob",
      keys: [type("asfaleia"), ...press("Enter")],
      shows: /Make a new key/,
    },
    {
      name: "bob-relay",
      who: "bob",
      keys: press("Enter"),
      shows: /I have an invite, or an address/,
    },
    {
      name: "bob-address-wrong",
      who: "bob",
      keys: [
        ...press("Enter"),
        wait(/The invite, or the address/),
        type("asfaleia://127.0.0.1:{port}#SHA256:short"),
        ...press("Enter"),
      ],
      shows: /That does not work/,
    },
    {
      name: "bob-address",
      who: "bob",
      keys: [...press("C-u"), type("{address}")],
      shows: /› asfaleia:\/\//,
      says: "Bob's questions are the same. He has an address for the second, and puts it in.",
    },
    {
      name: "bob-empty",
      who: "bob",
      keys: [
        ...press("Enter"),
        wait(/What are you called/),
        ...press("C-u"),
        type("Bob"),
        ...press("Enter"),
        wait(/Enter a passphrase/),
        type(BOBS_PASSPHRASE),
        ...press("Enter"),
        wait(/same passphrase again/),
        type(BOBS_PASSPHRASE),
        ...press("Enter"),
      ],
      shows: /Nobody is here yet[\s\S]*● 127\.0\.0\.1/,
    },
    {
      name: "bob-set-up",
      who: "bob",
      keys: setUp(BOBS_PASSPHRASE),
      shows: /Nobody is here yet[\s\S]*● 127\.0\.0\.1/,
    },
  ],
};

function addressOn(rows: readonly string[]): string | undefined {
  return /asfaleia:\/\/127\.0\.0\.1:\d+#SHA256:[A-Za-z0-9+/]{43}/.exec(
    rows.join("\n").replace(/\n +/g, ""),
  )?.[0];
}

export const BEGINNING: readonly Chapter[] = [ALICE, BOB];
export const PASSPHRASES = { alice: ALICES_PASSPHRASE, bob: BOBS_PASSPHRASE } as const;
