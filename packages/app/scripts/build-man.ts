/**
 * Writes the man pages of the command line into packages/app/man. They are dated by SOURCE_DATE_EPOCH where it is set. Fails
 * where package.json does not list them all, since npm links only those; --list puts the list there.
 *
 *     node --conditions=asfaleia-source packages/app/scripts/build-man.ts [--list]
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manPages } from "../src/manual/man.ts";
import { loadManual } from "../src/manual/source.ts";

const app = join(import.meta.dirname, "..");
const folder = join(app, "man");
const manifestPath = join(app, "package.json");
const manifest = JSON.parse(readFileSync(manifestPath, "utf8")) as { version: string; man?: string[] };
const { SOURCE_DATE_EPOCH } = process.env;
const built = SOURCE_DATE_EPOCH === undefined ? new Date() : new Date(Number(SOURCE_DATE_EPOCH) * 1000);
const pages = manPages(await loadManual(), {
  version: manifest.version,
  date: built.toISOString().slice(0, 10),
});

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, text] of pages) writeFileSync(join(folder, name), text);

const man = [...pages.keys()].sort().map((name) => `man/${name}`);
if (JSON.stringify(man) !== JSON.stringify(manifest.man)) {
  if (process.argv.includes("--list")) {
    writeFileSync(manifestPath, `${JSON.stringify({ ...manifest, man }, null, 2)}\n`);
  } else {
    console.error("packages/app/package.json does not list the man pages: npm run build:man -- --list");
    process.exitCode = 1;
  }
}
