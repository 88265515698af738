// JSON Schemas as TypeScript types. Of rules over several members they say that one of some must be there; patterns, bounds and
// other rules have no types: the engine checks them.

const WIDTH = 120;

/**
 * The type of a schema. `indent` is the one of the line that the type begins in. What is `given` is written as JSON: it takes
 * whatever has that form.
 */
export function typeOf(schema, indent = "", given = false) {
  const alternatives = [...new Set(alternativesOf(schema, indent, given))];
  return alternatives.includes("unknown") ? "unknown" : alternatives.join(" | ");
}

/** A comment above a member or method; empty when there is nothing to say. */
export function documentation(sentences, indent, width = WIDTH) {
  const text = sentences.filter(Boolean).map(stopped).join(" ").replaceAll("*/", "* /");
  if (text === "") return "";
  if (`${indent}/** ${text} */`.length <= width) return `${indent}/** ${text} */\n`;
  const lines = wrapped(text, width - indent.length - 3).map((line) => `${indent} * ${line}\n`);
  return `${indent}/**\n${lines.join("")}${indent} */\n`;
}

/** A name as a member: quoted where it must be. */
export const memberName = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** Whether a member is a set of ids, which may be one, several or a text. */
const isSetOfIds = (name, { type }) =>
  name.endsWith("Ids") && ["integer", "string"].every((kind) => [type].flat().includes(kind));

/** The type of a member. */
function typeOfMember(name, schema, indent, given) {
  if (!given || !isSetOfIds(name, schema)) return typeOf(schema, indent, given);
  return [schema.type].flat().includes("null") ? "Ids | null" : "Ids";
}

/** How a pattern begins whose texts are date-times, or days. */
const DATE_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T";

function alternativesOf(schema, indent, given) {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value));
  if ("const" in schema) return [JSON.stringify(schema.const)];
  const kinds = schema.type === undefined ? [] : [schema.type].flat();
  if (schema.anyOf && !schema.properties) {
    return schema.anyOf.flatMap((alternative) => alternativesOf(alternative, indent, given));
  }
  return kinds.length === 0 ? ["unknown"] : kinds.flatMap((kind) => ofKind(kind, schema, indent, given));
}

function ofKind(kind, schema, indent, given) {
  switch (kind) {
    case "integer":
      return given ? ["number", "bigint"] : ["number"];
    case "number":
      return ["number"];
    case "string":
      return given && schema.pattern?.startsWith(DATE_TIME) ? ["string", "Date"] : ["string"];
    case "boolean":
    case "null":
      return [kind];
    case "array": {
      const element = typeOf(schema.items ?? {}, indent, given);
      return [`readonly ${/[|&]/.test(element) ? `(${element})` : element}[]`];
    }
    case "object":
      return [ofObject(schema, indent, given)];
    default:
      throw new Error(`a schema has the type ${kind}, which JSON does not have`);
  }
}

/** A rule that one of some members must be there, and not null. */
function oneOfThese({ anyOf = [], ...rest }) {
  const isOther = Object.keys(rest).length > 0 || anyOf.some(({ required = [] }) => required.length === 0);
  if (anyOf.length === 0 || isOther) return [];
  const present = (name) => `readonly ${memberName(name)}: {}`;
  return [`(${anyOf.map(({ required }) => `{ ${required.map(present).join("; ")} }`).join(" | ")})`];
}

function ofObject({ properties = {}, required = [], allOf = [], additionalProperties }, indent, given) {
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, schema]) => {
    const comment = documentation(notes(schema), inner);
    const type = typeOfMember(name, schema, inner, given);
    const isOptional = !required.includes(name);
    const absent = isOptional && given ? " | undefined" : "";
    return `${comment}${inner}readonly ${memberName(name)}${isOptional ? "?" : ""}: ${type}${absent};\n`;
  });
  if (members.length > 0) return [`{\n${members.join("")}${indent}}`, ...allOf.flatMap(oneOfThese)].join(" & ");
  if (additionalProperties === false) return "{ readonly [member: string]: never }";
  const values = typeof additionalProperties === "object" ? typeOf(additionalProperties, indent, given) : "any";
  return `{ readonly [member: string]: ${values} }`;
}

function notes(schema) {
  const { description, "x-refers-to": refersTo } = schema;
  return [description, refersTo && `Refers to: ${refersTo}.`];
}

const stopped = (sentence) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`);

function wrapped(text, width) {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
