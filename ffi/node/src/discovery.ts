/** What can be asked without an account: resources, tasks, errors, whether a body or a callback is right. */

import { check, type Delivery, type Fault, type Kind, type Violation } from "./errors";
import { membersOf, refused, refuseUnknown, textOf, timeOf } from "./given";
import { jsonText } from "./json";
import { lendFields, native, sized, takeBuffer, type Slice } from "./library";
import { pairs, type Parameters } from "./options";
import { textBytes } from "./unicode";
import { rewording } from "./wording";

/** A resource in short. */
export interface CatalogEntry {
  /** Its short name, such as `order-row`. */
  readonly name: string;
  /** Its name in the API's own reference. */
  readonly title: string;
  /** Where it stands in that reference. */
  readonly section: string;
  /** How much is known about it. */
  readonly detail: string;
  /** Path templates with the verbs that they know. */
  readonly paths: readonly { readonly path: string; readonly verbs: readonly string[] }[];
  /** Paths of its searches. */
  readonly searches: readonly string[];
  readonly deprecated: boolean;
}

/** All that is known about a resource, in the names that every host uses. */
export interface Description {
  readonly name: string;
  readonly title: string;
  readonly section: string;
  readonly detail: string;
  /** What can be done, and where; `body` is a JSON Schema. */
  readonly operations: readonly OperationDescription[];
  /** How it is searched. */
  readonly searches: readonly SearchDescription[];
  readonly [more: string]: unknown;
}

/** What one verb does at one path. */
export interface OperationDescription {
  readonly method: string;
  readonly path: string;
  /** The JSON Schema of the body. */
  readonly body?: JsonSchema;
  /** Most ids in each id set, where that is known. */
  readonly id_limit?: number;
  readonly [more: string]: unknown;
}

/** A search with its columns. */
export interface SearchDescription {
  readonly path: string;
  readonly columns: readonly SearchColumnDescription[];
  readonly [more: string]: unknown;
}

/** A column of a search. */
export interface SearchColumnDescription {
  readonly name: string;
  /** What Brightpearl says it holds, such as `IDSET`. */
  readonly type: string;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly [more: string]: unknown;
}

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = { readonly [keyword: string]: any };

/** A task that `client.task` knows. */
export interface TaskDescription {
  /** Such as `create-sales-order`. */
  readonly name: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  readonly arguments: JsonSchema;
  readonly result: JsonSchema;
  /** Which requests it sends, in words. */
  readonly requests: string;
  /** Whether it changes anything in Brightpearl. */
  readonly writes: boolean;
}

/** What can go wrong and what to do about it. */
export interface ErrorCatalog {
  readonly kinds: readonly { readonly kind: Kind; readonly advice: string; readonly is_of_record: boolean }[];
  readonly deliveries: readonly Delivery[];
  readonly faults: readonly Fault[];
  /** Brightpearl's own codes that are common; there are others. */
  readonly codes: readonly { readonly code: string; readonly meaning: string; readonly advice: string }[];
}

/** How a body is judged. */
export interface ValidateOptions {
  /** What to make of members that the catalogue does not know: `warn` when absent. */
  readonly unknownMembers?: "warn" | "refuse" | "allow" | undefined;
}

/**
 * Answers what can be asked without an account, by its name, such as `{ describe: { resource: "order-row" } }` or
 * `{ contract: {} }`, which has every name that hosts share. Throws a `ValidationError` at `question` with the names
 * that there are.
 */
export function ask<T = any>(question: object): T {
  if (typeof question !== "object" || question === null || Array.isArray(question)) {
    throw refused("question", question, "an object such as `{ catalog: {} }`");
  }
  const text = textBytes(jsonText(question, "question"), "question");
  return handedOut((json) => check((error) => native.ask(text, text.length, json, error)));
}

/** Every resource in short, in the order of the API's own reference. */
export function catalog(): CatalogEntry[] {
  return handedOut((json) => check((error) => native.catalog(json, error)));
}

/** All about a resource, by its name or one of its paths. Throws a `ValidationError` with the nearest name. */
export function describe(resource: string): Description {
  const name = textBytes(textOf("resource", resource, "the name of a resource or one of its paths"), "resource");
  return handedOut((json) => check((error) => native.describe(name, name.length, json, error)));
}

/** Every task that `client.task` knows, by name. */
export function tasks(): TaskDescription[] {
  return handedOut((json) => check((error) => native.tasks(json, error)));
}

/** What can go wrong and what to do about it. */
export function errors(): ErrorCatalog {
  return handedOut((json) => check((error) => native.errors(json, error)));
}

/**
 * Everything that is wrong with a body, each with its JSON Pointer; empty when it is right. Nothing is sent. Throws
 * a `ValidationError` when the verb or the policy is invalid. `resource` is a path, or a name such as `order-row` where
 * that verb has one path only.
 */
export function validate(resource: string, verb: string, body: unknown, options: ValidateOptions = {}): Violation[] {
  const { unknownMembers = "warn", ...rest } = membersOf("options", options);
  refuseUnknown("options", rest, ["unknownMembers"]);
  const text = typeof body === "string" ? body : body === undefined ? "" : jsonText(body, "body");
  const validation = {
    ...sized("validation"),
    path: lend("resource", resource, "a path, or the name of a resource"),
    verb: lend("verb", verb, "POST, PUT, PATCH or DELETE"),
    body: lend("body", text, "JSON"),
    unknown_members: lend("unknownMembers", unknownMembers, "`warn`, `refuse` or `allow`"),
  };
  return rewording(() => handedOut((json) => check((error) => native.validate(validation, json, error))));
}

/** What a genuine callback says. */
export interface Callback {
  /** The account that installed or uninstalled the app. */
  readonly accountCode: string;
  /** When, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** The unsigned account token, which is secret; null for an uninstallation. */
  readonly token: string | null;
}

/** How old a callback may be. */
export interface CallbackOptions {
  /** The greatest age in seconds; any when absent. */
  readonly maxAge?: number | undefined;
  /** The time in milliseconds since the Unix epoch; that of the clock when absent. */
  readonly now?: number | undefined;
}

/**
 * What an install or uninstall callback of a public app says, when it is genuine; throws a `ValidationError` when it is
 * not, or older than `maxAge`. `parameters` are the callback's query parameters, such as
 * `new URL(request.url).searchParams`, without those of the app's own address.
 */
export function verifyCallback(parameters: Parameters, devSecret: string, options: CallbackOptions = {}): Callback {
  const { maxAge, now = Date.now(), ...rest } = membersOf("options", options);
  // One that is misspelled would let through a callback of any age.
  refuseUnknown("options", rest, ["maxAge", "now"]);
  if (maxAge !== undefined && !(typeof maxAge === "number" && maxAge > 0 && Number.isFinite(maxAge))) {
    throw refused("maxAge", maxAge, "a positive number of seconds");
  }
  const fields = pairs("parameters", parameters);
  const secret = textBytes(textOf("devSecret", devSecret, "the developer's secret"), "devSecret");
  const lent = fields.length > 0 ? lendFields(fields) : null;
  const oldest = maxAge === undefined ? 0 : Math.ceil(maxAge * 1000);
  const time = timeOf("now", now);
  const said = rewording(() =>
    handedOut<{ account_code: string; timestamp: number; token: string | null }>((json) =>
      check((error) => native.verifyCallback(lent, fields.length, secret, secret.length, oldest, time, json, error)),
    ),
  );
  return { accountCode: said.account_code, timestamp: said.timestamp, token: said.token };
}

/** Who asks for approval, and where the answer goes. */
export interface Authorization {
  readonly account: string;
  readonly appRef: string;
  /** Where the browser is sent back to; the same text goes into the grant of the credentials. */
  readonly redirectUri: string;
  /** A text that cannot be guessed, such as `randomUUID()`. Refuse a code that comes back with another one. */
  readonly state: string;
}

/**
 * The address of the page where a person approves an OAuth app, to be opened in a browser. It comes back with `code`
 * and `state`. Throws a `ValidationError` for an invalid account code, and for a member that is empty.
 */
export function authorizeUrl(authorization: Authorization): string {
  const { account, appRef, redirectUri, state, ...rest } = membersOf("authorization", authorization);
  refuseUnknown("authorization", rest, ["account", "appRef", "redirectUri", "state"]);
  const given = {
    ...sized("authorization"),
    account: lend("account", account, "the account's code"),
    app_ref: lend("appRef", appRef, "the app's reference"),
    redirect_uri: lend("redirectUri", redirectUri, "the address to come back to, as a text"),
    state: lend("state", state, "a text that cannot be guessed"),
  };
  return rewording(() => takeBuffer((url) => check((error) => native.authorizeUrl(given, url, error))));
}

/** A text for the library. */
function lend(place: string, value: unknown, expected: string) {
  const bytes = textBytes(textOf(place, value, expected), place);
  return { data: bytes.length > 0 ? bytes : null, len: bytes.length };
}

/** The JSON that a function hands out. */
export function handedOut<T>(fill: (json: Slice) => void): T {
  return JSON.parse(takeBuffer(fill)) as T;
}
