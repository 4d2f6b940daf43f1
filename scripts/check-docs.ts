/**
 * Fails where the documents and the code say different things.
 *
 *     node --conditions=asfaleia-source scripts/check-docs.ts
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import * as protocol from "@asfaleia/protocol";
import { KINDS } from "../packages/protocol/test/kinds.ts";
import { makeTour, TOUR } from "../test/tour/document.ts";
import { SCREENS, snapshotPath } from "../test/tour/snapshots.ts";
import { SIZES } from "../test/tour/stage.ts";
import { makeRpcDocs, RPC_DOCS } from "./make-rpc-docs.ts";

/** A repository's files, by path from its root with `/`. */
export interface Tree {
  readonly paths: readonly string[];
  read(path: string): string;
}

const PROTOCOL = "docs/protocol.md";
const MESSAGING = "docs/messaging.md";
const LIMITS = "packages/protocol/src/limits.ts";
const MESSAGE_PATH = "docs/message-path.md";
const VECTORS = "docs/vectors/";

/** @returns what is wrong, a line each */
export function checkDocs(tree: Tree): string[] {
  return [
    ...checkLinks(tree),
    ...checkMessagePath(tree),
    ...checkCitations(tree),
    ...checkLimits(tree),
    ...checkErrors(tree),
    ...checkPackets(tree),
    ...checkVectors(tree),
    ...checkRpc(tree),
    ...checkTour(tree),
    ...checkForbidden(tree),
  ];
}

/** Every relative link leads to a file, and to a heading in it. */
export function checkLinks(tree: Tree): string[] {
  return markdown(tree).flatMap((path) =>
    linksOf(tree.read(path)).flatMap((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : slashed(normalize(join(dirname(path), decodeURIComponent(file))));
      const isThere = tree.paths.some(
        (each) => each === target || each.startsWith(`${target.replace(/\/$/, "")}/`),
      );
      if (link.startsWith("/") || !isThere) return [`${path}: the link ${link} leads nowhere`];
      if (anchor === undefined || !target.endsWith(".md")) return [];
      return anchorsOf(tree.read(target)).has(anchor) ? [] : [`${path}: ${target} has no heading #${anchor}`];
    }),
  );
}

function linksOf(text: string): string[] {
  const prose = withoutCode(text);
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const references = [...prose.matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/gm)];
  return [...inline, ...references]
    .map((match) => match[1] as string)
    .filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link));
}

/** The anchors that GitHub makes of headings. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const heading of headingsOf(text)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let anchor = slug;
    for (let copy = 1; anchors.has(anchor); copy++) anchor = `${slug}-${copy}`;
    anchors.add(anchor);
  }
  return anchors;
}

function headingsOf(text: string): string[] {
  return [...withoutFences(text).matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)].map((match) => match[1] as string);
}

/** Every file that docs/message-path.md names is there. */
export function checkMessagePath(tree: Tree): string[] {
  if (!tree.paths.includes(MESSAGE_PATH)) return [`${MESSAGE_PATH} is missing`];
  const words = tree.read(MESSAGE_PATH).match(/[\w@./*-]+\.(?:[cm]?[jt]s|json|md)\b/g) ?? [];
  const names = [...new Set(words.map((word) => word.replace(/^(\.{0,2}\/)+/, "")))].filter(
    (word) => !word.includes("*"),
  );
  if (names.length === 0) return [`${MESSAGE_PATH} names no files`];
  return names
    .filter((name) => !tree.paths.some((path) => isNamed(path, name)))
    .map((name) => `${MESSAGE_PATH}: there is no ${name}`);
}

/** A path is named whole, or by its end where it lies among the sources or the documents. */
function isNamed(path: string, name: string): boolean {
  return path === name || (/^(packages|docs)\//.test(path) && path.endsWith(`/${name}`));
}

/** Every clause that a source, tests excepted, cites as `docs/protocol.md, "Lines"` is a heading. */
export function checkCitations(tree: Tree): string[] {
  const cited = sources(tree).filter((path) => !/(^|\/)test\//.test(path));
  return cited.flatMap((path) =>
    [...tree.read(path).matchAll(/(docs\/[\w-]+\.md)((?:,?\s*(?:\*\s*)?(?:and\s+)?"[^"\n]+")+)/g)].flatMap(
      ([, document, titles]) =>
        [...(titles as string).matchAll(/"([^"]+)"/g)].flatMap(([, title]) =>
          missingClause(tree, path, document as string, title as string),
        ),
    ),
  );
}

function missingClause(tree: Tree, path: string, document: string, title: string): string[] {
  if (!tree.paths.includes(document)) return [`${path}: cites ${document}, which is missing`];
  const has = headingsOf(tree.read(document)).includes(title);
  return has ? [] : [`${path}: cites "${title}", which is no heading of ${document}`];
}

/** Every limit cites a clause, and stands in the table of limits with its value. */
export function checkLimits(tree: Tree): string[] {
  const code = tree.read(LIMITS);
  const constants = [...code.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:const|function) (\w+)/g)];
  const exported = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map(
    (match) => match[1] as string,
  );
  const documented = constants.map((match) => match[2] as string);
  const rows = new Map(
    [...tree.read(PROTOCOL).matchAll(/^\| *`([A-Z_0-9]+)` *\| *([^|]*) *\|/gm)].map((match) => [
      match[1] as string,
      (match[2] as string).trim(),
    ]),
  );
  const values = protocol as unknown as Readonly<Record<string, unknown>>;
  return [
    ...exported
      .filter((name) => !documented.includes(name))
      .map((name) => `${LIMITS}: ${name} has no docstring`),
    ...constants.flatMap(([, comment, name]) => checkClause(tree, comment as string, name as string)),
    ...exported
      .filter((name) => /^[A-Z_0-9]+$/.test(name) && rows.get(name) !== String(values[name]))
      .map((name) => `${PROTOCOL}: the table of limits does not say ${name} | ${values[name]}`),
    ...[...rows.keys()]
      .filter((name) => !exported.includes(name))
      .map((name) => `${PROTOCOL}: the table of limits has ${name}, which ${LIMITS} has not`),
  ];
}

function checkClause(tree: Tree, comment: string, name: string): string[] {
  const cited = [...comment.matchAll(/\("([^"]+)"\)/g)].map((match) => match[1] as string);
  if (cited.length === 0) return [`${LIMITS}: ${name} cites no clause`];
  return cited.flatMap((title) => missingClause(tree, LIMITS, PROTOCOL, title));
}

/** Every error code has its row, and every row is a code. */
export function checkErrors(tree: Tree): string[] {
  const section =
    tree
      .read(PROTOCOL)
      .split(/^## /m)
      .find((part) => part.startsWith("Errors")) ?? "";
  const rows = [...section.matchAll(/^\| *`([a-z-]+)` *\|/gm)].map((match) => match[1] as string);
  return differences(
    rows,
    protocol.ERROR_CODES,
    (code) => `${PROTOCOL}: the table of errors and the code differ in ${code}`,
  );
}

/** Every packet has its section and its row, and every section is a packet. */
export function checkPackets(tree: Tree): string[] {
  const text = tree.read(PROTOCOL);
  const titles = headingsOf(text).filter((heading) => /^\d+ [A-Z]+$/.test(heading));
  const rows = [...text.matchAll(/^\| *(\d+) *\| *\[?([A-Z]+)/gm)].map(([, id, name]) => `${id} ${name}`);
  const packets = KINDS.map(({ id, name }) => `${id} ${name}`);
  return [
    ...differences(titles, packets, (packet) => `${PROTOCOL}: the sections and the code differ in ${packet}`),
    ...differences(
      rows,
      packets,
      (packet) => `${PROTOCOL}: the table of packets and the code differ in ${packet}`,
    ),
  ];
}

function differences(
  some: readonly string[],
  others: readonly string[],
  complain: (what: string) => string,
): string[] {
  const onlyHere = some.filter((each) => !others.includes(each));
  return [...onlyHere, ...others.filter((each) => !some.includes(each))].map(complain);
}

/** Every vector file is described, and belongs to a clause. */
export function checkVectors(tree: Tree): string[] {
  const readme = tree.read(`${VECTORS}README.md`);
  const files = tree.paths.filter((path) => path.startsWith(VECTORS) && path.endsWith(".json"));
  return files
    .filter((path) => !path.startsWith(`${VECTORS}letter-`))
    .flatMap((path) => {
      const name = path.slice(VECTORS.length);
      const { clause } = JSON.parse(tree.read(path)) as { clause?: string };
      const described = readme.includes(`\`${name}\``)
        ? []
        : [`${VECTORS}README.md: does not describe ${name}`];
      return [...described, ...missingFormat(tree, path, clause ?? "")];
    });
}

/** The agent's API is described as the code has it. */
export function checkRpc(tree: Tree): string[] {
  const isThere = tree.paths.includes(RPC_DOCS) && tree.read(RPC_DOCS) === makeRpcDocs();
  return isThere ? [] : [`${RPC_DOCS}: is not what the code says: npm run rpc-docs writes it anew`];
}

/** The tour shows the screens that its test compares with. */
export function checkTour(tree: Tree): string[] {
  const [size] = SIZES;
  if (size === undefined || !tree.paths.includes(TOUR)) return [`${TOUR} is missing`];
  const screen = (step: string): string | undefined => {
    const path = snapshotPath(size, step);
    return tree.paths.includes(path) ? tree.read(path).replace(/\n$/, "") : undefined;
  };
  try {
    if (tree.read(TOUR) === makeTour(screen)) return [];
    return [`${TOUR}: is not what the steps and ${SCREENS} say: npm run tour -- --update writes it anew`];
  } catch (error) {
    return [`${TOUR}: ${error instanceof Error ? error.message : error}`];
  }
}

/** Wire formats are in two documents, and no clause has a name that stands in both. */
function missingFormat(tree: Tree, path: string, clause: string): string[] {
  const found = [PROTOCOL, MESSAGING].filter((document) => headingsOf(tree.read(document)).includes(clause));
  return found.length === 1
    ? []
    : [`${path}: cites "${clause}", which is a heading of ${found.join(" and ") || "no document"}`];
}

/** Nothing is put off, and nothing names somebody's home. */
export function checkForbidden(tree: Tree): string[] {
  const forbidden: readonly [RegExp, string][] = [
    [/\b(?:TO[D]O|FIX[M]E|XX[X])\b/, "something is put off"],
    [/(?<![\w.~])\/(?:home|Users)\/[a-z]|(?<![\w.])\/root\//, "an absolute path of somebody's home"],
  ];
  return [...markdown(tree), ...sources(tree)].flatMap((path) =>
    tree
      .read(path)
      .split("\n")
      .flatMap((line, at) =>
        forbidden.filter(([form]) => form.test(line)).map(([, what]) => `${path}:${at + 1}: ${what}`),
      ),
  );
}

function markdown(tree: Tree): string[] {
  return tree.paths.filter((path) => path.endsWith(".md"));
}

function sources(tree: Tree): string[] {
  return tree.paths.filter((path) => /\.[cm]?[jt]s$/.test(path));
}

function withoutFences(text: string): string {
  return text.replace(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1\s*$/gm, "");
}

function withoutCode(text: string): string {
  return withoutFences(text).replace(/`[^`\n]*`/g, "");
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}

/** The files of a folder, without what git does not keep. */
export function readTree(root: string): Tree {
  const paths = readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => name !== ".git" && name !== "node_modules")
    .flatMap((entry) =>
      entry.isDirectory()
        ? readdirSync(join(root, entry.name), { recursive: true, withFileTypes: true })
        : [entry],
    )
    .filter((entry) => entry.isFile())
    .map((entry) => slashed(relative(root, join(entry.parentPath, entry.name))))
    .filter((path) => !/(^|\/)(node_modules|dist|coverage)\//.test(path));
  const existing = (path: string) => {
    if (!existsSync(join(root, path))) throw new Error(`${path} is missing`);
    return readFileSync(join(root, path), "utf8");
  };
  return { paths: paths.sort(), read: existing };
}

if (import.meta.main) {
  const tree = readTree(join(import.meta.dirname, ".."));
  const problems = checkDocs(tree);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`docs: ${markdown(tree).length} documents agree with the code`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
