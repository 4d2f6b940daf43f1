/** Why a picture is not shown: a closed set, with nothing of the picture in it. */

export type PictureProblem = "unknown-type" | "too-large" | "damaged" | "too-slow" | "busy";

const TEXTS: Readonly<Record<PictureProblem, string>> = {
  "unknown-type": "this kind of picture is not shown here; save it to look at it",
  "too-large": "the picture is too large to be shown here; save it to look at it",
  damaged: "the picture is damaged",
  "too-slow": "the picture takes too long to be shown here; save it to look at it",
  busy: "too many pictures wait to be shown",
};

/** The message is fit to be shown. */
export class PictureError extends Error {
  override readonly name = "PictureError";
  readonly code: PictureProblem;

  constructor(code: PictureProblem) {
    super(TEXTS[code]);
    this.code = code;
  }
}

/** To be thrown where a reader finds something that its format does not allow. */
export function damaged(): PictureError {
  return new PictureError("damaged");
}
