/** Options as JavaScript spells them, and the JSON of the engine: one table, and no rule of the API. */

import { types } from "node:util";
import { CREDENTIAL_NAMES, type Credentials } from "./credentials";
import { invalid } from "./errors";
import { refused } from "./given";

export type { Credentials, Grant } from "./credentials";

/** How often and how patiently to try again. */
export interface RetryOptions {
  /** Attempts at one request, the first included: 5. */
  readonly maxAttempts?: number | undefined;
  /** Upper bound of the first back-off in milliseconds: 500. */
  readonly baseMs?: number | undefined;
  /** Upper bound of any back-off in milliseconds: 30 000. */
  readonly capMs?: number | undefined;
  /** How often one request may be turned away by the request cap before the call gives up: 20. */
  readonly maxThrottled?: number | undefined;
}

/** The request cap of an account. */
export interface PoolOptions {
  /** Requests allowed in a period: 200. */
  readonly quota?: number | undefined;
  /** Length of the period in milliseconds: 60 000. */
  readonly periodMs?: number | undefined;
  /** As fast as the cap allows, or evenly over the period. */
  readonly pacing?: "burst" | "spread" | undefined;
  /** Requests that only the high lane may use. */
  readonly reserve?: number | undefined;
  /** Where pools share a quota by leases: requests in a period that go out when no lease was held for two periods. */
  readonly privateShare?: number | undefined;
}

/** The paging dialect of searches. */
export type Paging = "first-result" | "offset";

/** What the engine is configured with. */
export interface EngineOptions {
  /** The account code. */
  readonly account: string;
  /** A datacentre code such as `use1`. One of `datacentre` and `baseUrl` must be given. */
  readonly datacentre?: string | undefined;
  /** A base URL instead of a datacentre. */
  readonly baseUrl?: string | undefined;
  /** Who asks. */
  readonly credentials: Credentials;
  readonly retry?: RetryOptions | undefined;
  /** Which part of the budget the client's calls may use. */
  readonly lane?: "normal" | "high" | undefined;
  /** Requests that one call may have out at once: 4. */
  readonly maxInFlight?: number | undefined;
  /** Largest body that is read, in bytes: 64 MiB. */
  readonly maxBodyBytes?: number | undefined;
  readonly paging?: Paging | undefined;
  /** Rows a search page: 500, which is the most. */
  readonly pageSize?: number | undefined;
  /** Refuses whatever would write, before anything is sent: `false`. */
  readonly readOnly?: boolean | undefined;
  /** What to make of members of a body that the catalogue does not know: `warn`. */
  readonly unknownMembers?: "warn" | "refuse" | "allow" | undefined;
  /** Seed of the back-off's randomness. */
  readonly seed?: number | undefined;
}

/** Filters and query parameters: a list of pairs, or an object; lists are joined by commas. */
export type Parameters = Iterable<readonly [string, ParameterValue]> | { readonly [name: string]: ParameterValue };
export type ParameterValue = string | number | bigint | boolean | Date | readonly (string | number | bigint)[];

/** An id set: `"1-200,320"`, one id, or ids in any order. */
export type Ids = string | number | bigint | Iterable<number | bigint>;

/** The names that differ. Names that are in no table go to the engine as they are, which refuses what it does not know. */
const NAMES = new Map([
  ...CREDENTIAL_NAMES,
  ["baseUrl", "base_url"],
  ["maxInFlight", "max_in_flight"],
  ["maxBodyBytes", "max_body_bytes"],
  ["pageSize", "page_size"],
  ["readOnly", "read_only"],
  ["unknownMembers", "unknown_members"],
  ["maxAttempts", "max_attempts"],
  ["baseMs", "base_ms"],
  ["capMs", "cap_ms"],
  ["maxThrottled", "max_throttled"],
  ["periodMs", "period_ms"],
  ["privateShare", "private_share"],
  ["idLimit", "id_limit"],
  ["allowWrites", "allow_writes"],
  ["onFailure", "on_failure"],
  ["dryRun", "dry_run"],
  ["maxWrites", "max_writes"],
  ["looksMs", "looks_ms"],
  ["confirmMs", "confirm_ms"],
  ["overlapMs", "overlap_ms"],
  ["mostPercent", "most_percent"],
  ["extraHeaders", "extra_headers"],
  ["extraQuery", "extra_query"],
  ["publicUrl", "public_url"],
  ["largestBody", "largest_body"],
  ["devSecret", "dev_secret"],
  ["redirectUri", "redirect_uri"],
]);

const OPTION_NAMES: ReadonlyMap<string, string> = new Map(Array.from(NAMES, ([option, name]) => [name, option]));

/** How JavaScript spells a name of the engine's JSON. */
export function optionName(name: string): string {
  return OPTION_NAMES.get(name) ?? name;
}

/** Options stand in each other by far less. */
const DEEPEST = 16;

/** Options that may be `null`: parts of tokens, as `client.tokens()` has them where there are none. */
const NULLABLE = new Set(CREDENTIAL_NAMES.flat());

/**
 * Renames the options of an object, and of the objects in it; `undefined` means absent. Nothing else does: the engine takes
 * `null` for that, and `NaN` is `null` in JSON, so that a limit which could not be computed would be none. Throws a
 * `ValidationError` at the option; `within` is where the object stands.
 */
export function renamed(options: object, within = ""): Record<string, unknown> {
  if (within.split(".").length > DEEPEST) {
    throw invalid(
      within.split(".")[0] as string,
      "found options within options without end; expected none that contain themselves",
    );
  }
  return Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        NAMES.get(name) ?? name,
        option(value, within === "" ? name : `${within}.${name}`, name),
      ]),
  );
}

function option(value: unknown, place: string, name: string): unknown {
  if (value === null && !NULLABLE.has(name)) {
    throw invalid(place, "found null; expected a value, or to leave it out");
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw invalid(place, `found ${value}, expected a number; leave it out for none`);
  }
  if (Array.isArray(value)) {
    return Array.from(value, (item: unknown, index) => option(item, `${place}[${index}]`, name));
  }
  return isPlain(value) ? renamed(value, place) : value;
}

/** Whether it is an object of options, and none of another type: what that is made of are no options. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Looks at a value before it becomes text. */
type Check = (place: string, value: unknown) => void;

/** Filters as the engine's pairs of texts. A dot separates ids there, so that 10.12 would be 10 and 12. */
export function filterPairs(filters: Parameters | undefined): [string, string][] {
  const check: Check = (place, value) => {
    if (typeof value === "number" && !Number.isSafeInteger(value)) {
      throw refused(place, value, "a whole number, or a text");
    }
  };
  return rawPairs("filters", filters).flatMap(([key, value]): [string, string][] => {
    const place = `filters.${key}`;
    if (Array.isArray(value) && value.length === 0) {
      throw invalid(place, "found a list without values, expected some, or no such filter");
    }
    // Several texts go by themselves: the engine knows whether the column takes a set.
    if (Array.isArray(value) && value.some((one) => typeof one === "string")) {
      return Array.from(value, (one: unknown, index) => [key, parameterText(`${place}[${index}]`, one, check)]);
    }
    return [[key, parameterText(place, value, check)]];
  });
}

/** Parameters as the engine's pairs of texts. Throws a `ValidationError` below `name` at what has no text of its own. */
export function pairs(name: string, parameters: Parameters | undefined): [string, string][] {
  return rawPairs(name, parameters).map(([key, value]) => [key, parameterText(`${name}.${key}`, value, () => {})]);
}

function rawPairs(name: string, parameters: Parameters | undefined): [string, unknown][] {
  if (parameters === undefined) {
    return [];
  }
  const expected = "an object of names and values, or pairs of these";
  // What is iterated into pairs is no text and no bytes, whose pieces would be taken for such.
  if (typeof parameters !== "object" || parameters === null || ArrayBuffer.isView(parameters)) {
    throw refused(name, parameters, expected);
  }
  const entries: Iterable<unknown> = isIterable(parameters) ? parameters : Object.entries(parameters);
  return Array.from(entries, (entry, index) => {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== "string") {
      throw refused(`${name}[${index}]`, entry, "a pair of a name and a value");
    }
    return entry as [string, unknown];
  });
}

/** What has no text of its own is refused: `undefined` would go out as a word, and match nothing. */
function parameterText(place: string, value: unknown, check: Check): string {
  check(place, value);
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) {
      throw invalid(place, "found an invalid Date, expected one that is a moment");
    }
    return value.toISOString();
  }
  if (Array.isArray(value)) {
    // A hole counts as `undefined`, too.
    return Array.from(value, (item: unknown, index) => parameterText(`${place}[${index}]`, item, check)).join(",");
  }
  if (!["string", "number", "bigint", "boolean"].includes(typeof value) || Number.isNaN(value)) {
    throw refused(place, value, "a text, a number, a boolean, a Date, or a list of these");
  }
  return String(value);
}

/** Ids as the engine's text. Throws a `ValidationError` below `place` at what is no id. */
export function idText(ids: Ids, place = "ids"): string {
  if (typeof ids === "string") {
    return ids;
  }
  // The pieces of a text or of bytes would be taken for ids.
  const isList = isIterable<number | bigint>(ids) && !Buffer.isBuffer(ids) && !types.isBoxedPrimitive(ids);
  return isList ? Array.from(ids, (id, index) => oneId(`${place}[${index}]`, id)).join(",") : oneId(place, ids);
}

/** A dot separates ids, so that 1.5 would be 1 and 5. */
function oneId(place: string, id: unknown): string {
  if (typeof id === "number" ? Number.isSafeInteger(id) : typeof id === "bigint") {
    return String(id);
  }
  if (typeof id === "string" && /^\d+$/.test(id)) {
    return id;
  }
  throw refused(place, id, "an id, which is a whole number");
}

function isIterable<T>(value: unknown): value is Iterable<T> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}
