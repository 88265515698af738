/**
 * The functions of the native library over the component: the same names, whose handles are objects of JavaScript. What they lend
 * are values, so that nothing needs to be decoded.
 */

import { componentErrors, NATIVE_ONLY, NO_STATE_FILE, type EngineError } from "./component-errors";
import { component, isTrap, replaceInstance, typed } from "./component-instance";
import { componentOutputs, labelOf } from "./component-outputs";
import { operationKinds, stepKinds } from "./kinds";
import type { NativeFunction } from "./native-library";

/** There is none. */
export const libraryFile = "";

/** A lent text or lent bytes. */
interface Lent {
  data: string | Uint8Array | null;
  len: number;
}

const lend = (data: string | Uint8Array | null | undefined): Lent => ({ data: data ?? null, len: data?.length ?? 0 });

/** Copies a lent text; `null` where there is none. */
export function readText(slice: Lent): string | null {
  return typeof slice.data === "string" || slice.data === null ? slice.data : Buffer.from(slice.data).toString();
}

/** Copies lent bytes. */
export function readBytes(slice: Lent): Uint8Array {
  return typeof slice.data === "string" ? Buffer.from(slice.data) : (slice.data ?? new Uint8Array());
}

type Fields = readonly (readonly [string, string])[];

/** Copies names and values. */
export function readFields(fields: Fields | null): [string, string][] {
  return (fields ?? []).map(([name, value]) => [name, value]);
}

/** Reads one structure, which here is one. */
export function readStruct<T>(struct: T | null): T | null {
  return struct;
}

/** Takes a text that the engine handed over. */
export function takeBuffer(fill: (buffer: Lent) => void): string {
  const owned: Lent = { data: null, len: 0 };
  fill(owned);
  return readText(owned) ?? "";
}

/** Lends names and values to a function. */
export function lendFields(fields: Fields): Fields {
  return fields;
}

/** A structure for the engine to fill. */
export function sized(): { struct_size: number } {
  return { struct_size: 0 };
}

export const verification = { name: "verification" };
export const violation = { name: "violation" };

/** A place that a function writes a handle to. */
export class Cell {
  pointer: unknown = null;

  place(): Cell {
    this.pointer = null;
    return this;
  }
}

/** A step that the engine fills, again and again. */
export class StepStruct {
  members: Record<string, unknown> = {};

  get bytes(): StepStruct {
    return this;
  }

  number(member: string): unknown {
    return this.members[member] ?? 0;
  }

  pointer(member: string): unknown {
    return this.members[member] ?? null;
  }

  slice(member: string): Lent {
    return lend(this.members[member] as string | Uint8Array | undefined);
  }
}

const text = (data: Uint8Array | string, length: number): string =>
  typeof data === "string" ? data : Buffer.from(data.buffer, data.byteOffset, length).toString();
const time = (now: number): bigint => BigInt(Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, now)) || 0);

/** Runs what may fail: 0, or 1 and the error in its place. */
function guarded(place: unknown, run: () => void): number {
  try {
    run();
    return 0;
  } catch (thrown) {
    const error = errorOf(thrown);
    if (place instanceof Cell) {
      place.pointer = error;
    } else if (Array.isArray(place)) {
      place[0] = error;
    }
    return 1;
  }
}

function errorOf(thrown: unknown): EngineError {
  const payload = (thrown as { payload?: EngineError }).payload;
  if (payload !== undefined) {
    return payload;
  }
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (isTrap(thrown)) {
    // A fault of the engine, or no memory left.
    replaceInstance();
    const error = misuse(
      "engine",
      `the engine broke down: ${reason}; make a new client and resume, and please report it`,
    );
    // What was out may have arrived.
    return { ...error, delivery: "maybe-applied" };
  }
  return { ...misuse("argument", `${reason}; expected a value of the engine's types`), kind: "validation" };
}

function misuse(location: string, message: string): EngineError {
  return {
    kind: "misuse",
    message,
    location,
    delivery: "not-sent",
    errors: [],
    advice: "Correct the program: the contract of the engine was broken.",
    retryable: false,
    violations: [],
    verifications: [],
  };
}

/** Hands out a text. */
const handOut = (buffer: Lent, error: unknown, make: () => string): number =>
  guarded(error, () => Object.assign(buffer, lend(make())));
const handle = (place: Cell, error: unknown, make: () => unknown): number =>
  guarded(error, () => {
    place.pointer = make();
  });
const free = (resource: { [Symbol.dispose]?(): void } | null): void => {
  try {
    resource?.[Symbol.dispose]?.();
  } catch {
    // It went with its instance.
  }
};

/** The kinds of calls, which the component does not tell again. */
const kindsOfCalls = new WeakMap<object, number>();
const operationNumbers = new Map<string, number>(
  Object.entries(operationKinds).map(([number, name]) => [name, Number(number)]),
);
const stepNumbers = new Map<string, number>(Object.entries(stepKinds).map(([number, name]) => [name, Number(number)]));

function started(call: object, operation: string): object {
  kindsOfCalls.set(call, operationNumbers.get(operation) ?? 0);
  return call;
}

/** A step of the component with the members of the native one. */
function members(step: { tag: string; val?: any }): Record<string, unknown> {
  const kind = (name: string) => stepNumbers.get(name) ?? -1;
  switch (step.tag) {
    case "send": {
      const { id, attempt, request, isLogin } = step.val;
      return {
        kind: kind("send"),
        exchange: Number(id),
        attempt,
        method: request.method.toUpperCase(),
        url: request.url,
        headers: request.headers,
        header_count: request.headers.length,
        body: request.body,
        is_login: isLogin ? 1 : 0,
      };
    }
    case "wait":
      return { kind: kind("wait"), wait_until: Number(step.val.until), wait_reason: step.val.reason };
    case "feed":
      return { kind: kind("feed"), feed_room: step.val };
    case "output": {
      const { tag, val } = step.val;
      return tag === "data" ? { kind: kind(val.kind), data: val } : { kind: kind(tag), [tag]: val };
    }
    default:
      return { kind: kind(step.tag) };
  }
}

const fail =
  (tag: string): NativeFunction =>
  (call, exchange, words, length, now, error) =>
    guarded(error, () => call.fail(BigInt(exchange), { tag, val: text(words, length) }, time(now)));

const budgetOf = (budget: object, place: object): void => {
  const { available, quota, wait } = budget as { available: number; quota: number; wait: bigint };
  Object.assign(place, { available, quota, wait_ms: Number(wait) });
};

/** The functions of brightpearl.h that this package uses. */
export const native: Record<string, NativeFunction> = {
  ...componentErrors,
  ...componentOutputs,
  version: () => (require("../package.json") as { version: string }).version,
  waitReasonName: (reason: string) => reason,
  headerIsSecret: (name, length) => component().discovery.headerIsSecret(text(name, length)),

  ask: (question, length, json, error) => handOut(json, error, () => component().discovery.ask(text(question, length))),
  catalog: (json, error) => handOut(json, error, () => component().discovery.catalog()),
  describe: (name, length, json, error) =>
    handOut(json, error, () => component().discovery.describe(text(name, length))),
  tasks: (json, error) => handOut(json, error, () => component().discovery.tasks()),
  errors: (json, error) => handOut(json, error, () => component().discovery.errors()),
  validate: ({ path, verb, body, unknown_members }, json, error) =>
    handOut(json, error, () => {
      const [place, method, content, policy] = [path, verb, body, unknown_members].map(
        (slice) => readText(slice) ?? "",
      );
      // By its name, since it takes verbs and policies that there are not, and says so.
      const question = { validate: { path: place, verb: method, body: content, unknown_members: policy } };
      return component().discovery.ask(JSON.stringify(question));
    }),
  authorizeUrl: ({ account, app_ref, redirect_uri, state }, url, error) =>
    handOut(url, error, () => {
      const words = [account, app_ref, redirect_uri, state].map((slice) => readText(slice) ?? "");
      return component().discovery.authorizeUrl(...(words as [string, string, string, string]));
    }),
  verifyCallback: (parameters, _, secret, length, maxAge, now, json, error) =>
    handOut(json, error, () => {
      const oldest = maxAge > 0 ? BigInt(maxAge) : undefined;
      const { accountCode, timestamp, token } = component().discovery.verifyCallback(
        parameters ?? [],
        text(secret, length),
        oldest,
        time(now),
      );
      return JSON.stringify({ account_code: accountCode, timestamp: Number(timestamp), token: token ?? null });
    }),

  mappingNew: (document, length, place, error) =>
    handle(place, error, () => component().mappings.Mapping.open(text(document, length))),
  mappingFree: free,
  mappingRun: (mapping, record, length, resolved, resolvedLength, json, error) =>
    handOut(json, error, () => mapping.run(text(record, length), text(resolved, resolvedLength) || undefined)),
  mappingCheck: (document, length, json, error) =>
    handOut(json, error, () =>
      component().discovery.ask(JSON.stringify({ check_mapping: { document: text(document, length) } })),
    ),
  mappingExplain: (document, length, json, error) =>
    handOut(json, error, () => component().mappings.explain(text(document, length))),
  readyMappings: (json, error) => handOut(json, error, () => component().mappings.ready()),
  mappingSchema: (json, error) => handOut(json, error, () => component().mappings.schema()),

  poolNew: (json, length, place, error) => handle(place, error, () => typed.pool(text(json, length))),
  poolFree: free,
  poolBudget: (pool, now, place, error) => guarded(error, () => budgetOf(pool.budget(time(now)), place)),
  poolForecast: (pool, requests, now, place, error) =>
    guarded(error, () => {
      place[0] = Number(pool.forecast(BigInt(requests), time(now)));
    }),
  poolDemand: (pool, now, json, error) =>
    handOut(json, error, () => JSON.stringify(typed.demand(pool.demand(time(now))))),
  poolLease: (pool, json, length, now, error) =>
    guarded(error, () => pool.lease(typed.lease(text(json, length)), time(now))),

  clientNew: (json, length, pool, place, error) =>
    handle(place, error, () => component().engine.Client.openJson(text(json, length), pool ?? undefined)),
  clientFree: free,
  clientBudget: (client, now, place, error) => guarded(error, () => budgetOf(client.budget(time(now)), place)),
  clientStatistics: (client, place, error) =>
    guarded(error, () => Object.assign(place, typed.snake(client.statistics()))),
  clientDrainEvents: (client, json, error) =>
    handOut(json, error, () => `[${client.drainEvents().map((event: { json: string }) => event.json)}]`),
  clientTokens: (client, json, error) => handOut(json, error, () => JSON.stringify(typed.tokens(client.tokens()))),
  clientTokenChanges: (client, place, error) =>
    guarded(error, () => {
      place[0] = Number(client.tokenChanges());
    }),
  clientRenewCredentials: (client, json, length, place, error) =>
    guarded(error, () => {
      place[0] = client.renewCredentials(typed.credentials(text(json, length)));
    }),
  clientResume: (client, words, length, allowWrites, place, error) =>
    handle(place, error, () => {
      const checkpoint = text(words, length);
      const call = client.resume(checkpoint, allowWrites) as object;
      const { operation = {} } = JSON.parse(checkpoint) as { operation?: object };
      return started(call, Object.keys(operation)[0] ?? "");
    }),

  callStart: (client, json, length, place, error) =>
    handle(place, error, () => {
      const operation = text(json, length);
      const call = client.startJson(operation) as object;
      return started(call, Object.keys(JSON.parse(operation) as object)[0] ?? "");
    }),
  callPoll: (call, now, step: StepStruct, error) =>
    guarded(error, () => {
      step.members = members(call.poll(time(now)));
    }),
  callAdjust: (call, { max_attempts, headers, query }, error) =>
    guarded(error, () => {
      // As in C, 0 stands for what the client says.
      const maxAttempts = max_attempts === 0 ? undefined : max_attempts;
      call.adjust({ maxAttempts, headers: readFields(headers), query: readFields(query) });
    }),
  callAnswer: (call, exchange, { status, headers, body }, now, error) =>
    guarded(error, () => {
      call.answer(BigInt(exchange), { status, headers: readFields(headers), body: readBytes(body) }, time(now));
    }),
  callFailNotSent: fail("not-sent"),
  callFailUnsendable: fail("unsendable"),
  callFailMaybeSent: fail("maybe-sent"),
  callFeed: (call, record, length, error) => guarded(error, () => call.feed(text(record, length))),
  callFinish: (call, error) => guarded(error, () => call.finish()),
  callAcknowledge: (call, items, error) => guarded(error, () => call.acknowledge(items)),
  callCancel: (call, now) => call.cancel(time(now)),
  callCheckpoint: (call, words, error) => handOut(words, error, () => call.checkpoint()),
  callExplain: (call, now, place, error) =>
    guarded(error, () => {
      const { items, duration, ...rest } = call.explain(time(now));
      const known = { has_items: items !== undefined, items: Number(items ?? 0), milliseconds: Number(duration) };
      Object.assign(place, typed.snake(rest), known);
    }),
  callKind: (call) => kindsOfCalls.get(call) ?? 0,
  callFree: free,

  pageRetain: (page) => page,
  pageFree: () => {},
  pageLabel: (page, column, row, isJson) => {
    const label = labelOf(page, column, row);
    isJson[0] = label?.isJson ?? false;
    return lend(label?.text);
  },

  replyHttpStatus: (reply) => reply.status,
  replyHeaderCount: (reply) => reply.headers.length,
  replyHeader: (reply) => reply.headers,
  replyBody: (reply) => lend(reply.body),

  stateOpen: (_path, _length, _place, error) =>
    guarded(error, () => {
      throw Object.assign(new Error(NO_STATE_FILE.message), { payload: NO_STATE_FILE });
    }),
  journalOpen: (_path, _length, _place, error) =>
    guarded(error, () => {
      throw Object.assign(new Error(NATIVE_ONLY.message), { payload: NATIVE_ONLY });
    }),
};
