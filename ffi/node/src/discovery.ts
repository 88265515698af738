/** What can be asked without an account: resources, tasks, errors, whether a body or a callback is right. */

import { check, type Delivery, type Fault, type Kind, type Violation } from "./errors";
import { jsonText } from "./json";
import { lendFields, native, sized, takeBuffer, type Slice } from "./library";
import { pairs, type Parameters } from "./options";

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
  readonly unknownMembers?: "warn" | "refuse" | "allow";
}

/**
 * Answers what can be asked without an account, by its name, such as `{ describe: { resource: "order-row" } }` or
 * `{ contract: {} }`, which has every name that hosts share. Throws a `ValidationError` at `question` with the names
 * that there are.
 */
export function ask<T = any>(question: object): T {
  const text = Buffer.from(jsonText(question, "question"));
  return handedOut((json) => check((error) => native.ask(text, text.length, json, error)));
}

/** Every resource in short, in the order of the API's own reference. */
export function catalog(): CatalogEntry[] {
  return handedOut((json) => check((error) => native.catalog(json, error)));
}

/** All about a resource, by its name or one of its paths. Throws a `ValidationError` with the nearest name. */
export function describe(resource: string): Description {
  const name = Buffer.from(resource);
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
  const validation = {
    ...sized("validation"),
    path: lend(resource),
    verb: lend(verb),
    body: lend(typeof body === "string" ? body : body === undefined ? "" : jsonText(body, "body")),
    unknown_members: lend(options.unknownMembers ?? "warn"),
  };
  return handedOut((json) => check((error) => native.validate(validation, json, error)));
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
  readonly maxAge?: number;
  /** The time in milliseconds since the Unix epoch; that of the clock when absent. */
  readonly now?: number;
}

/**
 * What an install or uninstall callback of a public app says, when it is genuine; throws a `ValidationError` when it is
 * not, or older than `maxAge`. `parameters` are the callback's query parameters, such as
 * `new URL(request.url).searchParams`, without those of the app's own address.
 */
export function verifyCallback(parameters: Parameters, devSecret: string, options: CallbackOptions = {}): Callback {
  const { maxAge, now = Date.now() } = options;
  if (maxAge !== undefined && !(maxAge > 0 && Number.isFinite(maxAge))) {
    throw new RangeError("maxAge is invalid; expected a positive number of seconds");
  }
  const fields = pairs(parameters);
  const secret = Buffer.from(devSecret);
  const lent = fields.length > 0 ? lendFields(fields) : null;
  const oldest = maxAge === undefined ? 0 : Math.ceil(maxAge * 1000);
  const said = handedOut<{ account_code: string; timestamp: number; token: string | null }>((json) =>
    check((error) => native.verifyCallback(lent, fields.length, secret, secret.length, oldest, now, json, error)),
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
export function authorizeUrl({ account, appRef, redirectUri, state }: Authorization): string {
  const authorization = {
    ...sized("authorization"),
    account: lend(account),
    app_ref: lend(appRef),
    redirect_uri: lend(redirectUri),
    state: lend(state),
  };
  return takeBuffer((url) => check((error) => native.authorizeUrl(authorization, url, error)));
}

function lend(text: string) {
  const bytes = Buffer.from(text);
  return { data: bytes.length > 0 ? bytes : null, len: bytes.length };
}

/** The JSON that a function hands out. */
export function handedOut<T>(fill: (json: Slice) => void): T {
  return JSON.parse(takeBuffer(fill)) as T;
}
