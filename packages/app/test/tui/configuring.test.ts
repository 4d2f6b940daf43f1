/** Settings in the chat: those of `asfaleia config`, with the same checks. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SETTING_NAMES } from "@asfaleia/client/messenger";
import { SETTINGS } from "../../src/configuration.ts";
import { APP_SETTING_NAMES } from "../../src/settings.ts";
import { KEY, type MadeUpFace, message, withTui } from "./kit.ts";

/** An agent that keeps settings, and takes no notification but these. */
function withSettings(face: MadeUpFace): Record<string, string> {
  const set: Record<string, string> = { receipts: "on", downloads: "/srv/down\x1b[2J" };
  face.answers.set("settings.list", () => set);
  face.answers.set("settings.set", ({ name, value }) => {
    if (name === "downloads" && !String(value).startsWith("/"))
      throw new Error("this setting takes the whole path of a folder");
    set[String(name)] = String(value);
    return { isTold: name !== "publish" };
  });
  return set;
}

describe("settings in the chat", () => {
  it("are all that there are, and those that can be taken back are", () => {
    const names = SETTINGS.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), [...SETTING_NAMES, ...APP_SETTING_NAMES].toSorted());
    const taken = SETTINGS.filter(({ hasDefault }) => hasDefault).map(({ name }) => name);
    assert.deepEqual(taken.toSorted(), [...APP_SETTING_NAMES].toSorted());
  });

  it("are listed with what counts, and changed by a choice", () =>
    withTui(withSettings, async ({ shows, press, face, until }) => {
      await shows("Write, /");
      press("/config", KEY.enter);
      await shows(/• publish +on\n +receipts +on\n +delays +5\n/);
      await shows(/downloads +\/srv\/down<U\+001B>\[2J/);
      await shows(/own-relay +not set/);
      press("noti", KEY.enter);
      await shows(/what a notification says[\s\S]*• name +as it is\n +bare\n +off/);
      press(KEY.down, KEY.enter);
      await until("set", () => face.last("settings.set") !== undefined);
      assert.deepEqual(face.last("settings.set"), { name: "notify", value: "bare" });
      await shows("notify: bare");
    }));

  it("are changed by a line, and a value that is not taken is told as the verb tells it", () =>
    withTui(withSettings, async ({ shows, press, face }) => {
      await shows("Write, /");
      press("/config downloads", KEY.enter);
      await shows(/the folder where the terminal UI saves files\. The word default takes it\s+back/);
      press("\x15", "down", KEY.enter);
      await shows("this setting takes the whole path of a folder");
      press("/config downloads /srv/other", KEY.enter);
      await shows("downloads: /srv/other");
      assert.deepEqual(face.last("settings.set"), { name: "downloads", value: "/srv/other" });
      press("/config publish off", KEY.enter);
      await shows("publish: off. asfaleia card --publish tells the");
      press("/config colour", KEY.enter);
      await shows('there is no setting "colour"; there are publish, receipts');
    }));

  it("are completed, names and values", () =>
    withTui(withSettings, async ({ shows, press }) => {
      await shows("Write, /");
      press("/config pic");
      await shows(/pictures +ask or fetch/);
      press(KEY.tab, " ");
      await shows(/pictures ask[\s\S]*pictures fetch/);
      press("f", KEY.tab);
      await shows("› /config pictures fetch");
    }));

  it("count in the chat at once, whichever face has changed them", async () => {
    let fetches = false;
    const options = {
      fetchesPictures: () => fetches,
      learn: async () => {
        fetches = true;
      },
    };
    await withTui(
      (face) => {
        const file = { id: "c".repeat(32), name: "a.png", type: "image/png", size: 9, done: 0 } as const;
        face.messages = [message(0, { kind: "file", text: "", file: { ...file, state: "offered" } })];
      },
      async ({ shows, face, until }) => {
        await shows("a.png");
        await shows("● relay");
        assert.equal(face.last("files.accept"), undefined);
        face.emit({ type: "settings" });
        await until("fetched", () => face.last("files.accept") !== undefined);
      },
      options,
    );
  });
});
