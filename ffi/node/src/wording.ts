/** Refusals of the engine in the words of JavaScript: its option names, and places in options instead of in JSON. */

import { BrightpearlError, errorClasses } from "./errors";
import { optionName } from "./options";

/** What the engine's reader of JSON calls the sorts of values. */
const SORTS: ReadonlyMap<string, string> = new Map([
  ["string", "a text"],
  ["a string", "a text"],
  ["str", "a text"],
  ["map", "an object"],
  ["a map", "an object"],
  ["sequence", "a list"],
  ["a sequence", "a list"],
  ["integer", "a whole number"],
  ["floating point", "a number with a fraction"],
  ["boolean", "a boolean"],
  ["a boolean", "a boolean"],
  ["null", "null"],
  ["u8", "a whole number from 0"],
  ["u16", "a whole number from 0"],
  ["u32", "a whole number from 0"],
  ["u64", "a whole number from 0"],
  ["usize", "a whole number from 0"],
  ["i32", `a whole number from ${-(2 ** 31)} to ${2 ** 31 - 1}`],
  ["i64", "a whole number"],
]);

/** The largest that the smaller sorts of numbers can be. */
const LARGEST: ReadonlyMap<string, number> = new Map([
  ["u8", 2 ** 8 - 1],
  ["u16", 2 ** 16 - 1],
  ["u32", 2 ** 32 - 1],
]);

/** Options that the engine does not know of, since this package reads them, and the member in which the others are. */
interface OwnOptions {
  readonly names: readonly string[];
  readonly within?: string | undefined;
}

/** Where credentials stand among the options of a client, and what stands beside them and may not be left out. */
const CREDENTIALS = "credentials";
const BESIDE_CREDENTIALS: ReadonlySet<string> = new Set(["account", CREDENTIALS]);

/**
 * What was thrown, as a user of JavaScript reads it. `sent` is the JSON that was refused, for the place in it. What is
 * no refusal of options comes back as it is.
 */
export function inOwnWords(thrown: unknown, sent?: () => string, own?: OwnOptions): unknown {
  if (!(thrown instanceof BrightpearlError) || !["validation", "misuse"].includes(thrown.kind)) {
    return thrown;
  }
  const within = own?.within === undefined ? "" : `${own.within}.`;
  const place = placeOf(thrown, sent);
  const location = place?.startsWith(within) ? place.slice(within.length) : place;
  const isOption = location !== null && !/[.[]/.test(location);
  const said = reasonOf(thrown, sent);
  const reason = isOption && own ? withNames(said, own.names) : said;
  if (location === thrown.location && reason === thrown.reason) {
    return thrown;
  }
  // By functions: a replacement text would take `$` for a reference.
  const message = thrown.message
    .replace(thrown.reason, () => reason)
    .replace(`(at ${thrown.location})`, () => (location ? `(at ${location})` : ""))
    .replace(`: ${thrown.location}: `, () => `: ${location}: `)
    .trimEnd();
  const error = new errorClasses[thrown.kind](message, { ...thrown, reason, location });
  return Object.defineProperty(error, "cause", { value: thrown.cause, configurable: true, writable: true });
}

/** Does something, and throws what it throws as a user of JavaScript reads it. */
export function rewording<T>(use: () => T, sent?: () => string, own?: OwnOptions): T {
  try {
    return use();
  } catch (error) {
    throw inOwnWords(error, sent, own);
  }
}

/** What says that an option is unknown, with the names that this package knows beside the engine's. */
function withNames(reason: string, own: readonly string[]): string {
  const [, name, engines] = /^unknown field `(\w+)`, expected (?:one of )?(.+)$/.exec(reason) ?? [];
  if (name === undefined || engines === undefined) {
    return reason;
  }
  const names = [...engines.matchAll(/`(\w+)`/g)].map(([, known]) => optionName(known ?? "")).concat(own);
  const meant = names.find((known) => known.toLowerCase().startsWith(name.toLowerCase()));
  const listed = names.map((known) => `\`${known}\``).join(", ");
  return `unknown option \`${name}\`, expected one of ${listed}${meant ? `; did you mean \`${meant}\`?` : ""}`;
}

/** A text of the engine, in the words of JavaScript. */
export function reworded(reason: string): string {
  return reason
    .replace(/^the JSON does not fit: /, "")
    .replace(/^missing field (`[^`]*`)/, "$1 is missing")
    .replace(/^invalid (?:type|value): (.+?), expected (.+)$/, (_, found: string, expected: string) => {
      return `found ${SORTS.get(found) ?? found}, expected ${SORTS.get(expected) ?? expected}`;
    })
    .replace(/\bexpected struct \w+/, "expected an object")
    .replace(/^expected value$/, "expected a text")
    .replace(/^(the question is invalid: )(.+?) at line \d+ column \d+(?=;|$)/, (_, head: string, why: string) => {
      return `${head}${reworded(why)}`;
    })
    .replace(/`([a-z]+(?:_[a-z]+)+)`/g, (_, name: string) => `\`${optionName(name)}\``);
}

/** The place of what was refused, in options. What is missing stands where it should be. */
function placeOf({ location, reason }: BrightpearlError, sent: (() => string) | undefined): string | null {
  const at = readTo(location, sent);
  if (at === undefined) {
    return location === null || / line \d+ column \d+$/.test(location)
      ? location
      : location.split(".").map(optionName).join(".");
  }
  const path = pathAt(at.read) || null;
  // The engine reads credentials in whole before it knows whose they are, so that it is behind them then.
  const isOfCredentials = at.what === "config" || at.what === CREDENTIALS;
  const above = at.what === CREDENTIALS && path?.startsWith(CREDENTIALS) !== true ? CREDENTIALS : undefined;
  if (isOfCredentials && reason.includes("unknown credentials type `")) {
    return `${CREDENTIALS}.type`;
  }
  const [, missing] = /^(?:the JSON does not fit: )?missing field `(\w+)`/.exec(reason) ?? [];
  if (missing === undefined || !isOfCredentials) {
    return [above, path].filter(Boolean).join(".") || null;
  }
  const isAtTop = above === undefined && path === null;
  const parent = isAtTop && !BESIDE_CREDENTIALS.has(missing) ? CREDENTIALS : path;
  return [above, parent, optionName(missing)].filter(Boolean).join(".");
}

/** What a reader of JSON that was sent had read, what stands behind that, and what it was reading. */
function readTo(location: string | null, sent: (() => string) | undefined) {
  const [, what, line, column] = /^(.*) line (\d+) column (\d+)$/.exec(location ?? "") ?? [];
  if (sent === undefined || line === undefined) {
    return undefined;
  }
  const lines = sent().split("\n");
  const bytes = Buffer.from(lines[Number(line) - 1] ?? "");
  const before = lines.slice(0, Number(line) - 1);
  return {
    what,
    read: [...before, bytes.subarray(0, Number(column)).toString()].join("\n"),
    rest: bytes.subarray(Number(column)).toString(),
  };
}

/**
 * The reason of a refusal in the words of JavaScript, with the number that was found where another was expected. Of
 * anything else the value may be a secret.
 */
function reasonOf({ reason, location }: BrightpearlError, sent: (() => string) | undefined): string {
  const said = reworded(reason);
  const [, expected] =
    /^found (?:a whole number|a number with a fraction), expected (a whole number.*)$/.exec(said) ?? [];
  const at = expected === undefined ? undefined : readTo(location, sent);
  // The reader may be within the number, behind it, or behind what follows it.
  const [, begun] = /(-?\d[\d.eE+-]*)[\s,}\]]*$/.exec(at?.read ?? "") ?? [];
  if (at === undefined || begun === undefined) {
    return said;
  }
  const found = begun + (at.read.endsWith(begun) ? (/^[\d.eE+-]*/.exec(at.rest)?.[0] ?? "") : "");
  const largest = LARGEST.get(/\bexpected (u\d+)$/.exec(reason)?.[1] ?? "");
  return `found ${found}, expected ${expected}${largest !== undefined && Number(found) > largest ? ` to ${largest}` : ""}`;
}

/** The path of the value that a reader of JSON was at when it had read so much. */
function pathAt(read: string): string {
  const open: { at: string | number | undefined; readonly isObject: boolean; isAtKey: boolean }[] = [];
  for (const [token] of read.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\],:]/gs)) {
    const inner = open.at(-1);
    if (token === "{" || token === "[") {
      open.push({ at: token === "[" ? 0 : undefined, isObject: token === "{", isAtKey: token === "{" });
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (inner !== undefined && token === ",") {
      inner.isAtKey = inner.isObject;
      inner.at = typeof inner.at === "number" ? inner.at + 1 : inner.at;
    } else if (inner !== undefined && token === ":") {
      inner.isAtKey = false;
    } else if (inner?.isAtKey) {
      inner.at = keyOf(token);
    }
  }
  return open
    .map(({ at }) => (typeof at === "number" ? `[${at}]` : at === undefined ? "" : `.${optionName(at)}`))
    .join("")
    .replace(/^\./, "");
}

/** A key, which was perhaps not read to its end. */
function keyOf(token: string): string {
  try {
    return JSON.parse(token) as string;
  } catch {
    return token;
  }
}
