/** Changes a message that is there, and waits until the change has left. */
import { needMessage } from "../contacts/find.ts";
import { EXIT } from "../exit.ts";
import type { Face, MessageView } from "../face/face.ts";
import { type FaceValues, withFace } from "../face/open.ts";
import { explain, type Waiting } from "../face/outcome.ts";
import { complain, note, print } from "../io.ts";
import { messageJson } from "../lines.ts";

/**
 * @param id the beginning of a message's id
 * @returns the exit code: 10 where the change is still queued when the time is up, 14 with `--wait`
 * @throws Failure; the signal's reason
 */
export function amend(
  values: FaceValues & { readonly json?: boolean },
  id: string | undefined,
  waiting: Waiting,
  signal: AbortSignal,
  act: (face: Face, view: MessageView) => Promise<unknown>,
): Promise<number> {
  return withFace(values, signal, async ({ face }) => {
    const view = await needMessage(face, id);
    await act(face, view);
    if (values.json) await print(messageJson("changed", await face.call("messages.find", { id: view.id })));
    await face.call("outbox.start", {});
    const { isQuiet } = await face.call("outbox.quiet", { contact: view.contact, ms: waiting.ms });
    if (isQuiet) return EXIT.done;
    await explain(face, complain);
    note("The change is kept, and sent as soon as the relay can be reached.");
    return waiting.isAsked ? EXIT.timeout : EXIT.queued;
  });
}
