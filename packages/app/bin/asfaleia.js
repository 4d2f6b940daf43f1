#!/usr/bin/env node
/**
 * Starts asfaleia. Any Node runs this file: where it is older than 24, it starts the Node 24 that npm has put beside us
 * and stands between it and the caller. `relay` is started with no rights but those it needs.
 */
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findCode } from "./launch/code.js";
import { Complaint } from "./launch/complaint.js";
import { become, stand } from "./launch/handover.js";
import { findNode24, isNode24 } from "./launch/node24.js";

const launcher = realpathSync(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);

try {
  await start();
} catch (error) {
  if (!(error instanceof Complaint)) throw error;
  process.stderr.write(`asfaleia: ${error.message}\n`);
  process.exitCode = error.exitCode;
}

async function start() {
  const code = findCode(dirname(launcher));
  const sealed = args[0] === "relay" && !asksForHelp();
  if (!isNode24(process.versions.node)) {
    const node24 = findNode24(dirname(launcher));
    return stand(node24, sealed ? [launcher, ...args] : [...code.flags, code.entry, ...args]);
  }
  if (sealed) {
    const { sealRelay } = await import("./launch/relay.js");
    const { flags, env } = await sealRelay(args.slice(1), code);
    return become(process.execPath, [...flags, ...code.flags, code.entry, ...args], env);
  }
  if (code.flags.length > 0)
    return become(process.execPath, [...code.flags, code.entry, ...args], process.env);
  await import(pathToFileURL(code.entry).href);
}

function asksForHelp() {
  return args.some((arg) => arg === "--help" || arg === "-h");
}
