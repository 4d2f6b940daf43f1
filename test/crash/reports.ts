/** What a talker reports on standard output: one JSON object a line. */
export type Report =
  /** One of its own texts is kept, by its number. */
  | { readonly type: "sent"; readonly n: number }
  /** A text of the other one is kept. */
  | { readonly type: "received"; readonly text: string }
  /** It has said everything, knows that all of it arrived, and has heard everything. */
  | { readonly type: "done" }
  /** Something happened to keys or sessions that a user would be told. */
  | { readonly type: "notice"; readonly what: string };

/** What each calls the other. */
export const PEER = "peer";
/** More lines than there are. */
export const WHOLE_HISTORY = 1_000_000;
