/** The arguments of a task, where they have a form that JSON does not have. */

import { tasks } from "./discovery";
import { idText, type Ids } from "./options";

/** The arguments that are sets of ids, by task. */
const setsOfIds = new Map<string, readonly string[]>();

/** Arguments whose sets of ids are texts, as the engine takes them. Throws a `ValidationError` at what is no id. */
export function argumentsOf(task: string, given: object): object {
  const lists = Object.entries(given).filter(([, value]) => typeof value === "object" && value !== null);
  if (lists.length === 0) {
    return given;
  }
  const known = setsOfIds.get(task) ?? setsOfIdsOf(task);
  const texts = lists.filter(([name]) => known.includes(name)).map(([name, ids]) => [name, idText(ids as Ids, name)]);
  return { ...given, ...Object.fromEntries(texts) };
}

function setsOfIdsOf(task: string): readonly string[] {
  const schema = tasks().find(({ name }) => name === task)?.arguments ?? {};
  const forms = (schema["anyOf"] as (typeof schema)[] | undefined) ?? [schema];
  const members = forms.flatMap((form) => Object.entries((form["properties"] ?? {}) as Record<string, object>));
  const names = members.filter(([name, member]) => isSetOfIds(name, member)).map(([name]) => name);
  setsOfIds.set(task, names);
  return names;
}

function isSetOfIds(name: string, schema: { readonly type?: unknown }): boolean {
  const kinds = [schema.type].flat();
  return name.endsWith("Ids") && kinds.includes("integer") && kinds.includes("string");
}
