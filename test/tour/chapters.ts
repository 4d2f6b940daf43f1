/** The whole tour, in order. */
import { BEGINNING } from "./beginning.ts";
import { COMING_BACK } from "./comingback.ts";
import { MEETING } from "./meeting.ts";
import { SENDING } from "./sending.ts";
import type { Chapter } from "./step.ts";
import { TALKING } from "./talking.ts";

export const CHAPTERS: readonly Chapter[] = [...BEGINNING, MEETING, TALKING, SENDING, COMING_BACK];
