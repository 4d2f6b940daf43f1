/** `asfaleia device`: the devices of this SSH key, and those of contacts. */

import { parseArguments } from "../arguments.ts";
import { needContact } from "../contacts/find.ts";
import { jsonLine } from "../display.ts";
import { EXIT, usage } from "../exit.ts";
import type { Face } from "../face/face.ts";
import { FACE_HELP, FACE_OPTIONS, withFace } from "../face/open.ts";
import { explain } from "../face/outcome.ts";
import { complain, note, print } from "../io.ts";
import { deviceFacts } from "../lines.ts";

export const help = `Usage: asfaleia device list [NAME] [--json] [--home DIR] [--profile NAME]
       asfaleia device confirm|withdraw ID
       asfaleia device renew
       asfaleia device accept|refuse NAME ID

list shows the devices of your SSH key, this one first, or those of a contact. confirm takes another installation onto
your list of devices, withdraw takes one off it, renew replaces every key of this device: each signs a new list with
your SSH key, and your contacts hear of it. accept takes a device of a contact that none of their devices has
confirmed: ask them whether it is theirs. refuse does not: it gets nothing, until a device of theirs that you know
confirms it.

ID is the beginning of a device's id, at least 4 of its digits.

  --json           one line of JSON a device: type "device", id, identity, own, state (unconfirmed, confirmed,
                   withdrawn)
${FACE_HELP}

Examples:
  asfaleia device list
  asfaleia device confirm 0f3c8a52
`;

const OPTIONS = { json: { type: "boolean" }, ...FACE_OPTIONS } as const;
/** To let the others hear of it at once, where they can be reached. */
const TELL_MS = 15_000;
const LEAST_ID_CHARACTERS = 4;

export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArguments({ args, options: OPTIONS, allowPositionals: true });
  const [what, ...words] = positionals;
  const act = what !== undefined && Object.hasOwn(ACTS, what) ? ACTS[what] : undefined;
  if (act === undefined) throw usage("device takes list, confirm, withdraw, renew, accept or refuse");
  if (words.length < act.least || words.length > act.most) throw usage(`say: asfaleia device ${act.form}`);
  return withFace(values, signal, ({ face }) => act.run(face, words, values.json === true));
}

interface Act {
  readonly form: string;
  readonly least: number;
  readonly most: number;
  run(face: Face, words: readonly string[], json: boolean): Promise<number>;
}

const ACTS: Readonly<Record<string, Act>> = {
  list: { form: "list [NAME]", least: 0, most: 1, run: list },
  confirm: {
    form: "confirm ID",
    least: 1,
    most: 1,
    run: async (face, [id = ""]) => {
      await face.call("devices.confirm", { id: await ownDevice(face, id) });
      return told(face);
    },
  },
  withdraw: {
    form: "withdraw ID",
    least: 1,
    most: 1,
    run: async (face, [id = ""]) => {
      await face.call("devices.withdraw", { id: await ownDevice(face, id) });
      return told(face);
    },
  },
  renew: {
    form: "renew",
    least: 0,
    most: 0,
    run: async (face) => {
      await face.call("devices.renew", {});
      return told(face);
    },
  },
  accept: {
    form: "accept NAME ID",
    least: 2,
    most: 2,
    run: async (face, [name, id]) => {
      const { contact, device } = await deviceOf(face, name, id);
      await face.call("contacts.acceptDevice", { contact: contact.id, device });
      await face.call("outbox.start", {});
      await face.call("outbox.quiet", { contact: contact.id, ms: TELL_MS });
      return EXIT.done;
    },
  },
  refuse: {
    form: "refuse NAME ID",
    least: 2,
    most: 2,
    run: async (face, [name, id]) => {
      const { contact, device } = await deviceOf(face, name, id);
      await face.call("contacts.refuseDevice", { contact: contact.id, device });
      return EXIT.done;
    },
  },
};

async function list(face: Face, [name]: readonly string[], json: boolean): Promise<number> {
  const devices =
    name === undefined ? await face.call("devices.list", {}) : (await needContact(face, name)).devices;
  for (const [index, device] of devices.entries()) {
    const mark = name === undefined && index === 0 ? "  this one" : "";
    const text = `${device.id}  ${device.state}  ${device.identity}${mark}\n`;
    await print(json ? jsonLine({ type: "device", ...deviceFacts(device) }) : text);
  }
  return EXIT.done;
}

function deviceId(devices: readonly { readonly id: string }[], word: string): string {
  const found = devices.filter(({ id }) => id.startsWith(word.toLowerCase()));
  const [only, another] = found;
  if (word.length >= LEAST_ID_CHARACTERS && only !== undefined && another === undefined) return only.id;
  throw usage("there is no one device whose id begins so; asfaleia device list shows them");
}

async function deviceOf(face: Face, name: string | undefined, word = "") {
  const contact = await needContact(face, name);
  return { contact, device: deviceId(contact.devices, word) };
}

async function ownDevice(face: Face, word: string): Promise<string> {
  return deviceId(await face.call("devices.list", {}), word);
}

/** A new list is said to everybody, as far as they can be reached. */
async function told(face: Face): Promise<number> {
  await face.call("outbox.start", {});
  if (!(await face.call("outbox.quiet", { ms: TELL_MS })).isQuiet) {
    await explain(face, complain);
    note("Not all contacts have heard of it so far: they will, as soon as they can be reached.");
  }
  return EXIT.done;
}
