/**
 * Ink imports one function, `throttle`, out of a library of four hundred files, and half of the time that it takes to load goes there.
 * The file that the function is in is taken in its place, where that exists.
 */
import { existsSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const WHOLE = "es-toolkit/compat";
const PART = "dist/compat/function/throttle.mjs";

/** To be called before Ink is imported. Where anything is other than expected, Ink is loaded as it stands. */
export function shortenInk(): void {
  const url = partUrl();
  if (url === undefined) return;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === WHOLE && context.parentURL?.includes("/ink/build/")
        ? { url, format: "module", shortCircuit: true }
        : next(specifier, context),
  });
}

function partUrl(): string | undefined {
  try {
    const ink = createRequire(createRequire(import.meta.url).resolve("ink"));
    const manifest = ink.resolve("es-toolkit/package.json");
    const part = join(dirname(manifest), PART);
    return existsSync(part) ? pathToFileURL(part).href : undefined;
  } catch {
    return undefined;
  }
}
