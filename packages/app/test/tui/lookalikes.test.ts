/** A name that could be taken for that of somebody else is warned of wherever somebody comes into the chat. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { contact, KEY, type MadeUpFace, message, withTui } from "./kit.ts";

/** With a Cyrillic о. */
const FALSE_BOB = "bоb";
const WARNING = /Careful: "bоb" looks like another contact, "bob"[\s\S]*\(SHA256:bob\)/;

/** A method makes a contact of this name. */
function makes(face: MadeUpFace, method: string, name: string): void {
  face.answers.set(method, () => {
    const made = contact(7, name, { identities: ["SHA256:false"] });
    face.contacts = [...face.contacts.filter(({ id }) => id !== 7), made];
    return made;
  });
}

const KEY_LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

describe("names that look alike, in the chat", () => {
  for (const [what, method, line] of [
    ["by a link", "invites.accept", "/join asfaleia://relay.example.org/i#abc"],
    ["by a code", "codes.join", "/join 48213-crossover-clockwork"],
    ["by a key", "contacts.add", `/add ${KEY_LINE}`],
  ] as const) {
    it(`are warned of when somebody is added ${what}`, () =>
      withTui(
        (face) => makes(face, method, FALSE_BOB),
        async ({ shows, press }) => {
          await shows("Write, /");
          press(line, KEY.enter);
          await shows(WARNING);
          press(KEY.escape);
          await shows(/│ bоb {3}looks like "bob" {2}not verified/);
        },
      ));
  }

  it("are not found where there are none", () =>
    withTui(
      (face) => makes(face, "codes.join", "bernd"),
      async ({ shows, press, screen }) => {
        await shows("Write, /");
        press("/join 48213-crossover-clockwork", KEY.enter);
        await shows("bernd is a contact");
        assert.doesNotMatch(screen().join("\n"), /Careful|looks like/);
      },
    ));

  it("are warned of when a request is read, and when it is accepted", () =>
    withTui(
      (face) => {
        face.contacts.push(contact(7, FALSE_BOB, { state: "request", identities: ["SHA256:stranger"] }));
        face.messages = [message(0, { contact: 7, with: FALSE_BOB, text: "it is me" })];
        makes(face, "contacts.accept", FALSE_BOB);
      },
      async ({ shows, press }) => {
        await shows("1 request");
        press("/requests", KEY.enter);
        await shows("Requests of strangers");
        press(KEY.enter);
        await shows(new RegExp(`Request of bоb[\\s\\S]*${WARNING.source}[\\s\\S]*it is me`));
        press("a");
        await shows(/─*Careful ─/);
        await shows(WARNING);
      },
    ));

  it("are warned of when a contact is given another name", () =>
    withTui(
      () => {},
      async ({ shows, press, face, until }) => {
        await shows("Write, /");
        press("/rename Cаrol", KEY.enter);
        await until("renamed", () => face.last("contacts.rename")?.name === "Cаrol");
        await shows(/"Cаrol" looks like another contact, "carol"/);
      },
    ));

  it("are told above the conversation, however long the name is", () =>
    withTui(
      (face) => {
        const long = `${"very ".repeat(12)}long`;
        face.contacts = [contact(2, long), contact(3, long.toUpperCase())];
      },
      async ({ shows }) => shows(/^ asfaleia +│ very very [a-z …]+ {3}looks like "VERY VERY [A-Z …]+"/m),
    ));

  it("are told of a guest who comes by an invite, and nobody's typing is disturbed", () =>
    withTui(
      () => {},
      async ({ shows, press, face }) => {
        await shows("Write, /");
        press("half a wo");
        await shows("› half a wo");
        face.contacts = [...face.contacts, contact(7, "Robert")];
        face.emit({ type: "invite", id: 1, contact: 7, state: "spent" });
        await shows("Robert has answered your invite");
        face.contacts = [...face.contacts, contact(8, FALSE_BOB)];
        face.emit({ type: "invite", id: 2, contact: 8, state: "spent" });
        await shows('Careful: "bоb" looks like another contact');
        press("rd");
        await shows("› half a word");
      },
    ));
});
