/** Columns of cells as one object for each row. */

type Build = (columns: readonly (readonly unknown[])[], length: number) => object[];

/** By their names, the functions that make such objects. A search has one for all of its pages. */
const builds = new Map<string, Build>();
const MOST_BUILDS = 256;

/** Objects with members of these names. */
export function objectsOf<T>(
  names: readonly string[],
  columns: readonly (readonly T[])[],
  length: number,
): Record<string, T>[] {
  const key = JSON.stringify(names);
  let build = builds.get(key);
  if (build === undefined) {
    build = buildOf(names);
    if (builds.size >= MOST_BUILDS) {
      builds.clear();
    }
    builds.set(key, build);
  }
  return build(columns, length) as Record<string, T>[];
}

/** A loop over one object literal, since V8 sets members that it knows by name several times as fast as others. */
function buildOf(names: readonly string[]): Build {
  const lines = [
    ...names.map((_, index) => `const column${index} = columns[${index}];`),
    "const objects = [];",
    "for (let row = 0; row < length; row += 1) {",
    `  objects.push({ ${names.map((name, index) => `${memberOf(name)}: column${index}[row]`).join(", ")} });`,
    "}",
    "return objects;",
  ];
  try {
    return new Function("columns", "length", lines.join("\n")) as Build;
  } catch {
    // A program may forbid code that is made of texts.
    return (columns, length) =>
      Array.from({ length }, (_, row) => Object.fromEntries(names.map((name, index) => [name, columns[index]?.[row]])));
  }
}

/** In brackets where the name alone would set the prototype. In others they would cost half of the speed. */
function memberOf(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : JSON.stringify(name);
}
