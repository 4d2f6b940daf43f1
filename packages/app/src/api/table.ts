/** The API of a profile: every method that a face can call, by name. docs/rpc.md is made of this table. */
import type * as v from "valibot";
import { codeMethods } from "./methods/codes.ts";
import { contactMethods } from "./methods/contacts.ts";
import { exportMethods } from "./methods/exports.ts";
import { fileMethods } from "./methods/files.ts";
import { inviteMethods } from "./methods/invites.ts";
import { keySourceMethods } from "./methods/keysources.ts";
import { messageMethods } from "./methods/messages.ts";
import { outboxMethods } from "./methods/outbox.ts";
import { profileMethods } from "./methods/profile.ts";

export const API = {
  ...profileMethods,
  ...contactMethods,
  ...keySourceMethods,
  ...inviteMethods,
  ...codeMethods,
  ...messageMethods,
  ...fileMethods,
  ...outboxMethods,
  ...exportMethods,
};

export type Api = typeof API;
export type MethodName = keyof Api;
export type Params<M extends MethodName> = v.InferInput<Api[M]["params"]>;
export type Result<M extends MethodName> = v.InferOutput<Api[M]["result"]>;
