/** Another process that has a profile open, for rig.ts: `node holder.ts SCENE FOLDER`. */
import { readSync, writeSync } from "node:fs";
import { openProfile } from "./internals.ts";
import { message } from "./samples.ts";

const [scene, folder] = process.argv.slice(2) as [string, string];
const profile = await openProfile(folder, {});

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Until told to go on, in the middle of whatever is being done. */
function waitHere(): void {
  readSync(0, Buffer.alloc(1));
}

function write(text: string): void {
  profile.settings.set("state", text);
  const [contact] = profile.contacts.all();
  for (let i = 0; i < 200; i++) profile.messages.add(message(contact!.id, { text, n: i + 1, sender: text }));
}

switch (scene) {
  case "hold":
    say("open");
    waitHere();
    profile.close();
    say("closed");
    break;
  case "midway":
    profile.transaction(() => {
      write("new");
      say("midway");
      waitHere();
    });
    break;
  case "committed":
    profile.transaction(() => write("new"));
    say("committed");
    waitHere();
    break;
}
