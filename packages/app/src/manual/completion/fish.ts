/** The completions as a fish script. fish quotes what a completion inserts by itself, names of contacts as well. */
import {
  type Choice,
  type CompletionModel,
  type CompletionOption,
  type CompletionVerb,
  OWN_OPTIONS,
  type Place,
  type Word,
} from "./model.ts";

export function fishCompletion({ first, verbs }: CompletionModel): string {
  const taking = verbs.map(({ name, options }) => ({
    name,
    flags: options.filter(({ value }) => value !== undefined).flatMap(({ flags }) => flags),
  }));
  return `# Completions of asfaleia for fish, printed by: asfaleia completion fish

# Prints the verb of the line up to the cursor, how many words that are no options follow, and the first of them.
function __asfaleia_line
    set -l words (commandline -opc)[2..-1]
    set -l verb
    set -l place 0
    set -l opening ''
    set -l waiting
    set -l ended
    set -l taking
    switch "$words[1] $words[2]"
${verbs
  .filter(({ name }) => name.includes(" "))
  .map(
    ({ name }) =>
      `        case '${name}'\n            set verb '${name}'\n            set words $words[3..-1]\n`,
  )
  .join("")}        case '*'
            set verb "$words[1]"
            set words $words[2..-1]
    end
    switch "$verb"
${grouped(taking, ({ flags }) => flags.join(" "))
  .filter(([flags]) => flags !== "")
  .map(
    ([flags, group]) =>
      `        case ${group.map(({ name }) => `'${name}'`).join(" ")}\n            set taking ${flags}\n`,
  )
  .join("")}    end
    for word in $words
        if set -q waiting[1]
            set -e waiting
        else if not set -q ended[1]; and test "$word" = --
            set ended 1
        else if not set -q ended[1]; and string match -qr -- '^-.' "$word"
            contains -- "$word" $taking; and set waiting 1
        else
            test $place = 0; and set opening "$word"
            set place (math $place + 1)
        end
    end
    string join -- \\n "$verb" $place "$opening"
end

# Whether one of these verbs is on the line.
function __asfaleia_verb
    set -l line (__asfaleia_line)
    contains -- "$line[1]" $argv
end

# Whether the cursor is in this place: how many words are before it (+ for more), the first of them (* for any), the verb.
function __asfaleia_place
    set -l line (__asfaleia_line)
    test "$line[1]" = "$argv[3]"; or return
    test "$argv[2]" = '*' -o "$argv[2]" = "$line[3]"; or return
    string match -q -- '*+' $argv[1]; and test $line[2] -ge (string replace -- + '' $argv[1]); and return
    test "$line[2]" = "$argv[1]"
end

# Names that start with a tilde are left out: fish would insert them as somebody's home.
function __asfaleia_contacts
    asfaleia completion names 2> /dev/null < /dev/null | string match -rv -- '^~'
end

complete -c asfaleia -e
complete -c asfaleia -f
${OWN_OPTIONS.map((option) => `complete -c asfaleia -n ${quoted("__asfaleia_verb ''")}${flagsOf(option)} -d ${quoted(option.text)}\n`).join("")}${first.map((word) => wordLine("__asfaleia_verb ''", word)).join("")}
${optionLines(verbs)}
${verbs.flatMap(({ name, places }) => places.map((place) => placeLines(name, place))).join("")}`;
}

/** One line for all the verbs that have an option alike. */
function optionLines(verbs: readonly CompletionVerb[]): string {
  const all = verbs.flatMap(({ name, options }) => options.map((option) => ({ name, option })));
  return grouped(all, ({ option }) => `${flagsOf(option)} -d ${quoted(option.text)}${takenBy(option)}`)
    .map(([rest, group]) => {
      const condition = `__asfaleia_verb ${group.map(({ name }) => (name.includes(" ") ? `"${name}"` : name)).join(" ")}`;
      return `complete -c asfaleia -n ${quoted(condition)}${rest}\n`;
    })
    .join("");
}

function flagsOf({ flags }: CompletionOption): string {
  return flags
    .map((flag) => (flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`))
    .join("");
}

function takenBy({ value }: CompletionOption): string {
  if (value === undefined) return "";
  return value.files ? " -r -F" : ` -x${argumentsOf(value)}`;
}

function argumentsOf({ words, contacts, folders }: Choice): string {
  const parts = [
    ...words.map(({ word }) => word),
    ...(contacts ? ["(__asfaleia_contacts)"] : []),
    ...(folders ? ["(__fish_complete_directories (commandline -ct) '')"] : []),
  ];
  return parts.length === 0 ? "" : ` -a ${quoted(parts.join(" "))}`;
}

function placeLines(name: string, place: Place): string {
  const condition = `__asfaleia_place ${place.index}${place.repeats ? "+" : ""} ${place.after ?? '"*"'} "${name}"`;
  const lines = place.words.map((word) => wordLine(condition, word));
  const rest = argumentsOf({ ...place, words: [] });
  return [
    ...lines,
    ...(rest === "" ? [] : [`complete -c asfaleia -n ${quoted(condition)}${rest}\n`]),
    ...(place.files ? [`complete -c asfaleia -n ${quoted(condition)} -F\n`] : []),
  ].join("");
}

function wordLine(condition: string, { word, text }: Word): string {
  return `complete -c asfaleia -n ${quoted(condition)} -a ${word}${text === "" ? "" : ` -d ${quoted(text)}`}\n`;
}

/** @returns what has the same text, under it */
function grouped<T>(things: readonly T[], textOf: (thing: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const thing of things) groups.set(textOf(thing), [...(groups.get(textOf(thing)) ?? []), thing]);
  return [...groups];
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
