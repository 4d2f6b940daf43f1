/**
 * The completions as a bash script. It reads the line by itself: bash has cut it at every : and = and left its quotes in.
 * What it takes from elsewhere, the names of contacts, is only ever a value, and comes back quoted. bash 4 and later.
 */
import {
  type Choice,
  type CompletionModel,
  type CompletionOption,
  type CompletionVerb,
  OWN_OPTIONS,
} from "./model.ts";

export function bashCompletion({ first, verbs }: CompletionModel): string {
  const [pairs, single] = [true, false].map((isPair) =>
    verbs.filter(({ name }) => name.includes(" ") === isPair),
  );
  return `# Completions of asfaleia for bash, printed by: asfaleia completion bash

# Cuts the line into words, without their quotes, up to the cursor. \`quote\` is the quote that is still open, \`head\` what of the
# last word bash does not replace.
_asfaleia_read() {
  local line=\${COMP_LINE:0:COMP_POINT} word= began= char i
  words=() quote= head=
  for ((i = 0; i < \${#line}; i++)); do
    char=\${line:i:1}
    if [[ $quote == "'" ]]; then
      if [[ $char == "'" ]]; then quote= head=$word; else word+=$char; fi
    elif [[ $char == \\\\ && $quote && \${line:i+1:1} != [\\"\\\\\\$\\\`] ]]; then
      word+=$char
    elif [[ $char == \\\\ ]]; then
      ((i++))
      word+=\${line:i:1} began=1
    elif [[ $quote ]]; then
      if [[ $char == '"' ]]; then quote= head=$word; else word+=$char; fi
    elif [[ $char == [\\'\\"] ]]; then
      quote=$char head=$word began=1
    elif [[ $char == [[:blank:]] ]]; then
      [[ $began ]] && words+=("$word")
      word= began= head=
    else
      word+=$char began=1
      [[ $COMP_WORDBREAKS == *"$char"* ]] && head=$word
    fi
  done
  words+=("$word")
}

# Offers one candidate, the whole word, in the quotes that are open.
_asfaleia_offer() {
  local whole=$1 rest
  [[ $whole == "$current"* && $whole == "$head"* ]] || return 0
  rest=\${whole#"$head"}
  case $quote in
    "'") rest=\${rest//\\'/\\'\\\\\\'\\'} ;;
    '"')
      # Nothing keeps bash from reading ! as its history within these quotes.
      [[ $rest == *'!'* ]] && return 0
      rest=\${rest//\\\\/\\\\\\\\}
      rest=\${rest//\\"/\\\\\\"}
      rest=\${rest//\\$/\\\\\\$}
      rest=\${rest//\\\`/\\\\\\\`}
      ;;
    *) printf -v rest %q "$rest" ;;
  esac
  # bash swallows a quote right behind the one that is open, and closes none behind a word that ends with one.
  [[ $quote && $rest == "$quote"* ]] && rest=$quote$rest
  [[ $quote && $rest == *"$quote" ]] && rest+=$quote
  COMPREPLY+=("$rest")
}

# Offers what \`candidates\` says. Files and folders are bash's own affair.
_asfaleia_choose() {
  local prefix=$1 candidate
  for candidate in "\${candidates[@]}"; do
    case $candidate in
      @contacts)
        while IFS= read -r candidate; do _asfaleia_offer "$prefix$candidate"; done < <(
          asfaleia completion names 2> /dev/null < /dev/null
        )
        ;;
      @files) compopt -o default ;;
      @folders) compopt -o dirnames ;;
      *) _asfaleia_offer "$prefix$candidate" ;;
    esac
  done
}

# The options of a verb, and those of them that take a value.
_asfaleia_options() {
  case $1 in
    '') flags=(${flagsOf(OWN_OPTIONS)}) ;;
${verbs.map(optionLine).join("")}  esac
}

# What an option takes.
_asfaleia_value() {
  case "$1 $2" in
${verbs.flatMap((verb) => verb.options.map((option) => valueLine(verb, option))).join("")}  esac
}

# What stands in a place: the verb, how many words are before it, the first of them.
_asfaleia_place() {
  case "$1/$2/$3" in
${placeLines(verbs)}  esac
}

_asfaleia() {
  local words quote head current verb= place=0 opening= waiting= ended= i word
  local -a flags=() taking=() candidates=()
  COMPREPLY=()
  _asfaleia_read
  current=\${words[\${#words[@]} - 1]}
  words=("\${words[@]:1:\${#words[@]}-2}")
  case "\${words[0]-} \${words[1]-}" in
${pairs!.map(({ name }) => `    '${name}') verb='${name}' i=2 ;;\n`).join("")}${single!.map(({ name }) => `    '${name} '*) verb=${name} i=1 ;;\n`).join("")}    ' ') i=0 ;;
    *) return ;;
  esac
  _asfaleia_options "$verb"
  for word in "\${words[@]:i}"; do
    if [[ $waiting ]]; then
      waiting=
    elif [[ ! $ended && $word == -- ]]; then
      ended=1
    elif [[ ! $ended && $word == -?* ]]; then
      [[ " \${taking[*]} " == *" $word "* ]] && waiting=$word
    else
      [[ $place == 0 ]] && opening=$word
      ((place++))
    fi
  done
  if [[ $waiting ]]; then
    _asfaleia_value "$verb" "$waiting"
    _asfaleia_choose ''
  elif [[ ! $ended && $current == --*=* ]]; then
    _asfaleia_value "$verb" "\${current%%=*}"
    _asfaleia_choose "\${current%%=*}="
  elif [[ ! $ended && $current == -* ]]; then
    candidates=("\${flags[@]}")
    _asfaleia_choose ''
  elif [[ ! $verb ]]; then
    candidates=(${first.map(({ word }) => word).join(" ")})
    _asfaleia_choose ''
  else
    _asfaleia_place "$verb" "$place" "$opening"
    _asfaleia_choose ''
  fi
}

complete -F _asfaleia asfaleia
`;
}

function flagsOf(options: readonly CompletionOption[]): string {
  return options.flatMap(({ flags }) => flags).join(" ");
}

function optionLine({ name, options }: CompletionVerb): string {
  const taking = options.filter(({ value }) => value !== undefined);
  return `    '${name}') flags=(${flagsOf(options)}) taking=(${flagsOf(taking)}) ;;\n`;
}

function valueLine(verb: CompletionVerb, { flags, value }: CompletionOption): string {
  const candidates = value === undefined ? "" : candidatesOf(value);
  if (candidates === "") return "";
  return `    ${flags.map((flag) => `'${verb.name} ${flag}'`).join(" | ")}) candidates=(${candidates}) ;;\n`;
}

/** The places of one first word, then those of any, then those that go on. */
function placeLines(verbs: readonly CompletionVerb[]): string {
  const places = verbs.flatMap(({ name, places: each }) => each.map((place) => ({ name, place })));
  const line = (name: string, index: number | string, after: string | undefined, choice: Choice) =>
    `    '${name}'/${index}/${after ?? "*"}) candidates=(${candidatesOf(choice)}) ;;\n`;
  return [
    ...places.map(({ name, place }) => line(name, place.index, place.after, place)),
    ...places
      .filter(({ place }) => place.repeats)
      .map(({ name, place }) => line(name, "*", place.after, place)),
  ].join("");
}

function candidatesOf({ words, contacts, files, folders }: Choice): string {
  return [
    ...words.map(({ word }) => word),
    ...(contacts ? ["@contacts"] : []),
    ...(files ? ["@files"] : []),
    ...(folders && !files ? ["@folders"] : []),
  ].join(" ");
}
