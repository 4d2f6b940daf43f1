/** Commands about people. */
import { cleanName } from "../../display.ts";
import { askToAdd } from "../model/adding.ts";
import { contactInfo } from "../model/contactinfo.ts";
import { contactDevices, showDevices } from "../model/devices.ts";
import { verification } from "../model/infos.ts";
import { makeCode, makeInvite } from "../model/inviting.ts";
import { careful } from "../model/lookalikes.ts";
import { showCard, showRequests } from "../model/meeting.ts";
import { people } from "../model/people.ts";
import { refresh } from "../model/refreshing.ts";
import { type Contact, contactOf, type State } from "../model/state.ts";
import { call, remark, type Step, step } from "../model/step.ts";
import type { Candidate, Command } from "./command.ts";

/** Whoever is named, or the contact of the open conversation. */
function meant(state: State, name: string, run: (contact: Contact) => Step): Step {
  if (name === "") {
    const contact = contactOf(state, state.open);
    return contact === undefined ? step(remark(state, "no conversation is open", true)) : run(contact);
  }
  const wanted = name.toLowerCase();
  const contact = (state.contacts ?? []).find((one) => one.name.toLowerCase() === wanted);
  return contact === undefined
    ? step(remark(state, `there is no contact ${cleanName(name)}`, true))
    : run(contact);
}

function names(state: State, rest: string): readonly Candidate[] {
  return people(state)
    .filter(({ name }) => name.toLowerCase().startsWith(rest.toLowerCase()))
    .map(({ name }) => ({ text: cleanName(name), detail: "" }));
}

function sources(_: State, rest: string): readonly Candidate[] {
  return [
    { text: "github:", detail: "the keys of an account at GitHub" },
    { text: "gitlab:", detail: "at GitLab" },
  ].filter(({ text }) => rest !== "" && text.startsWith(rest));
}

function block(state: State, name: string): Step {
  return meant(state, name, ({ id, name: known }) =>
    step({
      ...state,
      overlay: {
        kind: "confirm",
        title: "Block",
        text: `Take nothing from ${cleanName(known)} any more? They are not told.`,
        yes: (now) => step(remark(now, "blocked"), call("contacts.block", { contact: id })),
      },
    }),
  );
}

function remove(state: State, name: string): Step {
  return meant(state, name, ({ id, name: known }) =>
    step({
      ...state,
      overlay: {
        kind: "confirm",
        title: "Remove",
        text: `Remove ${cleanName(known)} from here, with all that was said?`,
        yes: (now) => step({ ...now, open: undefined }, call("contacts.remove", { contact: id })),
      },
    }),
  );
}

function rename(state: State, rest: string): Step {
  if (rest === "") return step(remark(state, "say the new name: /rename NAME", true));
  return meant(state, "", ({ id }) =>
    step(
      state,
      call("contacts.rename", { contact: id, name: rest }, (now) => step(careful(now, { id, name: rest }))),
    ),
  );
}

export const PEOPLE_COMMANDS: readonly Command[] = [
  {
    name: "add",
    args: "[LINK|CODE|github:NAME|CARD|KEY|FILE]",
    help: "make a contact",
    complete: sources,
    run: askToAdd,
  },
  { name: "invite", args: "[NAME]", help: "a link for one person, who becomes a contact", run: makeInvite },
  { name: "code", args: "[NAME]", help: "a code to be told to one person who is there", run: makeCode },
  { name: "join", args: "[CODE|LINK]", help: "use a code or a link that you were given", run: askToAdd },
  { name: "card", args: "", help: "your card: whoever has it can write to you", run: showCard },
  { name: "requests", args: "", help: "what strangers wrote", run: (state) => showRequests(state) },
  {
    name: "verify",
    args: "[NAME]",
    help: "compare the safety number",
    complete: names,
    run: (state, rest) => meant(state, rest, (contact) => verification(state, contact)),
  },
  {
    name: "info",
    args: "[NAME]",
    help: "keys, devices and settings of somebody",
    complete: names,
    run: (state, rest) => meant(state, rest, (contact) => contactInfo(state, contact)),
  },
  {
    name: "refresh",
    args: "[NAME]",
    help: "look keys from github:NAME and such up again",
    complete: names,
    run: (state, rest) =>
      rest === "" ? refresh(state) : meant(state, rest, (contact) => refresh(state, contact)),
  },
  {
    name: "devices",
    args: "[NAME]",
    help: "your devices, or somebody's, and which ask to be taken",
    complete: names,
    run: (state, rest) =>
      rest === "" ? showDevices(state) : meant(state, rest, ({ id }) => contactDevices(state, id)),
  },
  { name: "rename", args: "NAME", help: "call the contact something else", run: rename },
  { name: "block", args: "[NAME]", help: "take nothing from them any more", complete: names, run: block },
  {
    name: "unblock",
    args: "NAME",
    help: "take their messages again",
    complete: (state, rest) =>
      (state.contacts ?? [])
        .filter(
          ({ state: kind, name }) => kind === "blocked" && name.toLowerCase().startsWith(rest.toLowerCase()),
        )
        .map(({ name }) => ({ text: cleanName(name), detail: "" })),
    run: (state, rest) =>
      meant(state, rest, ({ id }) =>
        step(remark(state, "no longer blocked"), call("contacts.unblock", { contact: id })),
      ),
  },
  {
    name: "remove",
    args: "[NAME]",
    help: "remove a contact and all that was said",
    complete: names,
    run: remove,
  },
];
