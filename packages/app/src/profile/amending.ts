/** Changes a message that is there, and waits until the change has left. */
import type { MessageView, Messenger } from "@asfaleia/client/messenger";
import { needMessage } from "../contacts/find.ts";
import { EXIT } from "../exit.ts";
import { note, print } from "../io.ts";
import { messageJson } from "../lines.ts";
import { withMessenger } from "./open.ts";
import { awaitQuiet, type Waiting } from "./outcome.ts";
import type { ProfileValues } from "./where.ts";

/**
 * @param id the beginning of a message's id
 * @returns the exit code: 10 where the change is still queued when the time is up, 14 with `--wait`
 * @throws Failure, MessengerError, ProfileError
 */
export async function amend(
  values: ProfileValues & { readonly json?: boolean },
  id: string | undefined,
  waiting: Waiting,
  signal: AbortSignal,
  act: (messenger: Messenger, view: MessageView) => Promise<void>,
): Promise<number> {
  return withMessenger(values, signal, async (opened) => {
    const { messenger } = opened;
    const view = needMessage(opened, id);
    await act(messenger, view);
    if (values.json) await print(messageJson("changed", messenger.find(view.id)));
    messenger.start();
    if (await awaitQuiet(opened, view.contact, waiting.ms)) return EXIT.done;
    opened.dialling.explain();
    note("The change is kept, and sent by the next asfaleia send or listen.");
    return waiting.isAsked ? EXIT.timeout : EXIT.queued;
  });
}
