/**
 * Two ways round what takes Ink long. It imports one function, `throttle`, out of a library of four hundred files: the file
 * that it is in is taken instead. And it measures every character anew at every frame: ours are measured at once.
 */
import { existsSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const PART = "dist/compat/function/throttle.mjs";

/** To be called before Ink is imported. Where anything is other than expected, Ink is loaded as it stands. */
export function shortenInk(): void {
  const throttle = partUrl();
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const stringWidth = new URL(`layout/stringwidth.${extension}`, import.meta.url).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (!context.parentURL?.includes("/ink/build/")) return next(specifier, context);
      if (specifier === "es-toolkit/compat" && throttle !== undefined) {
        return { url: throttle, format: "module", shortCircuit: true };
      }
      return specifier === "string-width" ? next(stringWidth, context) : next(specifier, context);
    },
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
