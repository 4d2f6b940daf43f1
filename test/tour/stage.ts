/** Two people, each with a home, a shell and a screen of their own, and nothing else. */

import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { drawPicture } from "../../scripts/picture.ts";
import { LAUNCHER, Place, shellWord } from "../cli/kit.ts";
import { Tmux } from "../kit/tmux.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export const SIZES: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
];

export type Who = "alice" | "bob";

export interface Actor {
  readonly place: Place;
  readonly screen: Tmux;
}

/** The files that are sent, in the home of whoever sends them. */
export const PLAN = "What to bring:\n- a map\n- tea\n";
const PICTURE_PIXELS = 100;

export class Stage implements AsyncDisposable {
  readonly alice: Actor;
  readonly bob: Actor;
  /** Where Alice's relay will listen. */
  readonly port: number;

  private constructor(alice: Actor, bob: Actor, port: number) {
    this.alice = alice;
    this.bob = bob;
    this.port = port;
  }

  static async set(size: Size): Promise<Stage> {
    await using all = new AsyncDisposableStack();
    const port = await freePort();
    const enter = async (): Promise<Actor> => {
      const place = all.use(furnished(new Place()));
      const screen = all.use(
        await Tmux.open(["/bin/sh"], {
          ...size,
          folder: place.folder,
          cwd: place.home,
          env: place.environment(),
        }),
      );
      await screen.until("a shell", /^\$/);
      return { place, screen };
    };
    const stage = new Stage(await enter(), await enter(), port);
    const ends = all.move();
    stage.#end = () => ends.disposeAsync();
    return stage;
  }

  #end: () => Promise<void> = async () => {};

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end();
  }
}

function furnished(place: Place): Place {
  const asfaleia = [process.execPath, LAUNCHER].map(shellWord).join(" ");
  place.write("bin/asfaleia", `#!/bin/sh\nexec ${asfaleia} "$@"\n`, 0o700);
  place.write("home/plan.txt", PLAN);
  place.write("home/hills.png", drawPicture(PICTURE_PIXELS));
  mkdirSync(place.path("home", "Downloads"));
  place.env = {
    PATH: `${place.path("bin")}:${process.env.PATH ?? "/usr/bin:/bin"}`,
    PS1: "$ ",
    ASFALEIA_AGENT: "on",
    TZ: noon(new Date()),
  };
  return place;
}

/** A time zone in which it is about noon: no walk crosses midnight. */
export function noon(now: Date): string {
  const ahead = 12 - now.getUTCHours();
  // Of these names the sign is the other way round.
  return `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}

/** One of loopback that nobody has at the moment; of five digits, since ports are drawn from above 10,000. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
