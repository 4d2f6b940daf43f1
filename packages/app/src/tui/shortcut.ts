/**
 * Ways round what takes Ink long to load and to draw. It imports one function, `throttle`, out of a library of four hundred
 * files: the file that it is in is taken instead. It measures every character anew at every frame: ours are measured at once.
 * And the layout engine under it reads its own code through `fetch`, which loads all of an HTTP client.
 */
import { existsSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const PART = "dist/compat/function/throttle.mjs";

/** Runs what imports Ink. Where anything is other than expected, Ink is loaded as it stands. */
export async function loadingInk<T>(load: () => Promise<T>): Promise<T> {
  shorten();
  const fetching = Object.getOwnPropertyDescriptor(globalThis, "fetch");
  // It decodes by itself where there is none.
  Object.defineProperty(globalThis, "fetch", { value: undefined, configurable: true, writable: true });
  try {
    return await load();
  } finally {
    if (fetching !== undefined) Object.defineProperty(globalThis, "fetch", fetching);
  }
}

function shorten(): void {
  const throttle = partUrl();
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const stringWidth = new URL(`layout/stringwidth.${extension}`, import.meta.url).href;
  registerHooks({
    resolve(specifier, context, next) {
      const from = context.parentURL ?? "";
      if (specifier === "es-toolkit/compat" && from.includes("/ink/build/") && throttle !== undefined) {
        return { url: throttle, format: "module", shortCircuit: true };
      }
      const isTheirs = specifier === "string-width" && from.includes("/node_modules/");
      return isTheirs ? next(stringWidth, context) : next(specifier, context);
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
