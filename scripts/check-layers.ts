/**
 * Fails on an import against the arrows: protocol <- identity <- relay, identity <- client, and app above all.
 *
 *     node scripts/check-layers.ts
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** What counts of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** Which packages each package may import. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  identity: ["protocol"],
  relay: ["protocol", "identity"],
  client: ["protocol", "identity"],
  app: ["protocol", "identity", "relay", "client"],
};

/** What a pure package may not name: it must run on any platform. */
const PLATFORM = [
  "AbortController Blob Buffer Event EventTarget TextDecoder TextEncoder URL URLSearchParams WebSocket Worker",
  "atob btoa clearImmediate clearInterval clearTimeout console crypto fetch global globalThis navigator performance",
  "process queueMicrotask require setImmediate setInterval setTimeout structuredClone __dirname __filename",
]
  .join(" ")
  .split(" ");

/**
 * Checks the imports of all sources.
 * @param manifests by the folder's name in `packages`
 * @returns what is wrong, a line each
 */
export function checkLayers(
  files: readonly SourceFile[],
  manifests: Readonly<Record<string, Manifest>>,
): string[] {
  const folderOf = new Map(Object.entries(manifests).map(([folder, { name }]) => [name, folder]));
  const used = new Map<string, Set<string>>();
  const problems = files.flatMap((file) => {
    const seen = importsOf(file.text).map((specifier) => checkImport(file, specifier));
    return [...seen, ...checkPlatform(file)].flatMap((what) => (what ? [`${file.path}: ${what}`] : []));
  });
  return [...problems, ...unusedDependencies()];

  function checkImport({ path }: SourceFile, specifier: string): string | undefined {
    const from = place(path);
    if (specifier.startsWith(".")) return checkRelative(path, from, specifier);
    if (specifier.startsWith("/")) return `imports ${specifier}: an absolute path`;
    if (specifier.startsWith("node:")) {
      const isPure = from.package === "protocol" && from.part === "src";
      return isPure ? `imports ${specifier}: protocol knows no platform` : undefined;
    }
    const name = packageName(specifier);
    const folder = folderOf.get(name);
    if (folder !== undefined) return checkPackage(from, specifier, name, folder);
    return checkDependency(from, name);
  }

  function checkPackage(from: Place, specifier: string, name: string, folder: string): string | undefined {
    if (specifier !== name && !manifests[folder]?.exports?.[`.${specifier.slice(name.length)}`]) {
      return `imports ${specifier}: not among what that package exports`;
    }
    if (from.package === undefined) return undefined;
    if (folder === from.package) {
      return from.part === "src" ? `imports ${name}, its own package: import the file` : undefined;
    }
    if (!ARROWS[from.package]?.includes(folder)) {
      return `imports ${name}: ${from.package} may import ${listed(ARROWS[from.package])}`;
    }
    return checkDependency(from, name);
  }

  function checkRelative(path: string, from: Place, specifier: string): string | undefined {
    const target = posix.join(posix.dirname(path), specifier);
    const to = place(target);
    if (target.startsWith("../")) return `imports ${specifier}: outside the repository`;
    if (from.part !== "test" && from.package !== undefined && isTestFolder(target)) {
      return `imports ${specifier}: only tests import tests`;
    }
    const isTest = from.part === "test" || from.package === undefined;
    if (to.package === from.package || (isTest && isTestFolder(target))) return undefined;
    return to.package === undefined
      ? `imports ${specifier}: outside its package`
      : `imports ${specifier}: another package is imported by name`;
  }

  function checkDependency(from: Place, name: string): string | undefined {
    if (from.package === undefined || from.part === "test") return undefined;
    const { package: folder } = from;
    used.set(folder, (used.get(folder) ?? new Set()).add(name));
    if (folder === "protocol") return `imports ${name}: protocol imports nothing`;
    const declared = Object.keys(manifests[folder]?.dependencies ?? {});
    return declared.includes(name) ? undefined : `imports ${name}: not a dependency in its package.json`;
  }

  function unusedDependencies(): string[] {
    return Object.entries(manifests).flatMap(([folder, { dependencies = {} }]) =>
      Object.keys(dependencies)
        .filter((name) => !used.get(folder)?.has(name))
        .map((name) => `packages/${folder}/package.json: depends on ${name}, which no source imports`),
    );
  }
}

function checkPlatform({ path, text }: SourceFile): string[] {
  const { package: folder, part } = place(path);
  if (folder !== "protocol" || part !== "src") return [];
  const code = withoutCommentsAndStrings(text);
  return PLATFORM.filter((name) => new RegExp(`(?<![.\\w$])${name}(?![\\w$])(?!\\s*:)`).test(code)).map(
    (name) => `uses ${name}: protocol knows no platform`,
  );
}

/** The tests of a package, or those of the whole system. */
function isTestFolder(path: string): boolean {
  return place(path).part === "test" || path.startsWith("test/");
}

interface Place {
  /** The folder in `packages`; undefined elsewhere. */
  readonly package: string | undefined;
  /** `src`, `test`, `bin`. */
  readonly part: string | undefined;
}

function place(path: string): Place {
  const match = /^packages\/([^/]+)\/([^/]+)/.exec(path);
  return { package: match?.[1], part: match?.[2] };
}

/** Every specifier that a source imports or exports from, statically or not. */
export function importsOf(text: string): string[] {
  const statements = /^\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']/gm;
  const bare = /^\s*import\s*["']([^"']+)["']/gm;
  const calls = /(?<![.\w$])(?:import|require)\s*\(\s*["'`]([^"'`]+)["'`]/g;
  return [statements, bare, calls].flatMap((form) =>
    [...text.matchAll(form)].map((match) => match[1] as string),
  );
}

function withoutCommentsAndStrings(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\$]|\$(?!\{))*`/g,
    " ",
  );
}

/** `@scope/name` of `@scope/name/file`. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function listed(names: readonly string[] = []): string {
  return names.length === 0 ? "no other" : names.join(", ");
}

const SOURCE_FOLDERS = ["packages", "test", "bench", "scripts", "conformance"];

/** Every source and every package.json under a root. */
export function readSources(root: string): { files: SourceFile[]; manifests: Record<string, Manifest> } {
  const paths = SOURCE_FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
      .filter((path) => /\.[cm]?[jt]s$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path)),
  );
  const files = paths.sort().map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
  const folders = readdirSync(join(root, "packages"));
  const manifests = Object.fromEntries(
    folders.map((folder) => [
      folder,
      JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) as Manifest,
    ]),
  );
  return { files, manifests };
}

if (import.meta.main) {
  const { files, manifests } = readSources(join(import.meta.dirname, ".."));
  const problems = checkLayers(files, manifests);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`layers: ${files.length} files are in order`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
