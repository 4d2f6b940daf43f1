/** A picture, a file, and finding what was said. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PLAN } from "./stage.ts";
import { type Chapter, press, type, wait } from "./step.ts";

export const SENDING: Chapter = {
  title: "Pictures and files",
  steps: [
    {
      name: "bob-picture",
      who: "bob",
      keys: [type("/file ~/hills.png"), ...press("Enter")],
      shows: /hills\.png[\s\S]*offered[\s\S]*✓✓◉/,
      says: "`/file` sends a picture or a file; Tab completes its path.",
    },
    {
      name: "alice-picture-offered",
      who: "alice",
      keys: [],
      shows: /hills\.png[\s\S]*\/show shows it/,
      says: "Nothing is fetched before Alice wants it: fetching tells Bob that she looks.",
    },
    {
      name: "alice-picture",
      who: "alice",
      keys: [type("/show"), ...press("Enter")],
      shows: /▀▀/,
      says:
        "`/show` fetches it and shows it where it stands: as pixels in terminals that can (kitty, iTerm2, sixel), and as " +
        "coloured blocks in all others, such as this one.",
    },
    {
      name: "alice-file",
      who: "alice",
      keys: [type("/file ~/plan.txt"), ...press("Enter")],
      shows: /plan\.txt[\s\S]*✓✓◉/,
    },
    {
      name: "bob-offered",
      who: "bob",
      keys: [],
      shows: /plan\.txt/,
      says: "Files wait in the same way.",
    },
    {
      name: "bob-saved",
      who: "bob",
      keys: [...press("C-Up"), wait(/s save/), type("s")],
      shows: /saved: /,
      holds: ({ bob }) =>
        assert.equal(readFileSync(bob.place.path("home", "Downloads", "plan.txt"), "utf8"), PLAN),
      says: "Bob chooses it, and `s` saves it.",
    },
    {
      name: "alice-search",
      who: "alice",
      keys: [...press("C-f"), wait(/Search/), type("light")],
      shows: /lighthouse/,
      says: "Ctrl+F searches in everything that is kept here, in all conversations at once.",
    },
    {
      name: "alice-found",
      who: "alice",
      keys: press("Enter"),
      shows: /r reply/,
    },
    {
      name: "alice-back",
      who: "alice",
      keys: press("Escape"),
      shows: /Write, \//,
    },
  ],
};
