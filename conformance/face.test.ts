/** The suite of faces, on a profile in this process and on one that an agent has. */
import { readFileSync } from "node:fs";
import { after, before, describe } from "node:test";
import { connectTo, type Face, withLocalFace } from "../packages/app/test/internals.ts";
import { Person } from "../test/agent/kit.ts";
import { faceConforms } from "./face.ts";

/** Nobody listens there. */
const RELAY = `asfaleia://127.0.0.1:9#SHA256:${"A".repeat(43)}`;

function suite(
  name: string,
  open: (person: Person, signal: AbortSignal) => Promise<{ face: Face; closed: Promise<unknown> }>,
): void {
  describe(name, () => {
    const ending = new AbortController();
    let person: Person;
    let opened: Awaited<ReturnType<typeof open>>;
    before(async () => {
      person = await new Person(RELAY).init();
      person.key("other");
      opened = await open(person, ending.signal);
    });
    after(async () => {
      ending.abort();
      await opened?.closed.catch(() => {});
      await person[Symbol.asyncDispose]();
    });
    faceConforms(
      () => opened.face,
      () => readFileSync(person.path("other.pub"), "utf8").trim(),
    );
  });
}

suite("a face in the process that has the profile", (person, signal) => {
  const { promise, resolve } = Promise.withResolvers<{ face: Face; closed: Promise<unknown> }>();
  const closed = withLocalFace(
    { home: person.asfaleiaHome },
    signal,
    (face) => {
      resolve({ face, closed });
      return new Promise<void>((end) => signal.addEventListener("abort", () => end()));
    },
    {},
  );
  closed.catch(() => {});
  return Promise.race([promise, closed.then(() => promise)]);
});

suite("a face at an agent", async (person, signal) => {
  await person.agent();
  const face = await connectTo(String(person.sockets()[0]), signal);
  if (face === undefined) throw new Error("nobody listens");
  signal.addEventListener("abort", () => void face.close());
  return { face, closed: face.closed };
});
