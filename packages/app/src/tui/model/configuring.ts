/** Settings of the profile: looked at, and given other values. */
import {
  changeSetting,
  noSetting,
  profileSettings,
  SETTINGS,
  type Setting,
  settingText,
} from "../../configuration.ts";
import { cleanLine } from "../../display.ts";
import { composing, EMPTY_COMPOSER } from "../composer/composer.ts";
import type { Item, Overlay } from "./overlay.ts";
import type { State } from "./state.ts";
import { call, calls, type Effect, remark, type Step, step } from "./step.ts";

/** @param words nothing for all of them; the name of one; or a name and a value, which it is given */
export function configure(state: State, words: string): Step {
  const [, name = "", value = ""] = /^(\S*)\s*([\s\S]*)$/.exec(words) ?? [];
  if (name === "") return step(state, showSettings());
  const setting = SETTINGS.find((one) => one.name === name);
  if (setting === undefined) {
    const { message } = noSetting(
      name,
      SETTINGS.map((one) => one.name),
    );
    return step(remark(state, message, true));
  }
  return step(state, value === "" ? showSetting(setting) : change(name, value));
}

function showSettings(): Effect {
  return call("settings.list", {}, (state, set) => {
    const values = profileSettings(set);
    const items = SETTINGS.map((setting): Item => {
      const value = values.get(setting.name) ?? "";
      return {
        label: setting.name,
        detail: value === "" ? "not set" : cleanLine(value),
        take: (now) => step({ ...now, overlay: settingOverlay(setting, value) }),
      };
    });
    return step({
      ...state,
      overlay: {
        kind: "list",
        title: "Settings",
        text: "Those of one conversation are /timer and /keep.",
        query: EMPTY_COMPOSER,
        items,
        index: 0,
        empty: "no setting is called so",
        hint: "Enter changes it · Esc closes",
      },
    });
  });
}

function showSetting(setting: Setting): Effect {
  return call("settings.list", {}, (state, set) =>
    step({ ...state, overlay: settingOverlay(setting, profileSettings(set).get(setting.name) ?? "") }),
  );
}

/** A choice of values, or a line to be written. */
function settingOverlay(setting: Setting, current: string): Overlay {
  const { name, values, hasDefault, usual } = setting;
  if (values !== undefined)
    return {
      kind: "list",
      title: name,
      text: `${settingText(setting)}.`,
      query: EMPTY_COMPOSER,
      items: values.map((value) => ({
        label: value,
        detail: value === current ? "as it is" : "",
        take: (state) => step(state, change(name, value)),
      })),
      index: Math.max(0, values.indexOf(current)),
      empty: "no value is called so",
      hint: "Enter takes it · Esc leaves it",
    };
  const back = hasDefault && usual === undefined ? " The word default takes it back." : "";
  return {
    kind: "ask",
    title: name,
    text: `${settingText(setting)}.${back}`,
    isSecret: false,
    answer: composing(current),
    take: (state, answer) => step({ ...state, overlay: undefined }, change(name, answer.trim())),
  };
}

function change(name: string, value: string): Effect {
  return calls("settings.set", async (face) => {
    const left = await changeSetting(face, name, value);
    const said = `${name}: ${cleanLine(value)}`;
    return (state) => step(remark(state, left === undefined ? said : `${said}. ${left}`));
  });
}
