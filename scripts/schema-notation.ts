/** Prints valibot schemas so that a person reads them. What it does not know it refuses, so that nothing is left out silently. */

/** As far as a schema of valibot can be looked into. */
export interface Notable {
  readonly kind: string;
  readonly type: string;
  readonly pipe?: readonly Notable[];
  readonly entries?: Readonly<Record<string, Notable>>;
  readonly item?: Notable;
  readonly key?: Notable;
  readonly value?: Notable;
  readonly wrapped?: Notable;
  readonly options?: readonly (Notable | string)[];
  readonly literal?: unknown;
  readonly requirement?: unknown;
}

const WIDTH = 110;

/**
 * @param names what has a name of its own
 * @returns one line, or several where one would be long
 */
export function notation(schema: Notable, names: ReadonlyMap<unknown, string>, indent = ""): string {
  const name = names.get(schema);
  if (name !== undefined) return name;
  if (schema.pipe !== undefined) return piped(schema.pipe, names, indent);
  switch (schema.type) {
    case "string":
    case "number":
    case "boolean":
      return schema.type;
    case "literal":
      return JSON.stringify(schema.literal);
    case "picklist":
      return (schema.options ?? []).map((option) => JSON.stringify(option)).join(" | ");
    case "nullable":
      return `${notation(part(schema.wrapped), names, indent)} | null`;
    case "exact_optional":
      return notation(part(schema.wrapped), names, indent);
    case "array":
      return `[${notation(part(schema.item), names, indent)}]`;
    case "record":
      return `{ [${notation(part(schema.key), names, indent)}]: ${notation(part(schema.value), names, indent)} }`;
    case "variant":
      return (schema.options as readonly Notable[])
        .map((option) => `\n${indent}  | ${notation(option, names, `${indent}    `)}`)
        .join("");
    case "object":
    case "strict_object":
      return object(schema, names, indent);
    default:
      throw new Error(`no notation for ${schema.type}`);
  }
}

function object({ entries = {} }: Notable, names: ReadonlyMap<unknown, string>, indent: string): string {
  const within = `${indent}  `;
  const fields = Object.entries(entries).map(
    ([key, value]) =>
      `${key}${value.type === "exact_optional" ? "?" : ""}: ${notation(value, names, within)}`,
  );
  if (fields.length === 0) return "{}";
  const line = `{ ${fields.join(", ")} }`;
  if (line.length + indent.length <= WIDTH && !line.includes("\n")) return line;
  return `{\n${fields.map((field) => `${within}${field}`).join(",\n")}\n${indent}}`;
}

function piped(
  [schema, ...actions]: readonly Notable[],
  names: ReadonlyMap<unknown, string>,
  indent: string,
): string {
  let text = notation(part(schema), names, indent);
  let [least, most]: unknown[] = [];
  for (const { type, requirement } of actions) {
    if (type === "safe_integer") text = "integer";
    else if (type === "min_value" || type === "min_length") least = requirement;
    else if (type === "max_value" || type === "max_length") most = requirement;
    else if (type === "regex") text = String(requirement);
    else if (type === "base64") text = "base64";
    else if (type !== "finite" && type !== "readonly") throw new Error(`no notation for ${type}`);
  }
  return least === undefined && most === undefined ? text : `${text}(${least ?? ""}..${most ?? ""})`;
}

function part(schema: Notable | undefined): Notable {
  if (schema === undefined) throw new Error("a schema without what it is made of");
  return schema;
}
