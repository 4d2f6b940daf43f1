/**
 * Makes docs/vectors/{certificate,devicelist,card,content}-{good,bad}.json anew, with fresh keys, all at once:
 *
 *     npx node --conditions=asfaleia-source packages/client/test/format/make-format-vectors.ts
 *
 * What stands in them is put together by cbororacle.ts and signed here, so that the writers under test have no part in
 * it; what must come out is written down by hand.
 */
import { cards } from "./make-cards.ts";
import { certificates } from "./make-certificates.ts";
import { contents } from "./make-contents.ts";
import { lists } from "./make-devicelists.ts";

await certificates();
await lists();
await cards();
contents();
