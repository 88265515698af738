/** Values as JSON text for the engine. Digits go out as the caller gave them: numbers as numbers, texts as texts. */

/** As `JSON.stringify`, and with bigints: a `number` would have the same digits, or it is refused. */
export function jsonText(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? exactNumber(member) : member)) ?? "null"
  );
}

function exactNumber(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) {
    return number;
  }
  throw new RangeError(`${value} has more digits than a number in JSON keeps everywhere; give it as a text`);
}

/** The text of a member of an object's text, which is JSON without faults, as serialisers write it; nothing when it has none. */
export function memberText(json: string, name: string): string | undefined {
  const wanted = JSON.stringify(name);
  let depth = 0;
  let key: string | undefined;
  let begin = 0;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/gs)) {
    if (token === "{" || token === "[") {
      depth += 1;
    } else if (token === "}" || token === "]") {
      depth -= 1;
    }
    const isEnd = (depth === 1 && token === ",") || depth === 0;
    if (isEnd && key === wanted) {
      return json.slice(begin, index).trim();
    }
    if (isEnd || (depth === 1 && token === "{")) {
      key = undefined;
    } else if (depth === 1 && key === undefined && token.startsWith('"')) {
      key = token;
    } else if (depth === 1 && token === ":") {
      begin = index + 1;
    }
  }
  return undefined;
}

/** A parsed value with its text: `raw`, which `JSON.stringify` and `Object.keys` pass over. */
export type Parsed<T> = T & { readonly raw: string };

/** Parses an object's text, and keeps it. */
export function parsed<T extends object>(raw: string): Parsed<T> {
  const value = JSON.parse(raw) as Parsed<T>;
  if (typeof value === "object" && value !== null && !("raw" in value)) {
    Object.defineProperty(value, "raw", { value: raw });
  }
  return value;
}
