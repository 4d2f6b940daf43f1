#!/usr/bin/env node
/**
 * Starts asfaleia. Any Node runs this file: where it is older than 24, it starts the Node 24 that npm has put beside us
 * and stands between it and the caller. `relay` is started with no rights but those it needs.
 */
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cacheCode } from "./launch/cache.js";
import { findCode } from "./launch/code.js";
import { Complaint } from "./launch/complaint.js";
import { become, stand } from "./launch/handover.js";
import { findNode24, isNode24 } from "./launch/node24.js";
import { importSources } from "./launch/sources.js";

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
  if (args[0] === "--version" || args[0] === "-V") return tellVersion();
  const code = findCode(dirname(launcher));
  const sealed = args[0] === "relay" && !asksForHelp();
  if (!isNode24(process.versions.node)) {
    const node24 = findNode24(dirname(launcher));
    return stand(node24, [launcher, ...args]);
  }
  if (sealed) {
    const { sealRelay } = await import("./launch/relay.js");
    const { flags, env } = await sealRelay(args.slice(1), code);
    return become(process.execPath, [...flags, ...code.flags, code.entry, ...args], env);
  }
  // A profile in memory leaves no trace on the disk, not even that it was there.
  if (!args.includes("--ephemeral")) cacheCode();
  if (code.isSource) importSources();
  await import(pathToFileURL(code.entry).href);
}

/** Here, because nothing has to be loaded for it. */
function tellVersion() {
  const { version } = JSON.parse(readFileSync(join(dirname(launcher), "..", "package.json"), "utf8"));
  process.stdout.write(`asfaleia ${version}\n`);
}

function asksForHelp() {
  return args.some((arg) => arg === "--help" || arg === "-h");
}
