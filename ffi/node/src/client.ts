/** The client: one app on one account. */

import { inspect } from "node:util";
import { BatchResults, requestOf, type BatchOptions, type Write, type WriteOptions } from "./batch";
import type { Call, Output } from "./call";
import { adjust, alone, apart, CALL_OPTIONS, type CallOptions } from "./call-options";
import { drive, type Surroundings } from "./drive";
import { Engine, Pool, type Budget, type Event, type Resumption, type Statistics, type Tokens } from "./engine";
import { invalid } from "./errors";
import { checkedTimeout, fetchTransport, type Dispatcher } from "./fetch-transport";
import { listOf, membersOf, refuseUnknown } from "./given";
import { Handover, type TakeTokens } from "./handover";
import type { Transport } from "./http";
import { jsonText, type Parsed } from "./json";
import {
  idText,
  filterPairs,
  pairs,
  renamed,
  type Credentials,
  type EngineOptions,
  type Ids,
  type Paging,
  type Parameters,
  type PoolOptions,
} from "./options";
import type { Reply } from "./outputs";
import { FetchResult, SearchResult } from "./results";
import { Feeder } from "./feeder";
import { Hold, journalText } from "./journal";
import type { Log } from "./log";
import type { Mapping, MappingDocument } from "./mapping";
import { PullResult, pullText, resourcesOf, type PullOptions, type PullResource } from "./pull";
import { PushResult, pushText, type PushOptions } from "./push";
import type { RecordsSource } from "./record-sources";
import { StateFile } from "./state";
import { argumentsOf } from "./task-arguments";
import { Tasks } from "./tasks";
import { traced, type Tracer } from "./tracing";
import type {
  ColumnName,
  Filters,
  Or,
  PullName,
  ResourceName,
  SearchPath,
  SearchRow,
  SortKey,
  TaskName,
} from "./typed";
import { rewording } from "./wording";

/** What a client is made from. */
export interface ClientOptions extends EngineOptions {
  /** The request cap, or a budget shared with other clients of the account. */
  readonly pool?: Pool | PoolOptions | undefined;
  /** Transmits the requests; `fetch` when absent. */
  readonly transport?: Transport | undefined;
  /** A `fetch` of your own for the default transport, with a proxy or a client certificate. */
  readonly fetch?: typeof fetch | undefined;
  /** Who connects with the default transport: an `Agent` or a `ProxyAgent` of the package `undici`, for instance. */
  readonly dispatcher?: Dispatcher | undefined;
  /** Takes a line for each request, retry, wait, login and record: for the program's own log. */
  readonly log?: Log | undefined;
  /** Makes a span for each request: a tracer of `@opentelemetry/api`. */
  readonly tracer?: Tracer | undefined;
  /** Limit of a wait for the next bytes with the default transport: 60 000 ms. */
  readonly timeoutMs?: number | undefined;
  /** Limit of one exchange as a whole with the default transport: 300 000 ms. */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds since the Unix epoch: `Date.now` when absent. */
  readonly clock?: (() => number) | undefined;
  /** Resolves after some milliseconds, or at once when the signal is aborted. */
  readonly sleep?: ((milliseconds: number, signal: AbortSignal) => Promise<void>) | undefined;
  /**
   * Stores what `tokens()` gives. It is called once for each change, after the login's answer and before the next request
   * of the client is sent, also where the call fails; what it returns is awaited. When it fails, the call ends with a
   * `TokensNotStoredError`, and it is called again before the client's next request.
   *
   * What it waits for must not send by this client. A call that is aborted, or whose loop is left, during a login ends
   * when the login's answer was handed over, or after a minute.
   */
  readonly onTokens?: TakeTokens | undefined;
}

export interface SearchOptions<Column extends string = string, Sort extends string = string> extends CallOptions {
  /** Result columns in order; the resource's own when absent. */
  readonly columns?: readonly Column[] | undefined;
  /** Sort keys, such as `updatedOn` or `updatedOn.DESC`. */
  readonly sort?: readonly Sort[] | undefined;
  /** Rows a page. */
  readonly pageSize?: number | undefined;
  readonly paging?: Paging | undefined;
  /** Stops after so many rows. */
  readonly limit?: number | undefined;
  /** The column that identifies a row; the catalogue's when absent. */
  readonly key?: string | undefined;
  /** Sends names that this release does not know instead of refusing them. */
  readonly unchecked?: boolean | undefined;
}

export interface GetOptions extends CallOptions {
  /** Query parameters such as `includeOptional`. */
  readonly query?: Parameters | undefined;
  /** Whether to ask `OPTIONS` first, which of the ids exist. */
  readonly plan?: "auto" | "always" | "never" | undefined;
  /** Most ids in one GET; the catalogue's limit when absent. */
  readonly idLimit?: number | undefined;
}

export interface RequestOptions extends WriteOptions, CallOptions {
  /** Text as it is, or anything that `JSON.stringify` takes. */
  readonly body?: unknown;
}

/** Requests that one call may have out at once, unless the options say otherwise: asynchronous hosts can. */
const MAX_IN_FLIGHT = 4;

/**
 * One app on one account. Its calls share credentials, budget and telemetry. Besides the methods here it has one
 * for each task of the engine, such as `createSalesOrder`: see `Tasks`.
 */
export class Client extends Tasks {
  /** For loops of your own: `engine.start`, `Call.poll`. */
  readonly engine: Engine;
  readonly #surroundings: Surroundings;

  /** Throws a `ValidationError` at the option that is wrong. Nothing is sent. */
  constructor(options: ClientOptions) {
    super();
    if (typeof options !== "object" || options === null) {
      throw invalid("options", "expected an object with `account`, `credentials`, and `datacentre` or `baseUrl`");
    }
    const { pool, ...others } = options;
    const own = Object.fromEntries(OWN_OPTIONS.map((name) => [name, others[name]])) as Pick<ClientOptions, OwnOption>;
    const rest = Object.fromEntries(
      Object.entries(others).filter(([name]) => !OWN_OPTIONS.includes(name as OwnOption)),
    );
    const { transport, fetch: fetcher, timeoutMs, deadlineMs, clock, sleep, onTokens, dispatcher, tracer, log } = own;
    for (const [name, given] of Object.entries({ onTokens, transport, clock, sleep, log })) {
      if (given !== undefined && typeof given !== "function") {
        throw invalid(name, `found a value of type ${typeof given}, expected a function`);
      }
    }
    const [shared, config] = pool instanceof Pool ? [pool, rest] : [undefined, { ...rest, pool }];
    const named = renamed({ maxInFlight: MAX_IN_FLIGHT, ...config });
    this.engine = rewording(
      () => new Engine(named, shared),
      () => jsonText(named),
      { names: OWN_OPTIONS, within: "config" },
    );
    // Its options are checked also where another transport makes them idle.
    const standard = fetchTransport({
      fetch: fetcher,
      dispatcher,
      timeoutMs,
      deadlineMs,
      maxBodyBytes: options.maxBodyBytes,
    });
    if (tracer !== undefined && typeof tracer?.startSpan !== "function") {
      throw invalid("tracer", 'expected a tracer of OpenTelemetry, such as `trace.getTracer("brightpearl")`');
    }
    const chosen = transport ?? standard;
    this.#surroundings = {
      transport: tracer === undefined ? chosen : traced(chosen, tracer),
      clock: steady(clock ?? Date.now),
      sleep: sleep ?? pause,
      handover: onTokens && new Handover(this.engine, onTokens),
      log,
    };
  }

  /** As below, with names that this release does not know. */
  search<Path extends Or<SearchPath>>(
    resource: Path,
    filters: Parameters | undefined,
    options: SearchOptions & { readonly unchecked: true },
  ): SearchResult;
  /** Searches: an async iterable of rows, which has `.pages()`. Nothing is sent until it is iterated. */
  search<Path extends Or<SearchPath>, Column extends ColumnName<Path> = ColumnName<Path>>(
    resource: Path,
    filters?: Filters<Path>,
    options?: SearchOptions<Column, SortKey<Path>>,
  ): SearchResult<Pick<SearchRow<Path>, Column & keyof SearchRow<Path>>>;
  search(resource: string, filters?: Parameters, options: SearchOptions = {}): SearchResult {
    const [of, rest] = apart(options);
    const search = { resource, filters: filterPairs(filters), ...renamed(rest) };
    return new SearchResult(this.#start({ search }, of), this.#around(of), of.signal);
  }

  /** Reads resources by id, in the fewest requests: an async iterable of parsed resources. Without ids, the whole list. */
  get<T extends object = any>(resource: Or<ResourceName>, ids?: Ids, options: GetOptions = {}): FetchResult<T> {
    const [of, { query, ...rest }] = apart(options);
    const fetch = { resource, query: pairs("query", query), ...renamed(rest), ...idsOf(ids) };
    return new FetchResult<T>(this.#start({ fetch }, of), this.#around(of), of.signal);
  }

  /** Any verb on any path below the account. */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
    const [of, rest] = apart(options);
    const call = this.#start({ request: requestOf({ method, path, ...rest }) }, of);
    return single(call, this.#around(of), of.signal, (output) => (output.kind === "reply" ? output.reply : undefined));
  }

  /** Creates something. A body is checked first: see `validate`. */
  async post(path: string, body?: unknown, options: WriteOptions & CallOptions = {}): Promise<Reply> {
    return this.request("POST", path, { ...membersOf("options", options), body });
  }

  /** Replaces something. A body is checked first. */
  async put(path: string, body?: unknown, options: WriteOptions & CallOptions = {}): Promise<Reply> {
    return this.request("PUT", path, { ...membersOf("options", options), body });
  }

  /** Changes something: the body is an array of JSON Patch operations. It is checked first. */
  async patch(path: string, body: unknown, options: WriteOptions & CallOptions = {}): Promise<Reply> {
    return this.request("PATCH", path, { ...membersOf("options", options), body });
  }

  /** Removes something. */
  async delete(path: string, options: WriteOptions & CallOptions = {}): Promise<Reply> {
    return this.request("DELETE", path, options);
  }

  /**
   * Sends several writes, packed into as few requests as possible: an async iterable of results, one for each write,
   * which has `.all()`. Nothing is sent until it is iterated.
   */
  batch(writes: Iterable<Write>, options: BatchOptions & CallOptions = {}): BatchResults {
    const [of, rest] = apart(options);
    const given = listOf("writes", writes, "an array of writes, or anything else that is iterated with `for`");
    const requests = given.map((write, index) => requestOf(write, `writes[${index}]`));
    const batch = { requests, ...renamed(rest) };
    return new BatchResults(this.#start({ batch }, of), this.#around(of), of.signal);
  }

  /** Carries out a task by its name: `tasks()` lists them with their arguments and results. */
  async task<T extends object = any>(
    name: Or<TaskName>,
    task: object = {},
    options: CallOptions = {},
  ): Promise<Parsed<T>> {
    const of = alone(options);
    const call = this.#start({ task: { name, arguments: argumentsOf(name, membersOf("task", task)) } }, of);
    return single(call, this.#around(of), of.signal, (output) =>
      output.kind === "task" ? (output.task.result as Parsed<T>) : undefined,
    );
  }

  /**
   * Maps records of another system, and creates or updates them in Brightpearl, each exactly once: an async iterable of
   * outcomes, one for each record. The records are asked for as there is room for them, and their source is left alone
   * until then. Nothing is sent until it is iterated, and nothing is written unless `write` says so. Throws a
   * `ValidationError` at what is wrong, and when another push has the journal; the iteration does, too.
   */
  push(mapping: Mapping | MappingDocument, records: RecordsSource, options: PushOptions): PushResult {
    const feeder = new Feeder(records);
    // Without options, as JavaScript allows, the engine says which it needs.
    const [of, given] = apart<Partial<PushOptions>>(options);
    const { journal, dryRun } = given;
    const hold = dryRun || journal === undefined ? undefined : new Hold(journal);
    // A dry run announces nothing; what earlier runs wrote is what it knows it by.
    const text = dryRun && journal !== undefined ? journalText(journal) : hold?.text;
    const call = this.#start(pushText(mapping, given, text), of);
    return new PushResult(call, this.#around(of), of.signal, feeder, hold);
  }

  /**
   * Pulls what changed in some resources since the last time, read in detail and mapped: an async iterable of records.
   * Its `checkpoint()` is the `state` of the next pull. Nothing is sent until it is iterated.
   */
  pull<T extends object = any>(
    resources: Or<PullName> | Iterable<Or<PullName> | PullResource>,
    options: PullOptions = {},
  ): PullResult<T> {
    const [of, { state, ...given }] = apart(options);
    const file = state instanceof StateFile ? state : undefined;
    // One that another pull has stays open.
    file?.take();
    try {
      const text = file === undefined ? (state as string | null | undefined) : file.text;
      const surroundings = this.#around(of);
      const call = this.#start(pullText(resourcesOf(resources), { ...given, state: text }), of);
      return new PullResult<T>(call, surroundings, of.signal, file);
    } catch (error) {
      // Nobody else may hold it, and it would stay locked till it is collected.
      void file?.close();
      throw error;
    }
  }

  /** The URIs that read an id set, as the server plans them. */
  async options(resource: string, ids?: Ids, options: CallOptions = {}): Promise<readonly string[]> {
    const of = alone(options);
    const call = this.#start({ options: { resource, ...idsOf(ids) } }, of);
    return single(call, this.#around(of), of.signal, (output) => (output.kind === "uris" ? output.uris : undefined));
  }

  /**
   * Goes on with a search, a fetch, a batch or a pull where its consumption ended, from the text of `checkpoint()`. A
   * batch goes on only with `allowWrites`, for a checkpoint that you trust.
   */
  resume(
    checkpoint: string,
    options: CallOptions & Resumption = {},
  ): SearchResult | FetchResult | BatchResults | PullResult {
    if (typeof checkpoint !== "string") {
      throw invalid("checkpoint", "expected the text that `checkpoint()` gave");
    }
    const [of, { allowWrites = false, ...rest }] = apart(options);
    refuseUnknown("options", rest, ["allowWrites", ...Object.keys(of)]);
    const call = rewording(() => this.engine.resume(checkpoint, { allowWrites }));
    adjust(call, of);
    const [surroundings, signal] = [this.#around(of), of.signal];
    switch (call.kind) {
      case "search":
        return new SearchResult(call, surroundings, signal);
      case "fetch":
        return new FetchResult(call, surroundings, signal);
      case "batch":
        return new BatchResults(call, surroundings, signal);
      case "pull":
        return new PullResult(call, surroundings, signal);
      case "push":
        throw new TypeError("a push goes on by its journal; start it again with it");
      case "request":
      case "options":
      case "task":
      case "none":
        throw new TypeError(`the checkpoint is one of a single ${call.kind}; resume it through client.engine.resume`);
    }
  }

  #start(operation: object | string, of: CallOptions): Call {
    const text = typeof operation === "string" ? operation : jsonText(operation);
    const call = rewording(
      () => this.engine.start(text),
      () => text,
      { names: CALL_OPTIONS, within: /^\{"(\w+)"/.exec(text)?.[1] },
    );
    adjust(call, of);
    return call;
  }

  /** What drives a call. */
  #around({ timeoutMs, onAnswer }: CallOptions): Surroundings {
    return {
      ...this.#surroundings,
      ...(onAnswer && { onAnswer }),
      ...(timeoutMs !== undefined && { timeoutMs: checkedTimeout(timeoutMs) }),
    };
  }

  /** The events since the last time, oldest first. */
  drainEvents(): Event[] {
    return this.engine.drainEvents();
  }

  /** Sums over the client's life. */
  statistics(): Statistics {
    return this.engine.statistics();
  }

  /** What logins brought, to be stored: with it in the credentials a later run needs no new login. See `onTokens`. Secret. */
  tokens(): Tokens {
    return this.engine.tokens();
  }

  /**
   * Goes on with other secrets of the same scheme, which are kept elsewhere and were changed there; whether they are others
   * than before. Requests that are sent from now on have them. A transport that sees a 401 may look them up anew and call
   * this before it returns: the request is then sent again with them.
   */
  renewCredentials(credentials: Credentials): boolean {
    const named = renamed(membersOf("credentials", credentials));
    return rewording(
      () => this.engine.renewCredentials(named),
      () => jsonText(named),
    );
  }

  /** What may be sent now. */
  budget(): Budget {
    return this.engine.budget(this.#surroundings.clock());
  }

  /**
   * Frees the client now rather than when it is collected. Calls that it started go on working. With `onTokens`, which they
   * still call, it is freed when it and they are collected.
   */
  close(): void {
    this.engine.close();
  }

  /** As `close`: `using client = ...`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function idsOf(ids: Ids | undefined): { ids?: string } {
  return ids === undefined ? {} : { ids: idText(ids) };
}

/** The options of a client that the engine does not know of. */
const OWN_OPTIONS = [
  "transport",
  "fetch",
  "timeoutMs",
  "deadlineMs",
  "clock",
  "sleep",
  "onTokens",
  "dispatcher",
  "tracer",
  "log",
] as const satisfies readonly (keyof ClientOptions)[];

type OwnOption = (typeof OWN_OPTIONS)[number];

/** A clock whose answers are checked: what is no time would go to the engine as one. */
function steady(clock: () => number): () => number {
  return () => {
    const now = clock();
    if (typeof now !== "number" || !(now >= 0 && now <= Number.MAX_SAFE_INTEGER)) {
      throw invalid("clock", `found ${inspect(now)}, expected milliseconds since the Unix epoch`);
    }
    return now;
  };
}

/** Drives a call that has a single output. */
async function single<T>(
  call: Call,
  surroundings: Surroundings,
  signal: AbortSignal | undefined,
  pick: (output: Output) => T | undefined,
): Promise<T> {
  for await (const output of drive(call, surroundings, signal)) {
    const picked = pick(output);
    if (picked !== undefined) {
      return picked;
    }
  }
  throw new Error("the call ended without its output; please report this");
}

/** `setTimeout` fires at once beyond this many milliseconds; the loop then polls early, which does no harm. */
const LONGEST_PAUSE = 2 ** 31 - 1;

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_PAUSE));
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
