/** Where somebody's keys are looked up: `github:NAME`, `gitlab:NAME`, or a page of keys, `https://…`. */
import { Failure, usage } from "../exit.ts";

/** A place of somebody's public keys. Make one only with `parseKeySource`. */
export interface KeySource {
  /** What is pinned with the contact, and read again by `pinnedKeySource`. ASCII. */
  readonly text: string;
  /** What is fetched. */
  readonly url: string;
  /** The account, where the source names one: a name for a contact whom nobody has named. */
  readonly account?: string;
}

/** Other places than github.com and gitlab.com for the short names: GitHub Enterprise, Gitea, Forgejo, an own GitLab. */
export interface SourceBases {
  readonly githubUrl?: string | undefined;
  readonly gitlabUrl?: string | undefined;
}

/** The longest source or base URL, as it is typed and as it is pinned. */
export const MAX_SOURCE_CHARACTERS = 512;

interface Host {
  readonly home: string;
  readonly option: keyof SourceBases;
  /** Names on the host itself. */
  readonly name: RegExp;
  readonly rule: string;
}

/**
 * GitHub: letters, digits and single hyphens, 39 at most; names that a company manages end in `_` and its short code
 * (https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication).
 * GitLab: what its routes take (lib/gitlab/path_regex.rb), since older names keep forms that are no longer given
 * (https://docs.gitlab.com/user/reserved_names/).
 */
const HOSTS: Readonly<Record<string, Host>> = {
  github: {
    home: "https://github.com",
    option: "githubUrl",
    name: /^(?=.{1,39}$)[a-z0-9]+(-[a-z0-9]+)*(_[a-z0-9]{3,8})?$/,
    rule: "letters, digits and single hyphens, at most 39",
  },
  gitlab: {
    home: "https://gitlab.com",
    option: "gitlabUrl",
    name: /^(?=.{1,255}$)(?!.*\.(\.|git$|atom$|$))[a-z0-9_][a-z0-9_.-]*$/,
    rule: "letters, digits and . _ -, and no . or - before them",
  },
};
/** Elsewhere, whose rules nobody knows: what no URL and no file system takes for anything else than a name. */
const NAME_ELSEWHERE = HOSTS.gitlab!;

const SHORT = /^(github|gitlab):(.*)$/is;
const WEB = /^(https?):/i;

/**
 * Reads a word of the command line. Names of accounts make no difference between capitals and small letters on these
 * hosts, and are pinned in small ones.
 * @param bases as they are set now
 * @returns undefined for what is no source at all, such as a key or the path of a file
 * @throws Failure `usage` for what is meant as one and is none
 */
export function parseKeySource(word: string, bases: SourceBases = {}): KeySource | undefined {
  const [, short, name = ""] = SHORT.exec(word) ?? [];
  if (short !== undefined) return onHost(short.toLowerCase(), smallLetters(name), bases);
  if (!WEB.test(word)) return undefined;
  const url = strictUrl(word, "the address of keys");
  if (url.pathname === "/")
    throw usage("the address names no keys: say all of it, such as https://host/NAME.keys");
  return shortened(url) ?? { text: url.href, url: url.href };
}

/**
 * Reads `KeySource.text` again. It means the place where the keys came from, whatever bases are set by now.
 * @returns undefined for what was never pinned by us
 */
export function pinnedKeySource(text: string): KeySource | undefined {
  try {
    return parseKeySource(text);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Of ASCII only: a Kelvin sign would become a k. */
function smallLetters(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function onHost(short: string, name: string, bases: SourceBases): KeySource {
  const host = HOSTS[short]!;
  const base = baseUrl(bases[host.option], host.home);
  const isHome = base === host.home;
  const { name: form, rule } = isHome ? host : NAME_ELSEWHERE;
  if (name === "" || name.length > MAX_SOURCE_CHARACTERS || !form.test(name)) {
    throw usage(
      `what stands behind ${short}: is the name of an account: ${rule}. Any other goes as https://…`,
    );
  }
  const url = `${base}/${name}.keys`;
  if (url.length > MAX_SOURCE_CHARACTERS) throw usage("the name of the account is too long");
  if (isHome) return { text: `${short}:${name}`, url, account: name };
  return shortened(new URL(url)) ?? { text: url, url, account: name };
}

/** Without a slash at its end. @throws Failure `usage` */
function baseUrl(text: string | undefined, home: string): string {
  if (text === undefined) return home;
  return strictUrl(text, "the address of a host of keys").href.replace(/\/+$/, "");
}

/** The same page must not be pinned under two names. */
function shortened({ origin, pathname }: URL): KeySource | undefined {
  const [, name] = /^\/([^/]+)\.keys$/i.exec(pathname) ?? [];
  const short = Object.keys(HOSTS).find((each) => HOSTS[each]?.home === origin);
  if (name === undefined || short === undefined || !HOSTS[short]!.name.test(name.toLowerCase()))
    return undefined;
  return onHost(short, name.toLowerCase(), {});
}

/** The URL parser of the web mends a lot, and would rather guess than refuse: only what it need not mend gets there. */
function strictUrl(text: string, what: string): URL {
  if (text.length > MAX_SOURCE_CHARACTERS)
    throw usage(`${what} is at most ${MAX_SOURCE_CHARACTERS} characters long`);
  if (/^http:/i.test(text))
    throw usage(`${what} begins with https: what comes by http anybody can have changed`);
  if (!/^https:\/\/[^/]/i.test(text)) throw usage(`${what} begins with https://`);
  if (/[^\x21-\x7e]|[\\"<>^`{|}]/.test(text)) {
    throw usage(
      `${what} has signs that no address has; names in other letters are written in their xn-- form`,
    );
  }
  const authority = text.slice("https://".length).split(/[/?#]/)[0] ?? "";
  if (authority.includes("@")) throw usage(`${what} has no user and no password`);
  if (/[?#]/.test(text)) throw usage(`${what} has no ? and no #: leave out what stands behind`);
  if (/\/(?:\.|%2e){1,2}(?=\/|$)/i.test(text))
    throw usage(`${what} has no . and no .. between its slashes: say the place itself`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isMended = url?.host !== authority.toLowerCase().replace(/:443$/, "");
  const isPlace = url !== undefined && !isMended && !url.hostname.endsWith(".") && url.port !== "0";
  if (!isPlace || url.href.length > MAX_SOURCE_CHARACTERS) {
    throw usage(`${what} cannot be read; it looks like https://host/path`);
  }
  return url;
}
