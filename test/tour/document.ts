/** docs/tour.md, out of the steps and their screens. */
import { CHAPTERS } from "./chapters.ts";
import type { Chapter } from "./step.ts";

export const TOUR = "docs/tour.md";

const HEAD = `# A tour

Alice and Bob, from nothing to a chat that both have verified. The screens were captured from terminals of 80 columns and 24 rows while the
keys were pressed that the text names; a test walks the same way, there and at 200 by 50, and compares every cell.

What differs each time is a word here: \`hh:mm\`, \`day dd month yyyy\`, \`digit\`, \`fingerprint\`, \`device\`, \`_port\`,
\`nnnnn-first-second\`. Between the first and the second chapter both have said \`asfaleia config receipts on\`, to tell each other what they
have read, and \`asfaleia config delays 0\`: otherwise the marks behind messages change some seconds later, at random, which tells a relay less.
`;

const FOOT = `## Where to go from here
F1 shows all keys and commands, and [docs/chat.md](chat.md) lists them. [The command line](cli.md) does all of this in scripts. [The agent](agent.md)
is what goes on when the chat is left. Read [what is and is not protected](threat-model.md) before you trust it with anything.
`;

/** @param screen the text of a step's snapshot; undefined where it is missing. @throws where it is */
export function makeTour(screen: (step: string) => string | undefined): string {
  return [HEAD, ...CHAPTERS.map((chapter) => chapterText(chapter, screen)), FOOT].join("\n");
}

function chapterText({ title, steps }: Chapter, screen: (step: string) => string | undefined): string {
  const parts = steps.flatMap(({ name, says }) => {
    if (says === undefined) return [];
    const text = screen(name);
    if (text === undefined) throw new Error(`there is no screen of ${name}`);
    return [`${wrapped(says)}\n\`\`\`text\n${text}\n\`\`\`\n`];
  });
  return `## ${title}\n${parts.join("\n")}`;
}

const MAX_LINE = 140;

/** Between words, code spans too: Markdown joins the lines again. */
function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > MAX_LINE) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}
