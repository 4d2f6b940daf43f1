/** Methods about keys that others publish: looked up, pinned with where they come from, and looked up again. */
import { fingerprint, publicKeyLine } from "@asfaleia/identity";
import * as v from "valibot";
import { plainComment } from "../../comment.ts";
import { failureOf, usage } from "../../exit.ts";
import { compareKeys } from "../../keysources/changes.ts";
import { lookUpKeys } from "../../keysources/lookup.ts";
import {
  type KeySource,
  parseKeySource,
  pinnedKeySource,
  type SourceBases,
} from "../../keysources/source.ts";
import { proxySetting } from "../../proxy.ts";
import { settingOf } from "../../settings.ts";
import type { Caller } from "../caller.ts";
import { IDENTITY, KEY_LINE } from "../examples.ts";
import { method } from "../method.ts";
import type { Session } from "../session.ts";
import { ContactId, Fingerprints, list, Source } from "../views.ts";

const optional = v.exactOptional;
const Base = v.pipe(v.string(), v.maxLength(512));
const Unusable = v.strictObject({
  line: v.number(),
  type: optional(v.string()),
  fingerprint: optional(v.string()),
  bits: optional(v.number()),
  reason: v.string(),
  why: v.string(),
});
const Keys = {
  /** Lines as in a .pub file, their comments cleaned and cut. */
  usable: list(v.string()),
  unusable: list(Unusable),
};

export const keySourceMethods = {
  "keys.fetch": method({
    summary:
      "Looks somebody's SSH keys up: `github:NAME`, `gitlab:NAME` or `https://…`. Nothing is pinned. `githubUrl`, `gitlabUrl`: other hosts for the short names.",
    params: v.strictObject({ source: Source, githubUrl: optional(Base), gitlabUrl: optional(Base) }),
    result: v.strictObject({
      /** What is to be pinned with the contact. */
      source: Source,
      account: optional(v.string()),
      fingerprints: Fingerprints,
      ...Keys,
    }),
    example: {
      params: { source: "github:bob" },
      result: {
        source: "github:bob",
        account: "bob",
        fingerprints: [IDENTITY],
        usable: [KEY_LINE],
        unusable: [],
      },
    },
    run: async (session, { source: word, ...given }, caller) => {
      const source = parseKeySource(word, { ...basesOf(session), ...given });
      if (source === undefined) throw usage("say github:NAME, gitlab:NAME or https://…");
      const { text, account } = source;
      return {
        source: text,
        ...(account === undefined ? {} : { account }),
        ...(await found(source, caller)),
      };
    },
  }),

  "contacts.sources": method({
    summary: "Where the keys of a contact come from.",
    params: v.strictObject({ contact: ContactId }),
    result: list(v.strictObject({ source: v.string(), checkedAt: v.number(), fingerprints: Fingerprints })),
    example: {
      params: { contact: 2 },
      result: [{ source: "github:bob", checkedAt: 1_790_000_000_000, fingerprints: [IDENTITY] }],
    },
    run: ({ opened }, { contact }) => opened.messenger.sources(contact),
  }),

  "contacts.refresh": method({
    summary:
      "Looks the keys of a contact up again, where they came from, and tells what is other than it was. Nothing is taken, and a change is told until the keys are pinned anew.",
    params: v.strictObject({ contact: ContactId }),
    result: list(
      v.strictObject({
        source: v.string(),
        /** Why it could not be looked up; what follows is left out then. */
        failed: optional(v.string()),
        kind: optional(v.picklist(["same", "changed", "replaced", "empty"])),
        same: optional(Fingerprints),
        added: optional(Fingerprints),
        gone: optional(Fingerprints),
        usable: optional(Keys.usable),
        unusable: optional(Keys.unusable),
      }),
    ),
    example: {
      params: { contact: 2 },
      result: [
        {
          source: "github:bob",
          kind: "same",
          same: [IDENTITY],
          added: [],
          gone: [],
          usable: [KEY_LINE],
          unusable: [],
        },
      ],
    },
    run: async (session, { contact }, caller) => {
      const { messenger } = session.opened;
      const looked = [];
      for (const { source, fingerprints } of messenger.sources(contact)) {
        try {
          const now = await found(need(source), caller);
          const change = compareKeys(fingerprints, now.fingerprints);
          if (change.kind === "same")
            await messenger.setSource(contact, { source, checkedAt: Date.now(), fingerprints });
          looked.push({ source, ...change, usable: now.usable, unusable: now.unusable });
        } catch (error) {
          caller.signal.throwIfAborted();
          looked.push({ source, failed: failureOf(error).message });
        }
      }
      return looked;
    },
  }),
};

async function found(source: KeySource, { signal }: Caller) {
  const { usable, unusable } = await lookUpKeys(source, { proxy: proxySetting(), signal });
  return {
    fingerprints: usable.map(({ key }) => fingerprint(key)),
    usable: usable.map(({ key, comment }) => publicKeyLine(key, plainComment(comment))),
    unusable,
  };
}

function need(text: string): KeySource {
  const source = pinnedKeySource(text);
  if (source === undefined) throw usage("this is no source of keys");
  return source;
}

/** Hosts of the short names, as the user has set them. */
function basesOf({ opened: { profile } }: Session): SourceBases {
  return { githubUrl: settingOf(profile, "github-url"), gitlabUrl: settingOf(profile, "gitlab-url") };
}
