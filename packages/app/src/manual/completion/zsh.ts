/**
 * The completions as a zsh function for `fpath`, by way of zsh's own `_arguments`. The names of contacts go to `compadd`,
 * which quotes them.
 */
import type { Choice, CompletionModel, CompletionOption, CompletionVerb, Place, Word } from "./model.ts";
import { OWN_OPTIONS } from "./model.ts";

export function zshCompletion({ first, verbs }: CompletionModel): string {
  const pairs = verbs.filter(({ name }) => name.includes(" "));
  return `#compdef asfaleia
# Completions of asfaleia for zsh, printed by: asfaleia completion zsh

_asfaleia_contacts() {
  local -a names
  names=(\${(f)"$(asfaleia completion names 2> /dev/null < /dev/null)"})
  compadd "$@" -a names
}

# What stands in a place: the verb, how many words are before it. The first of them is in \`line\`.
_asfaleia_place() {
  local -a choices
  case "$1/$2/\${line[1]}" in
${placeLines(verbs)}  esac
  (( $#choices )) && _alternative $choices
}

_asfaleia() {
  local curcontext="$curcontext" state verb
  local -a line first
  local -A opt_args
  first=(
${first.map((word) => `    ${described(word)}\n`).join("")}  )
  if (( CURRENT == 2 )); then
    if [[ $PREFIX == -* ]]; then
      _arguments ${OWN_OPTIONS.map((option) => specOf(option)).join(" ")}
    else
      _describe -t verbs verb first
    fi
    return
  fi
  verb=$words[2]
${pairs.length === 0 ? "" : `  if (( CURRENT > 3 )); then\n    case "$words[2] $words[3]" in\n      (${pairs.map(({ name }) => `'${name}'`).join("|")}) verb="$words[2] $words[3]"; shift words; (( CURRENT-- )) ;;\n    esac\n  fi\n`}  shift words
  (( CURRENT-- ))
  case $verb in
${verbs.map(verbLines).join("")}  esac
}

if [[ $funcstack[1] == _asfaleia ]]; then
  _asfaleia "$@"
else
  compdef _asfaleia asfaleia
fi
`;
}

function verbLines(verb: CompletionVerb): string {
  const specs = [...verb.options.map((option) => specOf(option)), ...placeSpecs(verb)];
  return `    (${quoted(verb.name)})\n      _arguments -s -S : \\\n${specs.map((spec) => `        ${spec}`).join(" \\\n")}\n      ;;\n`;
}

/** `_arguments` counts places from 1, and gives each to a function of ours. */
function placeSpecs({ name, places }: CompletionVerb): string[] {
  const indexes = [...new Set(places.map(({ index }) => index))].sort((one, other) => one - other);
  const repeats = places.find((place) => place.repeats)?.index;
  // The space in front keeps zsh from adding arguments of its own.
  const action = (index: number) => ` _asfaleia_place ${key(name)} ${index}`;
  return [
    ...indexes.map((index) => quoted(`${index + 1}:: :${action(index)}`)),
    ...(repeats === undefined ? [] : [quoted(`*:: :${action(repeats)}`)]),
  ];
}

function placeLines(verbs: readonly CompletionVerb[]): string {
  const line = (name: string, place: Place) =>
    `    (${key(name)}/${place.index}/${place.after ?? "*"}) choices=(${choicesOf(place).join(" ")}) ;;\n`;
  return verbs.flatMap(({ name, places }) => places.map((place) => line(name, place))).join("");
}

/** For \`_alternative\`. */
function choicesOf({ words, contacts, files, folders }: Choice): string[] {
  return [
    ...(words.length > 0 ? [quoted(`words:word:${wordsAction(words)}`)] : []),
    ...(contacts ? [quoted("contacts:contact:_asfaleia_contacts")] : []),
    ...(files ? [quoted("files:file:_files")] : []),
    ...(folders && !files ? [quoted("folders:folder:_files -/")] : []),
  ];
}

function specOf({ flags, text, repeats, value }: CompletionOption): string {
  const isLast = flags.some((flag) => ["--help", "--version"].includes(flag));
  const before = repeats ? "*" : isLast ? "(- *)" : flags.length > 1 ? `(${flags.join(" ")})` : "";
  const help = text === "" ? "" : `[${text.replace(/[\\[\]]/g, "\\$&")}]`;
  const action = value === undefined ? "" : `:${colonsEscaped(value.label)}:${valueAction(value)}`;
  return flags
    .map((flag) =>
      quoted(
        `${before}${flag}${value === undefined ? "" : flag.startsWith("--") ? "=" : "+"}${help}${action}`,
      ),
    )
    .join(" ");
}

function valueAction({ words, contacts, files, folders }: Choice): string {
  if (words.length > 0) return wordsAction(words);
  if (contacts) return "_asfaleia_contacts";
  return files ? "_files" : folders ? "_files -/" : " ";
}

function wordsAction(words: readonly Word[]): string {
  if (words.every(({ text }) => text === "")) return `(${words.map(({ word }) => word).join(" ")})`;
  const pairs = words.map(({ word, text }) => `${word}\\:${text.replace(/[^A-Za-z0-9]/g, "\\$&")}`);
  return `((${pairs.join(" ")}))`;
}

function described({ word, text }: Word): string {
  return quoted(text === "" ? word : `${word}:${colonsEscaped(text)}`);
}

function colonsEscaped(text: string): string {
  return text.replace(/[\\:]/g, "\\$&");
}

function key(name: string): string {
  return name.replace(" ", "-");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
