/** A look into JSON text without parsing it. Loads nothing else. */

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
