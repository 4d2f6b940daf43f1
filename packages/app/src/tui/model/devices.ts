/** Devices: the own ones, and those of contacts, looked at one by one and taken or not. */
import { beside, cleanName } from "../../display.ts";
import { EMPTY_COMPOSER } from "../composer/composer.ts";
import { moment } from "../format.ts";
import { EMPTY_ROW, type Row } from "../layout/row.ts";
import { artRows, fact, paragraph, textOverlay } from "./infos.ts";
import type { ConfirmOverlay, Item, TextOverlay } from "./overlay.ts";
import { type Contact, contactOf, type State } from "./state.ts";
import { call, calls, type Effect, remark, type Step, step } from "./step.ts";
import { type Device, waitingDevices } from "./waiting.ts";

/** The own devices, this one first, below those of contacts that wait for the user's word. */
export function showDevices(state: State): Step {
  return step(
    state,
    call("devices.list", {}, (now, own) => {
      const waiting = waitingDevices(now).filter(({ contact }) => contact.state === "contact");
      const items: Item[] = [
        ...waiting.map(
          ({ contact, device }): Item => ({
            label: beside(cleanName(contact.name), device.id.slice(0, 8)),
            detail: "asks to be taken",
            take: (later) => step(later, showDevice(contact, device)),
          }),
        ),
        ...own.map((device, index) => ownItem(device, index === 0)),
      ];
      return step({ ...now, overlay: listOverlay("Devices", OWN_TEXT, items) });
    }),
  );
}

const OWN_TEXT =
  "Yours, and those of contacts that wait for your word. To add another machine: asfaleia init with the same SSH key " +
  "there, and confirm it here. asfaleia device renew replaces the keys of this one.";

/** Those of one contact. */
export function contactDevices(state: State, id: number): Step {
  const contact = contactOf(state, id);
  if (contact === undefined) return step(state);
  if (contact.state === "me") return showDevices(state);
  const items = contact.devices.map(
    (device): Item => ({
      label: device.id,
      detail: STATES[device.state],
      take: (now) => step(now, showDevice(contact, device)),
    }),
  );
  return step({ ...state, overlay: listOverlay(`Devices of ${cleanName(contact.name)}`, undefined, items) });
}

const STATES = {
  unconfirmed: "asks to be taken",
  confirmed: "confirmed",
  withdrawn: "gets nothing",
} as const satisfies Record<Device["state"], string>;

function listOverlay(title: string, text: string | undefined, items: readonly Item[]) {
  return {
    kind: "list",
    title,
    ...(text === undefined ? {} : { text }),
    query: EMPTY_COMPOSER,
    items,
    index: 0,
    empty: "none is known so far",
    hint: "Enter looks at it · Esc closes",
  } as const;
}

/** A device of a contact, with what there is to go by. */
function showDevice(contact: Contact, device: Device): Effect {
  return calls("contacts.keys", async (face) => {
    const [keys, changes] = await Promise.all([
      face.call("contacts.keys", { contact: contact.id }),
      face.call("contacts.changes", { contact: contact.id }),
    ]);
    const art = keys.find(({ fingerprint }) => fingerprint === device.identity)?.randomart ?? "";
    const added = changes.findLast(({ kind, about }) => kind === "device-added" && about === device.id)?.at;
    return (state) => step({ ...state, overlay: deviceOverlay(contact, device, art, added) });
  });
}

function deviceOverlay(
  contact: Contact,
  device: Device,
  art: string,
  added: number | undefined,
): TextOverlay {
  const name = cleanName(contact.name);
  const isWaiting = device.state === "unconfirmed";
  const rows = (width: number): Row[] => [
    ...(isWaiting ? waitingRows(name, width) : []),
    ...deviceRows(device, width),
    ...(added === undefined ? [] : fact("seen first", moment(added), width)),
    EMPTY_ROW,
    ...artRows(art),
  ];
  const extra = isWaiting
    ? { keys: { y: accepting(contact, device), n: refusing(contact, device) }, hint: WAITING_HINT }
    : {};
  return textOverlay(`A device of ${name}`, rows, extra);
}

const WAITING_HINT = "y it is theirs: accept · n refuse · Esc later";

function waitingRows(name: string, width: number): Row[] {
  return [
    ...paragraph(
      `No device of ${name} that you know has confirmed this one. It gets nothing, and nothing that it says is taken in, until you accept it.`,
      width,
      "error",
    ),
    EMPTY_ROW,
    ...paragraph(
      `Ask ${name} in another way, such as a phone call, whether this id is of a device of theirs: they see it with /devices. Whoever has taken their SSH key could have made it.`,
      width,
    ),
    EMPTY_ROW,
  ];
}

function deviceRows({ id, state, identity }: Device, width: number): Row[] {
  return [
    ...fact("device", id, width),
    ...fact("state", state, width, state === "confirmed" ? undefined : "warning"),
    ...fact("key", identity, width),
  ];
}

function accepting(contact: Contact, { id: device }: Device): (state: State) => Step {
  const said = `the device is accepted: ${cleanName(contact.name)} is read and written to there too`;
  return (state) =>
    step(
      { ...state, overlay: undefined },
      call("contacts.acceptDevice", { contact: contact.id, device }, (now) => step(remark(now, said))),
    );
}

function refusing(contact: Contact, device: Device): (state: State) => Step {
  return (state) =>
    step({
      ...state,
      overlay: asking(
        "Refuse",
        `Refuse this device of ${cleanName(contact.name)}? It gets nothing and asks no more; only a device of theirs that you know can still bring it in.`,
        refusal(contact.id, device),
      ),
    });
}

function refusal(contact: number, { id: device }: Device): (state: State) => Step {
  return (state) =>
    step(
      state,
      call("contacts.refuseDevice", { contact, device }, (now) => step(remark(now, "the device is refused"))),
    );
}

function asking(title: string, text: string, yes: (state: State) => Step): ConfirmOverlay {
  return { kind: "confirm", title, text, yes };
}

function ownItem(device: Device, isThis: boolean): Item {
  const asks = isThis ? "has to be confirmed by another" : STATES.unconfirmed;
  const state = device.state === "unconfirmed" ? asks : STATES[device.state];
  return {
    label: device.id,
    detail: isThis ? `this one, ${state}` : state,
    take: (now) => step({ ...now, overlay: ownOverlay(device, isThis) }),
  };
}

function ownOverlay(device: Device, isThis: boolean): TextOverlay {
  if (isThis)
    return textOverlay("This device", (width) => [
      ...paragraph("Whoever is to confirm or accept it compares this id:", width),
      EMPTY_ROW,
      ...deviceRows(device, width),
    ]);
  const { id, state } = device;
  const words =
    state === "confirmed"
      ? "It is on the list of your devices: what is said to you goes there too."
      : "It has your SSH key, and is not on the list of your devices: it gets nothing. Is it yours? Compare the id that it shows there with /devices.";
  const rows = (width: number): Row[] => [
    ...paragraph(words, width, state === "confirmed" ? undefined : "error"),
    EMPTY_ROW,
    ...deviceRows(device, width),
  ];
  const confirm = (now: State): Step => signed(now, "devices.confirm", id, "the device is confirmed");
  const withdraw = (now: State): Step =>
    step({
      ...now,
      overlay: asking(
        "Withdraw",
        "Take this device off the list of yours? It gets nothing more, and your contacts hear of it.",
        (later) => signed(later, "devices.withdraw", id, "the device is withdrawn"),
      ),
    });
  const keys = {
    confirmed: { w: withdraw },
    unconfirmed: { y: confirm, n: refusingOwn(device) },
    withdrawn: { y: confirm },
  };
  return textOverlay("A device of yours", rows, { keys: keys[state], hint: OWN_HINTS[state] });
}

const OWN_HINTS = {
  confirmed: "w withdraw · Esc closes",
  unconfirmed: "y it is mine: confirm · n refuse · Esc later",
  withdrawn: "y confirm · Esc closes",
} as const satisfies Record<Device["state"], string>;

function refusingOwn(device: Device): (state: State) => Step {
  return (state) => {
    const me = state.contacts?.find(({ state: kind }) => kind === "me");
    const text = "Refuse this device? It gets nothing and asks no more. You can still confirm it here.";
    return me === undefined
      ? step({ ...state, overlay: undefined })
      : step({ ...state, overlay: asking("Refuse", text, refusal(me.id, device)) });
  };
}

/** A new list of devices, which the SSH key signs: its passphrase may be asked for. */
function signed(
  state: State,
  method: "devices.confirm" | "devices.withdraw",
  id: string,
  said: string,
): Step {
  return step(
    remark({ ...state, overlay: undefined }, "one moment"),
    call(method, { id }, (now) => step(remark(now, said))),
  );
}
